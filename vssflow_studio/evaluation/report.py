"""A table of a paper with our row, as text and as CSV. No torch."""

from __future__ import annotations

import csv
import io

from .columns import COLUMNS
from .measure import Measured
from .paper import Table

_NONE = "—"


def as_text(table: Table, measured: Measured, name: str, pairs: int) -> str:
    """The table with our row at the end, then what else was measured, why a value is missing, and warnings."""
    lines = [f"{table.title}{' (the paper’s rows)' if table.rows else ''}; {name}: {pairs} {'pair' if pairs == 1 else 'pairs'}", ""]
    lines += _grid(_rows(table, measured, name))
    others = [metric for metric in measured.scores if metric not in table.metrics]
    if others:
        lines += ["", "Beside the paper’s table:"]
        lines += [f"  {COLUMNS[metric].heading:<30} {_value(measured, metric)}" for metric in others]
    lines += _reasons(measured)
    lines += [f"warning: {warning}" for warning in measured.warnings]
    return "\n".join(lines)


def as_csv(table: Table, measured: Measured, name: str) -> str:
    """A line for each method; ours is the last, and has further columns."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    others = [metric for metric in measured.scores if metric not in table.metrics]
    headings = [COLUMNS[metric].heading for metric in (*table.metrics, *others)]
    writer.writerow(["method", "source", "params", *headings])
    for row in table.rows:
        writer.writerow([row.method, row.source, row.size, *row.values, *("" for _ in others)])
    ours = [_value(measured, metric).replace(_NONE, "") for metric in (*table.metrics, *others)]
    writer.writerow([name, "measured here", "", *ours])
    return out.getvalue()


def _rows(table: Table, measured: Measured, name: str) -> list[list[str]]:
    rows = [["", "Params", *(COLUMNS[metric].heading for metric in table.metrics), ""]]
    for row in table.rows:
        values = zip(table.metrics, row.values, strict=True)
        rows.append([row.method, row.size, *(f"{value:.{_digits(metric)}f}" for metric, value in values), row.source])
    return [*rows, [name, "", *(_value(measured, metric) for metric in table.metrics), "measured here"]]


def _digits(metric: str) -> int:
    return COLUMNS[metric].digits


def _value(measured: Measured, metric: str) -> str:
    score = measured.scores.get(metric)
    if score is None or score.value is None:
        return _NONE
    return f"{COLUMNS[metric].shown(score.value):.{_digits(metric)}f}"


def _grid(rows: list[list[str]]) -> list[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        first, *values, source = row
        cells = [cell.rjust(width) for cell, width in zip(values, widths[1:-1], strict=True)]
        lines.append("  ".join([first.ljust(widths[0]), *cells, source]).rstrip())
    rule = "─" * (sum(widths) + 2 * (len(widths) - 1))
    theirs = [*lines[1:-1], rule] if len(lines) > 2 else []
    return [lines[0], rule, *theirs, lines[-1]]


def _reasons(measured: Measured) -> list[str]:
    """Why a value is missing and how one came about; metrics with the same to say stand together."""
    said: dict[tuple[bool, str], list[str]] = {}
    for metric, score in measured.scores.items():
        missing = score.value is None
        said.setdefault((missing, score.why if missing else score.note), []).append(metric)
    lines = [
        f"{', '.join(metrics)}{f' {_NONE}' if missing else ''}: {text}."
        for (missing, text), metrics in said.items()
        if text
    ]
    return ["", *lines] if lines else []
