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

WORD = "|"
PAUSE = ","
"""A pause of punctuation: as long as the model thinks."""
SHORT_PAUSE, LONG_PAUSE = "/", "…"
"""Pauses that the line asks for; they have lengths of their own."""
PAUSES = (PAUSE, SHORT_PAUSE, LONG_PAUSE)
"""From the weakest to the strongest."""

EMPHASIS = "*"
"""Behind a vowel that bears the emphasis of its word: `EY1*`."""
