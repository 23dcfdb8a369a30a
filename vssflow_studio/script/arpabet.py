"""The phoneme symbols that everything here speaks: ARPAbet with stress digits."""

from __future__ import annotations

CONSONANTS = tuple(
    "B CH D DH F G HH JH K L M N NG P R S SH T TH V W Y Z ZH".split()
)
VOWELS = tuple("AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW".split())

ARPABET: tuple[str, ...] = (
    *CONSONANTS,
    *(vowel + stress for vowel in VOWELS for stress in "012"),
)
"""69 symbols; their order is that of the phoneme table in our weights and never changes."""

PAUSE = ","
WORD = "|"
