"""Numbered pictures as one piece of media.

Such media has no file of its own; as a path it is written `/shots/sh010.%04d.exr#1001-1020x1@24`:
the pattern, the first and last number, the step between them and the frames a second. So it
goes wherever a file's path goes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

_FORM = re.compile(
    r"(.*)%0(\d+)d([^/\\]*)#(-?\d+)-(-?\d+)x(\d+)@(\d+(?:/\d+)?)(hold|black|)", re.DOTALL
)


@dataclass(frozen=True)
class ImageSequence:
    """`rate` counts frames, of which every picture stands for `step`.

    `missing` says what is seen where a picture is not there: an error (empty), the one
    before (hold) or black.
    """

    prefix: str
    padding: int
    suffix: str
    first: int
    last: int
    step: int = 1
    rate: Fraction = Fraction(24)
    missing: str = ""

    def __str__(self) -> str:
        numbers = f"{self.first}-{self.last}x{self.step}@{self.rate}{self.missing}"
        return f"{self.prefix}%0{self.padding}d{self.suffix}#{numbers}"

    @property
    def duration(self) -> Fraction:
        """Seconds."""
        return (self.last - self.first + 1) / self.rate

    def path(self, number: int) -> Path:
        """The file of one picture."""
        return Path(self.prefix + numbered(number, self.padding) + self.suffix)

    def number_at(self, seconds: float) -> int:
        """The picture seen `seconds` after the first begins; the last one after the end."""
        frame = int((max(0.0, seconds) + 1e-4) * self.rate)
        return self.first + min(frame, self.last - self.first) // self.step * self.step


def is_there(media: str | Path) -> bool:
    """Whether the file `media`, or any end of the sequence it stands for, is on disk."""
    sequence = as_sequence(media)
    if sequence is None:
        return Path(media).exists()
    return any(sequence.path(number).exists() for number in (sequence.first, sequence.last))


def numbered(number: int, padding: int) -> str:
    """A picture's number as it stands in its name."""
    return f"{'-' if number < 0 else ''}{abs(number):0{padding}d}"


def as_sequence(media: str | Path) -> ImageSequence | None:
    """The sequence that a path is the form of; None for any other path."""
    form = _FORM.fullmatch(str(media))
    if form is None:
        return None
    prefix, padding, suffix, first, last, step, rate, missing = form.groups()
    return ImageSequence(
        prefix, int(padding), suffix, int(first), int(last), int(step), Fraction(rate), missing
    )
