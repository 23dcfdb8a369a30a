"""The log of a run: a CSV with a row for each step, and what is shown meanwhile."""

from __future__ import annotations

import csv
import math
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from ..atomic import write_bytes


@dataclass(frozen=True)
class Row:
    """One step: mean loss of all examples and of each kind (NaN where there was none),
    learning rate, norm of the gradient before clipping, examples a second, memory in MB."""

    step: int
    loss: float
    speech: float
    foley: float
    joint: float
    rate: float
    norm: float
    examples_per_second: float
    memory_mb: float


@dataclass(frozen=True)
class Progress:
    """How far a run is: `fraction` of it done, `left` in seconds as far as can be told."""

    row: Row
    fraction: float
    left: float

    def __str__(self) -> str:
        minutes, seconds = divmod(round(self.left), 60)
        row = self.row
        parts = "  ".join(
            f"{name} {value:.3f}"
            for name, value in (("speech", row.speech), ("foley", row.foley), ("joint", row.joint))
            if not math.isnan(value)
        )
        return (
            f"step {row.step}  {100 * self.fraction:.0f} %  loss {row.loss:.3f}  {parts}  "
            f"{row.examples_per_second:.1f} examples/s  {minutes}:{seconds:02d} left"
        )


class Log:
    """Rows appended to `path`; those after `step`, of a run that was killed, are dropped."""

    def __init__(self, path: Path, step: int) -> None:
        kept = [row for row in read_log(path) if row.step <= step] if path.exists() else []
        lines = [_line(f.name for f in fields(Row)), *(_line(astuple(row)) for row in kept)]
        write_bytes(path, "".join(lines).encode())
        self._file = open(path, "a", encoding="utf-8", buffering=1)  # noqa: SIM115

    def write(self, row: Row) -> None:
        """Append one row."""
        self._file.write(_line(astuple(row)))

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read_log(path: Path) -> list[Row]:
    """The rows of a log; a last one that was cut short is left out."""
    rows = []
    with open(path, newline="", encoding="utf-8") as file:
        for cells in csv.DictReader(file):
            try:
                values = {name: float(cells[name]) for name in cells if name != "step"}
                rows.append(Row(step=int(cells["step"]), **values))
            except (TypeError, ValueError):
                break
    return rows


def _line(cells) -> str:
    return ",".join(str(cell) for cell in cells) + "\n"
