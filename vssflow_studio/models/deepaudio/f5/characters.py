"""The characters that F5 reads, as the `vocab.txt` beside its checkpoints lists them."""

from __future__ import annotations

import re
from pathlib import Path

from ....errors import ModelError

_STRAIGHT = str.maketrans("“”‘’;", "\"\"'',")
_PARTS = re.compile(r"[A-Za-z0-9]+(?:\.[0-9]+)?%?|[-+#&._%]{2,}|.", re.DOTALL)
_CHINESE = re.compile("[\u3100-\u9fff]")
_TIED = " :'\""
"""After these the next word follows without a space of its own."""
_REMEDY = "It has to be the vocab.txt that came with the checkpoint."


class Characters:
    """Text to rows of F5's list; row 0 is the filler behind a text, row 1 the space and all that is unknown."""

    def __init__(self, listed: list[str]) -> None:
        self._rows = {character: row for row, character in enumerate(listed, start=1)}

    @classmethod
    def load(cls, path: Path) -> Characters:
        """Raises ModelError, see `read_characters`."""
        return cls(read_characters(path))

    def __len__(self) -> int:
        return len(self._rows)

    def rows(self, text: str) -> list[int]:
        """A row for every character of `spelled`."""
        return [self._rows.get(character, 1) for character in spelled(text)]


def spelled(text: str) -> str:
    """The text as the model was taught: straight quotes, and a space before each word after any sign.

    “3.5% off—today” keeps its number whole and gets “off— today”.
    """
    made = ""
    for part in _PARTS.findall(text.translate(_STRAIGHT)):
        if made and len(part) > 1 and made[-1] not in _TIED:
            made += " "
        made += part
    return made


def is_spelled(text: str) -> bool:
    """Whether the model knows the text as it stands; Chinese it was taught as pinyin, a syllable a row."""
    return not _CHINESE.search(text)


def is_list(path: Path) -> bool:
    """Whether the file begins as a list of characters does: with the space."""
    try:
        with open(path, "rb") as file:
            return file.read(3).replace(b"\r", b"").startswith(b" \n")
    except OSError:
        return False


def read_characters(path: Path) -> list[str]:
    """A character a line, the space first. Raises ModelError naming what is wrong."""
    try:
        listed = path.read_bytes().decode("utf-8").replace("\r\n", "\n").removesuffix("\n").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"The list of characters can't be read: {error}", file=path, remedy=_REMEDY) from error
    if listed[0] != " ":
        raise ModelError("The list of characters doesn't begin with the space", file=path, remedy=_REMEDY)
    twice = next((one for one in listed if listed.count(one) > 1), None) if len({*listed}) < len(listed) else None
    if twice is not None:
        raise ModelError(f"The list of characters has “{twice}” twice", file=path, remedy=_REMEDY)
    return listed
