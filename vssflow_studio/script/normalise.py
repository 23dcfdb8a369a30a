"""Text as it is spoken: numbers, money, times, titles and initials become words."""

from __future__ import annotations

import re
import unicodedata

from num2words import num2words

from .lexicon import lexicon

_TITLES = {
    "mr": "mister",
    "mrs": "missus",
    "ms": "miss",
    "dr": "doctor",
    "prof": "professor",
    "jr": "junior",
    "sr": "senior",
    "lt": "lieutenant",
    "sgt": "sergeant",
    "capt": "captain",
}
_CURRENCIES = {"$": ("dollar", "cent"), "£": ("pound", "penny"), "€": ("euro", "cent")}
_SCALES = r"(?:\s(hundred|thousand|million|billion|trillion)\b)?"
_FRACTIONS = {"1/2": "one half", "1/4": "one quarter", "3/4": "three quarters"}
_SPELT = {"ER", "ID", "UN", "US"}
"""Initials that would be taken for words."""
_LONGEST = 15
"""Digits; longer numbers are read digit by digit, as are 007 and 911."""
_SYMBOLS = str.maketrans(
    {"’": "'", "‘": "'", "−": "-", "⁄": "/", "&": " and ", "@": " at ", "+": " plus ", "*": " "}
)
_NUMBER = r"\d{1,3}(?:,\d{3})+(?!\d)|\d+"


def spoken(text: str) -> str:
    """`text` with all that is not words written out; what stands in brackets is dropped.

    Punctuation stays, as the pauses come from it. Initials stand alone, without dots.
    """
    text = unicodedata.normalize("NFKC", text).translate(_SYMBOLS)
    text = re.sub(r"\([^)]*\)|\[[^]]*\]|\{[^}]*\}|</?\w[^>]*>", " ", text)
    shouted = text.isupper()
    text = _numbers_spoken(text)
    text = re.sub(rf"(?i)\b({'|'.join(_TITLES)})\.", lambda m: _TITLES[m[1].lower()], text)
    text = re.sub(r"\bSt\.(?=\s+[A-Z])", "saint", text)
    text = re.sub(r"\bSt\.", "street", text)
    text = re.sub(r"\betc\.", "et cetera", text)
    return re.sub(r"\s+", " ", _initials_spelt(text, shouted)).strip()


def _numbers_spoken(text: str) -> str:
    text = re.sub(r"(?<=\d)-(?=\d)", " ", text)
    text = re.sub(rf"([$£€])\s?({_NUMBER})(?:\.(\d+))?{_SCALES}", _money, text)
    text = re.sub(r"(?<=\d)\s?([AaPp])\.?[Mm](?:\.(?!\s*$)|\b)", r" \1.m.", text)
    text = re.sub(r"\b(\d{1,2}):([0-5]\d)\b", _clock, text)
    text = re.sub(rf"({_NUMBER})(?:st|nd|rd|th)\b", lambda m: _words(_whole(m[1]), "ordinal"), text)
    text = re.sub(r"\b(?:1/2|1/4|3/4)\b", lambda m: _FRACTIONS[m[0]], text)
    text = re.sub(r"(?<=\d)\s?%", " percent", text)
    text = re.sub(r"(?i)\bno\.\s?(?=\d)|#\s?(?=\d)", "number ", text)
    text = re.sub(r"\b(1[1-9]\d|20\d)0s\b", lambda m: _plural(_words(int(m[1] + "0"), "year")), text)
    text = re.sub(r"(?<![\d.,])(1[1-9]|20)\d\d\b(?![.,]\d)", lambda m: _words(int(m[0]), "year"), text)
    text = re.sub(r"(?:(?<=\s)|^)-(?=\d)", "minus ", text)
    return re.sub(rf"({_NUMBER})(?:\.(\d+))?", lambda m: f" {_number(m[1], m[2])} ", text)


def _words(value: int, kind: str = "cardinal") -> str:
    return num2words(value, to=kind).replace(",", "").replace("-", " ")


def _whole(digits: str) -> int:
    return int(digits.replace(",", "")[:_LONGEST])


def _number(whole: str, decimals: str | None = None) -> str:
    plain = whole.replace(",", "")
    one_by_one = len(plain) > _LONGEST or plain == "911" or (len(plain) > 1 and plain[0] == "0")
    said = _digits(plain) if one_by_one else _words(int(plain))
    return f"{said} point {_digits(decimals)}" if decimals else said


def _digits(digits: str) -> str:
    return " ".join(_words(int(digit)) for digit in digits)


def _plural(words: str) -> str:
    return f"{words[:-1]}ies" if words.endswith("y") else f"{words}s"


def _money(match: re.Match) -> str:
    whole, decimals, scale = match[2], match[3], match[4]
    major, minor = _CURRENCIES[match[1]]
    if scale or (decimals and len(decimals) != 2):
        return f"{_number(whole, decimals)} {scale or ''} {major}s"
    said = f"{_number(whole)} {major}{'' if whole == '1' else 's'}"
    cents = int(decimals or 0)
    if cents:
        plural = "pence" if minor == "penny" else f"{minor}s"
        said += f" and {_words(cents)} {minor if cents == 1 else plural}"
    return said


def _clock(match: re.Match) -> str:
    hour, minute = int(match[1]), int(match[2])
    if minute == 0:
        return f"{_words(hour)} o'clock"
    return f"{_words(hour)} {'oh ' if minute < 10 else ''}{_words(minute)}"


def _initials_spelt(text: str, shouted: bool) -> str:
    """U.S. and QZX are spelled out; HELLO is shouted, and FBI is in the dictionary."""

    def spell(match: re.Match) -> str:
        letters = match[0].replace(".", "")
        known = letters.lower() in lexicon() and (shouted or letters not in _SPELT)
        if "." not in match[0] and (known or shouted):
            return match[0]
        return " ".join("Ay" if letter == "A" else letter for letter in letters.upper())

    return re.sub(r"\b(?:[A-Za-z]\.){2,}|\b[A-Z]{2,5}\b(?!')", spell, text)
