"""Reading what other programs wrote as text: whatever their encoding and their line ends."""

from __future__ import annotations

import codecs
from pathlib import Path

from .errors import CueError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins as UTF-16's does
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LARGEST = 32 << 20


def read_text(path: Path) -> str:
    r"""The file's text with `\n` between lines. Raises CueError: not there, too large, no text.

    The encoding is that of the byte order mark (spreadsheets write UTF-16 with one), else
    UTF-8, else that of Western Windows, in which any text has a meaning.
    """
    try:
        data = read_data(path)
        text = data.decode(_encoding(data))
    except UnicodeDecodeError as error:
        raise _no_text(path) from error
    if "\0" in text:
        raise _no_text(path)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_data(path: Path) -> bytes:
    """The bytes of a script or a sheet. Raises CueError: not there, too large."""
    path = Path(path)
    try:
        if path.stat().st_size > _LARGEST:
            raise CueError("The file is too large to be a script or a cue sheet", file=path)
        return path.read_bytes()
    except OSError as error:
        what = f"The file can't be read: {error.strerror or error}"
        raise CueError(what, file=path, remedy="Check its name and that you may read it.") from error


def _encoding(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _no_text(path: Path) -> CueError:
    return CueError("This is not a text file", file=path, remedy="Save it as text in UTF-8.")
