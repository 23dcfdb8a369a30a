"""Text as it is spoken: numbers, money, times, titles and initials become words."""

from __future__ import annotations

import re
import unicodedata

from num2words import num2words

_TITLES = {
    "mr": "mister",
    "mrs": "missus",
    "ms": "miz",
    "dr": "doctor",
    "prof": "professor",
    "st": "saint",
    "jr": "junior",
    "sr": "senior",
    "vs": "versus",
    "etc": "et cetera",
    "no": "number",
}
_CURRENCIES = {"$": ("dollar", "cent"), "£": ("pound", "penny"), "€": ("euro", "cent")}


def spoken(text: str) -> str:
    """`text` with all that is not words written out; brackets' contents are dropped.

    Punctuation stays, as the pauses come from it.
    """
    text = unicodedata.normalize("NFKC", text).replace("’", "'").replace("‘", "'")
    text = re.sub(r"\([^)]*\)|\[[^]]*\]|\*", " ", text)
    text = re.sub(r"([$£€])\s?(\d[\d,]*)(?:\.(\d\d))?", _money, text)
    text = re.sub(r"\b(\d{1,2}):(\d\d)\b", _clock, text)
    text = re.sub(r"(\d[\d,]*)(st|nd|rd|th)\b", lambda m: num2words(_whole(m[1]), to="ordinal"), text)
    text = re.sub(r"(\d)\s?%", r"\1 percent", text)
    text = re.sub(r"\b(1[1-9]|20)(\d\d)\b(?![.,]\d)", lambda m: num2words(int(m[0]), to="year"), text)
    text = re.sub(r"\d[\d,]*(?:\.\d+)?", _number, text)
    text = re.sub(r"\b([A-Za-z]{2,4})\.", _title, text)
    text = re.sub(r"\b(?:[A-Z]\.){2,}|\b[A-Z]{2,5}\b(?!')", _initials, text)
    text = text.replace("&", " and ").replace("@", " at ").replace("+", " plus ").replace("#", " number ")
    return re.sub(r"\s+", " ", text).strip()


def _whole(digits: str) -> int:
    return int(digits.replace(",", ""))


def _number(match: re.Match) -> str:
    digits = match[0].rstrip(",")
    tail = match[0][len(digits) :]
    plain = digits.replace(",", "")
    value = float(plain) if "." in plain else int(plain)
    return f" {num2words(value)}{tail} ".replace("-", " ")


def _money(match: re.Match) -> str:
    whole, cents = _whole(match[2]), int(match[3] or 0)
    major, minor = _CURRENCIES[match[1]]
    said = f"{num2words(whole)} {major}{'' if whole == 1 else 's'}"
    if cents:
        plural = "pence" if minor == "penny" else f"{minor}s"
        said += f" and {num2words(cents)} {minor if cents == 1 else plural}"
    return said


def _clock(match: re.Match) -> str:
    hour, minute = int(match[1]), int(match[2])
    if minute == 0:
        return f"{num2words(hour)} o'clock"
    return f"{num2words(hour)} {'oh ' if minute < 10 else ''}{num2words(minute)}"


def _title(match: re.Match) -> str:
    return _TITLES.get(match[1].lower(), match[0]) if match[1][0].isupper() else match[0]


def _initials(match: re.Match) -> str:
    """FBI is spelled out; HELLO is shouted, not spelled."""
    letters = match[0].replace(".", "")
    if "." not in match[0] and set(letters) & set("AEIOUY") and len(letters) > 3:
        return match[0]
    if "." not in match[0] and letters in {"NO", "YES", "OK", "GO", "STOP", "WHY", "HEY", "OH", "AH", "THE", "YOU", "HE", "SHE", "WE", "IT", "IS", "ME", "MY", "IN", "ON", "UP", "DO", "SO", "AND", "OUT", "NOW", "NOT", "ALL", "ARE", "GET", "RUN", "BUT", "CAN", "HIM", "HER", "WHO", "HOW", "ONE"}:
        return match[0]
    return " " + " ".join(f"{letter}." for letter in letters) + " "
