"""Text as it is spoken: numbers, abbreviations, symbols and initials become words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container

from .lexicon import lexicon
from .numerals import numerals_said

_CHARACTERS = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "−": "-",
        "№": "number ",
        "½": " 1/2",
        "¼": " 1/4",
        "¾": " 3/4",
        "⅓": " 1/3",
        "⅔": " 2/3",
        "⅛": " 1/8",
        "×": " x ",
        "÷": " divided by ",
        "º": "°",
        "™": " ",
        "®": " ",
        "©": " ",
    }
)
_TITLES = {
    "mr": "mister",
    "mrs": "missus",
    "ms": "miss",
    "prof": "professor",
    "jr": "junior",
    "sr": "senior",
    "lt": "lieutenant",
    "sgt": "sergeant",
    "cpl": "corporal",
    "pvt": "private",
    "capt": "captain",
    "maj": "major",
    "col": "colonel",
    "cmdr": "commander",
    "adm": "admiral",
    "gov": "governor",
    "sen": "senator",
    "det": "detective",
    "insp": "inspector",
    "supt": "superintendent",
    "rev": "reverend",
    "mt": "mount",
    "messrs": "messers",
}
"""Said so with the dot behind them."""
_SHORT_WORDS = {
    "ave": "avenue",
    "rd": "road",
    "blvd": "boulevard",
    "hwy": "highway",
    "inc": "incorporated",
    "ltd": "limited",
    "corp": "corporation",
    "bros": "brothers",
    "dept": "department",
    "approx": "approximately",
    "govt": "government",
    "etc": "et cetera",
    "vs": "versus",
}
_ALWAYS = {"Mr": "mister", "Mrs": "missus", "Ms": "miss", "vs": "versus"}
"""Said so without a dot too, as the British write them."""
_SPELT = {"ER", "ID", "UN", "US"}
"""Initials that would be taken for words."""
_DOMAINS = "com|org|net|edu|gov|tv|io|co|uk|us|de|fr"


def spoken(text: str, *, shouted: bool | None = None, known: Container[str] = ()) -> str:
    """`text` with all that is not words written out.

    Punctuation stays, as the pauses come from it. Initials stand alone, without dots, but
    for words in `known` (lower case). `shouted` lines are in capitals that mean nothing;
    by default `text` itself tells.
    """
    shouted = text.isupper() if shouted is None else shouted
    text = unicodedata.normalize("NFKC", text.translate(_CHARACTERS)).replace("⁄", "/")
    text = _abbreviations_said(_addresses_said(text))
    text = _symbols_said(numerals_said(text))
    text = _initials_spelt(text, shouted, known)
    return re.sub(r"\s+([,;:.!?])", r"\1", re.sub(r"\s+", " ", text)).strip()


def _addresses_said(text: str) -> str:
    """Mail and web addresses, and what stands behind a hash."""
    text = re.sub(r"\bhttps?://", "", text)
    text = re.sub(r"\b[Ww]{3}\.", "W W W dot ", text)
    text = re.sub(rf"(?<=\w)\.(?=(?:{_DOMAINS})\b(?:\.\w|/|\W|$))(?!\s)", " dot ", text)
    return re.sub(r"#(?=[A-Za-z])(\w+)", _hashtag, text)


def _hashtag(match: re.Match) -> str:
    return "hashtag " + re.sub(r"(?<=[a-z])(?=[A-Z])", " ", match[1])


def _abbreviations_said(text: str) -> str:
    text = re.sub(r"\bw/\s?o\b", "without", text)
    text = re.sub(r"\bw/(?=\s|$)", "with", text)
    text = re.sub(r"\b[Ee]\.g\.,?", "for example", text)
    text = re.sub(r"\b[Ii]\.e\.,?", "that is", text)
    text = re.sub(r"\bPh\.?D\b\.?", "P H D", text)
    text = re.sub(r"\b[Dd]r\.?(?=\s+[A-Z])(?<![A-Z][a-z] [Dd]r)", "doctor", text)
    text = re.sub(r"(?<=[a-z] )Dr\b\.?(?=\s*(?:[,;!?]|$))", "drive", text)
    text = re.sub(r"\b(?:dr|Dr|DR)\.", "doctor", text)
    text = re.sub(r"\bSt\b\.?(?=\s+[A-Z])", "saint", text)
    text = re.sub(r"(?<=\w )St\.?(?=\W|$)", "street", text)
    text = re.sub(r"\bSt\.", "saint", text)
    text = re.sub(r"\bFt\.(?=\s+[A-Z])", "fort", text)
    text = re.sub(r"\bGen\.(?=\s+[A-Z])", "general", text)
    text = re.sub(r"\bCo\.", "company", text)
    text = re.sub(r"\b(?:[Nn]o\.|No\.?)\s?(?=\d)|#\s?(?=\d)", "number ", text)
    text = re.sub(r"\b[Nn]os\.\s?(?=\d)", "numbers ", text)
    for short, word in (("p", "page"), ("pp", "pages"), ("apt", "apartment"), ("ch", "chapter"), ("vol", "volume")):
        text = re.sub(rf"(?i)\b{short}\.\s?(?=\d)", f"{word} ", text)
    dotted = _TITLES | _SHORT_WORDS
    text = re.sub(rf"(?i)\b({'|'.join(dotted)})\.", lambda m: dotted[m[1].lower()], text)
    return re.sub(r"\b(Mr|Mrs|Ms|vs)\b", lambda m: _ALWAYS[m[1]], text)


def _symbols_said(text: str) -> str:
    text = re.sub(r"\b([A-Z]{1,3})&([A-Z]{1,2})\b", _firm, text)
    for symbol, words in (("&", "and"), ("@", "at"), ("+", "plus"), ("=", "equals"), ("*", "")):
        text = text.replace(symbol, f" {words} ")
    return text


def _firm(match: re.Match) -> str:
    """AT&T, Q&A."""
    return f"{_letters(match[1])} and {_letters(match[2])}"


def _letters(capitals: str) -> str:
    """One by one; a lone A would be the article."""
    return " ".join("Ay" if letter == "A" else letter for letter in capitals)


def _initials_spelt(text: str, shouted: bool, known: Container[str]) -> str:
    """U.S. and QZX are spelled out; HELLO is shouted, and FBI is in the dictionary."""

    def spell(match: re.Match) -> str:
        letters = match[0].replace(".", "")
        word = letters.lower() in lexicon() and (shouted or letters not in _SPELT)
        if "." not in match[0] and (word or shouted or letters.lower() in known):
            return match[0]
        return _letters(letters.upper())

    # The dot of one initial is no pause: John F. Kennedy, J. Smith. A alone is an article.
    text = re.sub(r"(?:^|(?<=[a-z] )|(?<=[A-Z]\. ))([B-HJ-Z])\.(?=\s+[A-Z])", r"\1", text)
    if not shouted:
        text = re.sub(r"(?<=[a-z] )A\b(?!['’]| [A-Z])", "Ay", text)
    return re.sub(r"\b(?:[A-Za-z]\.){2,}|\b[A-Z]{2,5}\b(?!')", spell, text)
