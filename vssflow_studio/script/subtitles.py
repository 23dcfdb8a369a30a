"""SubRip (.srt) and WebVTT (.vtt): who says what, and from when to when.

Who speaks is known from `<v Anna>`, from `ANNA: ` in capitals, and that somebody else does
from a dash. Tags are dropped; what stands in brackets, `[sighs]`, is how it is said.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from ..errors import CueError
from .script_lines import Script, ScriptLine, Skipped, shortened, split_name

_CLOCK = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})(?:[,.](\d{1,6}))?"
_TIMES = re.compile(rf"\s*{_CLOCK}\s*-->\s*{_CLOCK}(?:\s.*)?")
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?\s+([^<>]+)>")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|</?>|<[\d:.]+>|\{\\[^{}]*\}")
_NAME = re.compile(r"(?:>>\s*)?([^\W\d_][^:\n]{0,39}):\s+(?=\S)")
_DASH = re.compile(r"(?:[-–‐](?![-–])\s*|>>\s*)(?=\S)")
_DIRECTION = re.compile(r"\[[^\[\]]*\]|\((?!\d+\))[^()]*\)")
_SUNG = re.compile(r"[♪♫♬]")
_BLOCKS = ("NOTE", "STYLE", "REGION")


def read_subtitles(text: str, file: object = "") -> Script:
    """The lines of a subtitle file. Raises CueError naming the line that has no sense."""
    lines: list[ScriptLine] = []
    skipped: list[Skipped] = []
    found = False
    for row, times, said in _blocks(text.split("\n")):
        if times is None:
            skipped.append(Skipped(row, f"“{shortened(said[0])}” has no time"))
            continue
        found = True
        start, end = _span(times, row, file)
        if not end > start:
            skipped.append(Skipped(row, "the subtitle ends before it starts"))
            continue
        speeches, silent = _speeches(said)
        if not speeches:
            skipped.append(Skipped(row, silent))
        lines += _timed(speeches, row, start, end)
    if not found:
        raise CueError(
            "There are no subtitles in the file",
            file=file,
            remedy="Each begins with its times: 00:00:01,000 --> 00:00:02,500.",
        )
    return Script(tuple(lines), tuple(skipped))


def _blocks(rows: list[str]) -> Iterator[tuple[int, str | None, list[str]]]:
    """(row of the times, the times, the lines of text); text without times has None."""
    at = 0
    while at < len(rows):
        row = rows[at].strip()
        if "-->" in row:
            first = at
            at += 1
            said = []
            while at < len(rows) and rows[at].strip() and "-->" not in rows[at]:
                said.append(rows[at].strip())
                at += 1
            if said and at < len(rows) and "-->" in rows[at] and said[-1].isdigit():
                said.pop()  # the next one's number: the empty line before it was forgotten
            yield first + 1, row, said
        elif row.startswith(_BLOCKS) or row.startswith("WEBVTT"):
            while at < len(rows) and rows[at].strip():
                at += 1
        else:
            # A number or a name right before the times is their identifier.
            named = at + 1 < len(rows) and "-->" in rows[at + 1]
            if row and not named and not row.isdigit():
                yield at + 1, None, [row]
            at += 1


def _span(times: str, row: int, file: object) -> tuple[float, float]:
    found = _TIMES.fullmatch(times)
    values = found.groups() if found else ()
    if not found or any(int(values[i]) > 59 for i in (1, 2, 5, 6)):
        raise CueError(
            f"Line {row} has times that can't be read: “{shortened(times, 60)}”",
            file=file,
            remedy="Write 00:00:01,000 --> 00:00:02,500.",
        )
    return _seconds(values[:4]), _seconds(values[4:])


def _seconds(clock: tuple[str | None, ...]) -> float:
    hours, minutes, whole, part = clock
    return int(hours or 0) * 3600 + int(minutes) * 60 + float(f"{whole}.{part or 0}")


def _speeches(said: list[str]) -> tuple[list[tuple[str, str, str]], str]:
    """(character, text, how) of each speech of a subtitle; and why there is none, if so."""
    turns: list[list[str]] = []
    for line in said:
        for name, text in _voices(line):
            if name is not None or not turns:
                turns.append([name or "", text])
            else:
                turns[-1][1] += f" {text}"
    speeches, silent = [], "the subtitle is empty"
    for name, text in turns:
        how = "; ".join(mark[1:-1].strip() for mark in _DIRECTION.findall(text))
        plain = " ".join(_DIRECTION.sub(" ", text).split())
        if _SUNG.search(plain):
            silent = f"“{shortened(plain)}” is music"
        elif any(character.isalnum() for character in plain):
            speeches.append((name, plain, how))
        elif plain or how:
            silent = f"“{shortened(text.strip())}” is no speech"
    return speeches, silent


def _voices(line: str) -> Iterator[tuple[str | None, str]]:
    """The turns of one line of a subtitle; None is who spoke before."""
    before, *spans = _VOICE.split(line)
    if before.strip() or not spans:
        yield _turn(_plain(before))
    for name, text in zip(spans[::2], spans[1::2], strict=True):
        yield " ".join(html.unescape(name).split()), _plain(text)


def _plain(text: str) -> str:
    return html.unescape(_TAG.sub("", text)).replace("\N{LEFT-TO-RIGHT MARK}", "").strip()


def _turn(text: str) -> tuple[str | None, str]:
    """Who begins to speak with this line: a name, somebody (empty), or the one before (None)."""
    dash = _DASH.match(text)
    rest = text[dash.end() :] if dash else text
    if (named := _NAME.match(rest)) and named[1] == named[1].upper():
        name, _ = split_name(named[1])
        return name, rest[named.end() :]
    return ("" if dash else None), rest


def _timed(
    speeches: list[tuple[str, str, str]], row: int, start: float, end: float
) -> Iterator[ScriptLine]:
    """Those who share a subtitle speak in turn, as long as their words are."""
    whole, at = sum(len(text) for _, text, _ in speeches), start
    for name, text, how in speeches:
        upto = at + (end - start) * len(text) / whole
        yield ScriptLine(row, text, name, how, start=at, end=upto)
        at = upto
