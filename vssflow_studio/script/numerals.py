"""Figures as they are said: money, dates, times, measures, ranges, Roman numerals."""

from __future__ import annotations

import re
from collections.abc import Callable

NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)"
_DECIMAL = rf"(?:{NUMBER}(?:\.\d+)?|\.\d+)"
_START = r"(?<![\w.,/:])"
_LONGEST = 15
"""Digits; longer numbers are read digit by digit."""

_MONTHS = (
    "January|February|March|April|May|June|July|August|September|October|November|December"
).split("|")
_MONTH = {name[:3].lower(): name for name in _MONTHS}
_MONTH_NAME = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|"
    r"Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_CURRENCIES = {
    "$": ("dollar", "dollars", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
    "€": ("euro", "euros", "cent", "cents"),
    "¥": ("yen", "yen", "sen", "sen"),
}
_SCALES = {"k": "thousand", "m": "million", "mn": "million", "bn": "billion", "b": "billion"}
_SCALE_WORDS = "hundred|thousand|million|billion|trillion"
_UNITS = {
    "km/h": "kilometre per hour",
    "kph": "kilometre per hour",
    "mph": "mile per hour",
    "m/s": "metre per second",
    "fps": "frame per second",
    "rpm": "revolution per minute",
    "mm": "millimetre",
    "cm": "centimetre",
    "km": "kilometre",
    "m": "metre",
    "mi": "mile",
    "ft": "foot",
    "yd": "yard",
    "yds": "yard",
    "mg": "milligram",
    "g": "gram",
    "kg": "kilogram",
    "lb": "pound",
    "lbs": "pound",
    "oz": "ounce",
    "ml": "millilitre",
    "l": "leeter",
    "L": "leeter",
    "Hz": "hertz",
    "kHz": "kilohertz",
    "MHz": "megahertz",
    "GHz": "gigahertz",
    "W": "watt",
    "kW": "kilowatt",
    "V": "volt",
    "KB": "kilobyte",
    "MB": "megabyte",
    "GB": "gigabyte",
    "TB": "terabyte",
    "dB": "decibel",
    "ms": "millisecond",
    "sec": "second",
    "secs": "second",
    "min": "minute",
    "mins": "minute",
    "hr": "hour",
    "hrs": "hour",
    "yr": "year",
    "yrs": "year",
    "°C": "degree Celsius",
    "°F": "degree Fahrenheit",
    "°": "degree",
}
_PLURALS = {"foot": "feet", "hertz": "hertz", "kilohertz": "kilohertz", "megahertz": "megahertz"}
_PLURALS |= {"gigahertz": "gigahertz"}
_HALVES = {"A": "Ay M", "P": "P M"}
_FRACTIONS = {2: ("half", "halves"), 4: ("quarter", "quarters")}
_RULERS = (
    "Alexander|Benedict|Carl|Catherine|Charles|Christian|Edward|Elizabeth|Francis|Frederick|"
    "George|Gregory|Gustav|Harald|Henry|Innocent|Ivan|James|John|Leo|Leopold|Louis|Mary|"
    "Napoleon|Nicholas|Paul|Peter|Philip|Pius|Ptolemy|Ramses|Richard|Robert|Victor|Wilhelm|"
    "William|Thomas|Joseph"
)
_COUNTED = (
    "Act|Article|Book|Bowl|Chapter|Class|Episode|Figure|Grade|Level|Mark|Part|Phase|Scene|"
    "Season|Section|Stage|Title|Type|Volume|War"
)
_ROMAN = r"(?=[IVXLC])(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})(?<! )"
_ROOMS = (
    r"[Rr]oom|[Ff]light|[Hh]ighway|[Rr]oute|[Ii]nterstate|[Ss]uite|[Aa]partment|[Ee]xtension|"
    r"[Bb]us|[Tt]rain|[Aa]rea|[Ll]ocker"
)


def numerals_said(text: str) -> str:
    """`text` with every figure in words; the rest stays."""
    for pattern, said in _RULES:
        text = pattern.sub(said, text)
    return text


def words(value: int, kind: str = "cardinal") -> str:
    """`num2words` without hyphens and commas."""
    from num2words import num2words  # a twentieth of the window's start, and few lines hold numbers

    return num2words(value, to=kind).replace(",", "").replace("-", " ")


def number(figure: str) -> str:
    """`1,234.5`, `.5`, `007`, `2.0.1` in words."""
    whole, *decimals = figure.replace(",", "").split(".")
    said = [_whole_said(whole)] if whole else []
    for decimal in decimals:
        said += ["point", _digits(decimal)]
    return " ".join(said)


def _whole_said(digits: str) -> str:
    """911 and 007 are read digit by digit; a long run that is not round is a telephone's."""
    telephone = len(digits) >= 7 and not digits.endswith("000")
    if telephone or digits == "911" or len(digits) > _LONGEST or (digits[0] == "0" < digits[1:]):
        return _digits(digits)
    return words(int(digits))


def _digits(digits: str) -> str:
    return " ".join(words(int(digit)) for digit in digits if digit.isdigit())


def _year(year: int) -> str:
    return words(year, "year")


def _plural(said: str) -> str:
    return f"{said[:-1]}ies" if said.endswith("y") else f"{said}s"


def _ordinal(figure: str) -> str:
    return words(int(figure.replace(",", "")[:_LONGEST]), "ordinal")


def _hour_minute(match: re.Match) -> str:
    """5:30, 17:00, 5:00 PM, 10:05:30."""
    hour, minute, second, half = int(match[1]), int(match[2]), match[3], match[4]
    minutes = f"oh {words(minute)}" if 0 < minute < 10 else words(minute)
    if second:
        said = f"{words(hour)} {minutes} {words(int(second))}"
    elif minute:
        said = f"{words(hour)} {minutes}"
    elif half:
        said = words(hour)
    elif hour > 12 or hour == 0:
        said = f"{words(hour)} hundred" if hour else "midnight"
    else:
        said = f"{words(hour)} o'clock"
    return f"{said} {_HALVES[half.upper()]}" if half else said


def _half_day(match: re.Match) -> str:
    return f"{match[1]} {_HALVES[match[2].upper()]}"


def _military(match: re.Match) -> str:
    hour, minute = int(match[1]), int(match[2])
    hours = f"oh {words(hour)}" if hour < 10 else words(hour)
    return f"{hours} {words(minute) if minute else 'hundred'}"


def _date(match: re.Match) -> str:
    """12/25/2024, 25/12/2024, 2024-12-25: a first number over twelve is the day."""
    year, month, day = (int(match[group] or 0) for group in ("year", "month", "day"))
    if month > 12 >= day:
        month, day = day, month
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return match[0]
    said = f"{_MONTHS[month - 1]} {words(day, 'ordinal')}"
    return f"{said} {_year(year if year > 99 else 2000 + year)}" if year else said


def _day_of_month(match: re.Match) -> str:
    """12 May 2024."""
    month = _MONTH[match[2][:3].lower()]
    year = f" {_year(int(match[3]))}" if match[3] else ""
    return f"the {words(int(match['day']), 'ordinal')} of {month}{year}"


def _month_day(match: re.Match) -> str:
    """May 12, 2024."""
    month = _MONTH[match[1][:3].lower()]
    year = f", {_year(int(match[3]))}" if match[3] else ""
    return f"{month} {words(int(match[2]), 'ordinal')}{year}"


def _money(match: re.Match) -> str:
    one, many, cent, cents = _CURRENCIES[match["sign"]]
    figure, scale = match["figure"], match["scale"] or _SCALES.get((match["short"] or "").lower())
    attribute = _attribute(match)
    article = f"{match['article']} " if match["article"] else ""
    whole, _, decimals = figure.partition(".")
    if scale or (decimals and len(decimals) != 2):
        said = f"{number(figure)} {scale + ' ' if scale else ''}{one if attribute else many}"
        return article + said
    said = f"{number(whole)} {one if attribute or whole == '1' else many}"
    minor = int(decimals or 0)
    small = f"{words(minor)} {cent if minor == 1 else cents}"
    if minor and not int(whole.replace(",", "") or 0):
        return article + small
    return article + (f"{said} and {small}" if minor else said)


def _measure(match: re.Match) -> str:
    figure, unit = match["figure"], _UNITS[match["unit"]]
    named = match["noun"] is not None or match["article"] is not None
    film = unit == "millimetre" and not match["space"] and named  # a 9mm, 35mm film
    single = figure == "1" or film or (_attribute(match) and not unit.startswith("degree"))
    article = f"{match['article']} " if match["article"] else ""
    head, *rest = unit.split(" ", 1)
    head = head if single else _PLURALS.get(head, f"{head}s")
    return f"{article}{number(figure)} {' '.join([head, *rest])}"


def _attribute(match: re.Match) -> bool:
    """Of what follows, and so in the singular: a $20 bill."""
    return bool(match["article"]) and match["noun"] is not None


def _height(match: re.Match) -> str:
    return f"{words(int(match[1]))} {'foot ' + words(int(match[2])) if match[2] else 'feet'}"


def _fraction(match: re.Match) -> str:
    whole, over, under = match["whole"], int(match["over"]), int(match["under"])
    if (over, under) == (9, 11) or not 0 < over < under or under > 100:
        return f"{match['whole'] + ' ' if whole else ''}{words(over)} {words(under)}"
    if under == 10 and not whole:
        return f"{words(over)} out of ten"
    one, many = _FRACTIONS.get(under, (words(under, "ordinal"), words(under, "ordinal") + "s"))
    if whole:
        return f"{number(whole)} and {'a' if over == 1 else words(over)} {one if over == 1 else many}"
    return f"{words(over)} {one if over == 1 else many}"


def _range(match: re.Match) -> str:
    """3–5; 1914–18; but 3-2 is a score, and a year or a figure of money is read on later."""
    first, last = match[1], match[2]
    if len(first) == 4 and len(last) == 2 and int(first[2:]) < int(last):
        return f"{first} to {words(int(last))}"
    up = float(first.replace(",", "")) < float(last.replace(",", ""))
    return f"{first} to {last}" if up else f"{first} {last}"


def _telephone(match: re.Match) -> str:
    groups = re.findall(r"\+|\d+", match[0])
    return ", ".join("plus" if group == "+" else _digits(group) for group in groups).replace(
        "plus,", "plus"
    )


def _decade(match: re.Match) -> str:
    """the 1990s, the '90s, her 20s, the 1900s."""
    figure = match[1]
    return _plural(_year(int(figure)) if len(figure) == 4 else words(int(figure)))


def _pairs(digits: str) -> str:
    """Three or four digits as in room 237 and flight 1549."""
    first, last = words(int(digits[:-2])), digits[-2:]
    if last == "00":
        return f"{first} hundred"
    return f"{first} {'oh ' if last[0] == '0' else ''}{words(int(last))}"


def _roman(digits: str) -> int:
    values = [{"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}[letter] for letter in digits]
    return sum(
        -value if value < following else value
        for value, following in zip(values, (*values[1:], 0), strict=True)
    )


_Said = str | Callable[[re.Match], str]
_ARTICLE, _NOUN = r"(?:\b(?P<article>[Aa]n?)\s)?", r"(?P<noun>(?=[\s-]*[a-z]))?"
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_DATE_END = r"(?!\d|[./]\d)"

_RULES: tuple[tuple[re.Pattern, _Said], ...] = tuple(
    (re.compile(pattern), said)
    for pattern, said in (
        # Roman numerals first, while names are as they were typed.
        (rf"\b({_RULERS}) ({_ROMAN})\b(?<! I)(?!')", lambda m: f"{m[1]} the {words(_roman(m[2]), 'ordinal')}"),
        (rf"\b({_RULERS}) I(?=\s*(?:[.,;:!?]|$| of\b))(?!'|\.\w)", r"\1 the first"),
        (rf"\b({_COUNTED}) ({_ROMAN})\b(?!')", lambda m: f"{m[1]} {words(_roman(m[2]))}"),
        (r"\b([A-Z][a-z]+) ((?:X{1,3})?(?:I{2,3}|IV|VI{1,3}|IX))\b(?!')", lambda m: f"{m[1]} {words(_roman(m[2]))}"),
        # Dates and times.
        (rf"{_START}(?P<year>\d{{4}})-(?P<month>\d\d)-(?P<day>\d\d)\b", _date),
        (rf"{_START}(?P<month>\d\d?)(?P<dot>[/.])(?P<day>\d\d?)(?P=dot)(?P<year>\d{{4}}|\d\d){_DATE_END}", _date),
        (rf"(?:\bthe )?{_START}(?P<day>[0-3]?\d)(?:st|nd|rd|th)?(?: of)? ({_MONTH_NAME})(?:,? (\d{{4}})\b)?", _day_of_month),
        (rf"\b({_MONTH_NAME}) ([0-3]?\d)(?:st|nd|rd|th)?\b(?![:.]\d)(?:,? (\d{{4}})\b)?", _month_day),
        (rf"{_START}(\d\d?)[:.]([0-5]\d)()\s?([AaPp])\.?[Mm]\b(?:\.(?!\s*$))?", _hour_minute),
        (rf"{_START}(\d\d?):([0-5]\d)(?::([0-5]\d))?()(?![\d:])", _hour_minute),
        (rf"{_START}(\d\d?)\s?([AaPp])\.?[Mm](?:\.(?!\s*$)|\b)", _half_day),
        (rf"{_START}([01]\d|2[0-3])([0-5]\d)(?= hours\b)", _military),
        # Telephones.
        (r"(?<![\w.,])\+\d{1,3}(?:[\s-]\(?\d{2,5}\)?){2,5}(?![\w-])", _telephone),
        (r"(?<![\w.,-])(?:1[\s.-])?(?:\(\d{3}\)\s?|\d{3}[\s.-])\d{3}[.-]\d{4}(?![\w-])", _telephone),
        (r"(?<![\w.,-])(?:\(\d{3}\)\s?)?\d{3}-\d{4}(?![\w-])", _telephone),
        (r"\((\d+)\)", r"\1"),
        (r"(?:(?<=\s)|^)-(?=[$£€]?\.?\d)", "minus "),
        # Money.
        (
            rf"{_ARTICLE}(?P<sign>[$£€¥])\s?(?P<figure>{_DECIMAL})"
            rf"(?:[\s-](?P<scale>{_SCALE_WORDS})\b|\s?(?P<short>bn|mn|[kKmMbB])\b)?{_NOUN}",
            _money,
        ),
        (rf"({_DECIMAL})\s?¢", r"\1 cents"),
        (r"\b(480|576|720|1080|1440|2160)([pi])\b", lambda m: f"{_pairs(m[1])} {m[2].upper()}"),
        (rf"{_START}(\d+)p\b", r"\1 pence"),
        # Measures and ranges.
        (rf"(?<![\w.-])({_DECIMAL})\s?(?:-|–|—)\s?({_DECIMAL})(?![\w-]*-\d)", _range),
        (r"""(?<!\w)(\d)'\s?(?:(\d\d?)(?:"|'')?)?(?!\w)""", _height),
        (rf"{_ARTICLE}{_START}(?P<figure>{_DECIMAL})(?P<space>\s?)(?P<unit>{_UNIT})(?![\w/]){_NOUN}", _measure),
        (rf"({_DECIMAL})\s?%", r"\1 percent"),
        (r"(?<=\d)\s?x\s?(?=\d)", " by "),
        (r"(?<=\d)\s?\*\s?(?=\d)", " times "),
        (r"(?<=\d)x\b", " times"),
        (rf"{_START}(?:(?P<whole>\d+)\s)?(?P<over>\d+)/(?P<under>\d+)(?![\w/])", _fraction),
        # Years, ordinals, house numbers.
        (rf"({NUMBER})(?:st|nd|rd|th)\b", lambda m: _ordinal(m[1])),
        (r"(?<!\w)'?((?:1[1-9]|20)\d0|\d0)'?s\b", _decade),
        (rf"\b({_ROOMS}) ([1-9]\d{{2,3}})\b(?![.,]\d)", lambda m: f"{m[1]} {_pairs(m[2])}"),
        (r"(?<=\b[Ii]n )10\d\d\b(?![.,]\d)", lambda m: _year(int(m[0]))),
        (r"(?<![\w.,-])(1[1-9]|20)(\d\d)\b(?![.,]\d|-\d)", lambda m: _year(int(m[0]))),
        (r"(?<!\w)'(\d\d)\b(?!')", lambda m: f"oh {words(int(m[1]))}" if m[1][0] == "0" else words(int(m[1]))),
        (r"(?<=\d)\s?AD\b", " A.D."),
        (r"\bAD (?=\d)", "A.D. "),
        (r"(?<=\d)-(?=\d)", " "),
        (r"(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])", " "),
        (rf"(?<!\w)\.\d+|{NUMBER}(?:\.\d+)*", lambda m: number(m[0])),
    )
)
