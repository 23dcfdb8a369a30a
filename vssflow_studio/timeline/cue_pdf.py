"""The cue sheet as a PDF to print and to write on, as ADR and foley stages use it.

Type: PDF's own Helvetica knows Western letters only, so a font of the system is embedded where
one is found by its file name (DejaVu comes with our set-up on Debian, Arial with Windows and
macOS). Without any, letters are written without their accents, and what is left becomes `?`;
`write_cue_pdf` tells which, so that nobody has to find out from the printed page.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import opentimelineio as otio

from ..atomic import write_bytes
from .clips import record_timecode, timeline_rate
from .cues import Cue
from .timecode import exact_rate, seconds

if TYPE_CHECKING:
    from fpdf import FPDF

_SECTIONS = {"dialogue": ("Dialogue", "D"), "foley": ("Foley", "F"), "ambience": ("Ambience", "A")}
_COLUMNS = {
    "dialogue": ("Cue", "Character", "In", "Out", "Line", "Notes", "Takes"),
    "foley": ("Cue", "Clip", "In", "Out", "Sound", "Notes", "Takes"),
    "ambience": ("Cue", "Clip", "In", "Out", "Sound", "Notes", "Takes"),
}
_WIDTHS = (15, 32, 25, 25, 104, 46, 26)
_LONGEST = {"Character": 60, "Clip": 60, "Line": 1200, "Sound": 1200, "Notes": 400, "Cue": 24}
"""Characters of a cell: a row has to fit on a page."""
_MARGIN = 12
_GREY = (110, 110, 110)
_FONTS = (
    ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    ("arial.ttf", "arialbd.ttf"),
    ("Arial.ttf", "Arial Bold.ttf"),
    ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf"),
    ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"),
)
_OUR_ID = re.compile(r"[0-9a-f]{12}")


def write_cue_pdf(
    path: Path, timeline: otio.schema.Timeline, cues: Sequence[Cue], day: date | None = None
) -> str:
    """Write the sheet; gives the characters for which there is no type here, mostly none.

    `day` is the date on it, by default today. Raises StorageError.
    """
    rate = float(exact_rate(timeline_rate(timeline)))
    name = f"{_short(timeline.name or Path(path).stem, 120)} · {rate:.6g} fps"
    type_, page = _new_page(name, day or date.today())
    page.add_page()
    numbers = cue_numbers(cues)
    for kind in _SECTIONS:
        mine = sorted((cue for cue in cues if cue.kind == kind), key=_start)
        if mine:
            rows = (_row(timeline, cue, numbers[cue.id]) for cue in mine)
            _section(page, type_, kind, rows)
    if not cues:
        page.cell(0, 8, "There are no cues in this timeline.")
    write_bytes(Path(path), bytes(page.output()))
    return "".join(sorted(type_.missing))


def cue_numbers(cues: Sequence[Cue]) -> dict[str, str]:
    """What each cue is called on paper, by its id: its number in an imported sheet, else D1, F1 …"""
    given = {cue.id for cue in cues if not _OUR_ID.fullmatch(cue.id)}
    fresh = {kind: _counted(letter, given) for kind, (_, letter) in _SECTIONS.items()}
    return {
        cue.id: cue.id if cue.id in given else next(fresh[cue.kind])
        for cue in sorted(cues, key=_start)
    }


def _counted(letter: str, given: set[str]) -> Iterator[str]:
    return (number for i in count(1) if (number := f"{letter}{i}") not in given)


def _start(cue: Cue):
    return seconds(cue.range.start_time)


def _row(timeline: otio.schema.Timeline, cue: Cue, number: str) -> tuple[str, ...]:
    times = (cue.range.start_time, cue.range.end_time_exclusive())
    who = cue.character if cue.kind == "dialogue" else cue.clip.name if cue.clip else ""
    said = (number, who, *(record_timecode(timeline, time) for time in times), cue.text)
    notes = "; ".join(filter(None, (cue.notes, "" if cue.delivery == "normal" else cue.delivery)))
    return (*said, notes, _takes(cue))


def _takes(cue: Cue) -> str:
    """`1 2 (3)`: the circled one in brackets."""
    circled = cue.circled_take
    numbers = [f"({i})" if take is circled else f"{i}" for i, take in enumerate(cue.takes, 1)]
    return " ".join(numbers if len(numbers) < 9 else ("…", *numbers[-7:]))


# --- the page ---


def _new_page(name: str, day: date) -> tuple[_Type, FPDF]:
    from fpdf import FPDF

    class Page(FPDF):
        def header(self) -> None:
            self.set_font(type_.family, "B", 14)
            self.cell(0, 7, type_.shown("Cue sheet"), new_x="LEFT", new_y="TOP")
            self.set_font(type_.family, "", 9)
            self.set_text_color(*_GREY)
            self.cell(0, 7, day.isoformat(), align="R", new_x="LMARGIN", new_y="NEXT")
            self.cell(0, 5, type_.shown(name), new_x="LMARGIN", new_y="NEXT")
            self.set_text_color(0, 0, 0)
            self.ln(3)

        def footer(self) -> None:
            self.set_y(-_MARGIN)
            self.set_font(type_.family, "", 8)
            self.set_text_color(*_GREY)
            self.cell(0, 5, "Temp dialogue and foley, VSSFlow Studio")
            self.set_x(_MARGIN)
            self.cell(0, 5, f"Page {self.page_no()} of {{nb}}", align="R")
            self.set_text_color(0, 0, 0)

    page = Page("landscape", "mm", "A4")
    type_ = _Type(page)
    page.set_margins(_MARGIN, 10, _MARGIN)
    page.set_auto_page_break(True, margin=_MARGIN + 5)
    page.set_title(f"Cue sheet: {name}")
    page.set_creator("VSSFlow Studio")
    return type_, page


def _section(page: FPDF, type_: _Type, kind: str, rows: Iterable[tuple[str, ...]]) -> None:
    from fpdf.fonts import FontFace

    if page.will_page_break(24):
        page.add_page()
    page.set_font(type_.family, "B", 11)
    page.cell(0, 8, _SECTIONS[kind][0], new_x="LMARGIN", new_y="NEXT")
    page.set_font(type_.family, "", 8.5)
    columns = _COLUMNS[kind]
    with page.table(
        col_widths=_WIDTHS,
        text_align="LEFT",
        v_align="TOP",
        borders_layout="HORIZONTAL_LINES",
        line_height=4.4,
        padding=(1.2, 1),
        headings_style=FontFace(emphasis="BOLD", fill_color=(235, 235, 235)),
    ) as table:
        table.row(columns)
        for row in rows:
            table.row(
                [
                    type_.shown(_short(cell, _LONGEST.get(column, 40)))
                    for column, cell in zip(columns, row, strict=True)
                ]
            )
    page.ln(4)


def _short(text: str, limit: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


# --- type ---


class _Type:
    """The font of the sheet, and which characters it turned out not to have."""

    def __init__(self, page: FPDF) -> None:
        self.missing: set[str] = set()
        found = _system_fonts()
        if not found:
            self.family, self._known = "helvetica", None
            page.core_fonts_encoding = "windows-1252"
            return
        self.family = "sheet"
        for style, file in zip(("", "B"), found, strict=True):
            page.add_font(self.family, style, file)
        self._known = page.fonts[self.family].cmap

    def shown(self, text: str) -> str:
        """`text` in the characters that the font has."""
        text = unicodedata.normalize("NFC", text)
        return "".join(self._one(character) for character in text)

    def _one(self, character: str) -> str:
        if self._has(character):
            return character
        plain = unicodedata.normalize("NFKD", character)
        kept = "".join(one for one in plain if self._has(one))
        if not kept:
            self.missing.add(character)
        return kept or "?"

    def _has(self, character: str) -> bool:
        if self._known is not None:
            return ord(character) in self._known
        return bool(character.isprintable() and character.encode("cp1252", "ignore"))


@cache
def _system_fonts() -> tuple[Path, Path] | None:
    """Regular and bold of the first family that is there."""
    wanted = {name for pair in _FONTS for name in pair}
    there: dict[str, Path] = {}
    for folder in _font_folders():
        for inside, _, names in os.walk(folder):
            for name in wanted.intersection(names):
                there.setdefault(name, Path(inside, name))
    return next(
        ((there[one], there[bold]) for one, bold in _FONTS if one in there and bold in there), None
    )


def _font_folders() -> Iterator[Path]:
    home = Path.home()
    yield from (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
    yield from (home / ".local/share/fonts", home / ".fonts")
    yield from (Path("/Library/Fonts"), Path("/System/Library/Fonts/Supplemental"))
    yield Path(os.environ.get("WINDIR", r"C:\Windows")) / "Fonts"
