"""What every verb needs: its place in the parser, exit codes, progress on a terminal."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

FAILED, SOME_FAILED, CANCELLED = 1, 3, 130
DEVICES = ("auto", "cuda", "mps", "cpu")


def add_verb(verbs, name: str, function: Callable, summary: str) -> argparse.ArgumentParser:
    """The parser of a new verb; `function(arguments)` runs it and gives the exit code."""
    verb = verbs.add_parser(name, help=summary, description=summary.capitalize() + ".")
    verb.set_defaults(verb=function)
    return verb


def add_group(verbs, name: str, summary: str):
    """A verb that only has verbs of its own, such as `cues`."""
    return verbs.add_parser(name, help=summary).add_subparsers(required=True)


def add_json(verb: argparse.ArgumentParser) -> None:
    """The option --json."""
    verb.add_argument("--json", action="store_true", help="one JSON document on standard output")


def positive(text: str) -> int:
    """A whole number from 1 up."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def tell(report, as_json: bool, **more) -> int:
    """Print what a report says was made and what was not; gives the exit code."""
    if as_json:
        print(
            json.dumps(
                {
                    "timeline": str(report.timeline),
                    "takes": {cue: str(path) for cue, path in report.takes.items()},
                    "errors": {cue: error.as_dict() for cue, error in report.errors.items()},
                    "warnings": report.warnings,
                    **{key: str(value) for key, value in more.items()},
                }
            )
        )
    else:
        for warning in (text for texts in report.warnings.values() for text in texts):
            print(f"warning: {warning}", file=sys.stderr)
        for error in report.errors.values():
            print(f"not made: {error}", file=sys.stderr)
        for path in report.takes.values():
            print(f"take      {path}")
        print(f"timeline  {report.timeline}")
        for key, value in more.items():
            print(f"{key:<9} {value}")
    if report.errors:
        return SOME_FAILED if report.takes else FAILED
    return 0


def show_progress():
    """A listener that draws one line on a terminal, or writes one line for each cue."""
    live = sys.stderr.isatty()

    def show(job) -> None:
        name = job.order.description[:44]
        if live and job.state == "running":
            bar = "█" * round(20 * job.fraction)
            left = f"{job.eta:4.0f} s left" if job.eta is not None else ""
            print(f"\r{name:<44} {bar:<20} {100 * job.fraction:3.0f} % {left:<12}", end="", file=sys.stderr)
        elif job.is_over:
            print(f"{chr(13) if live else ''}{name:<44} {job.state:<40}", file=sys.stderr)
        sys.stderr.flush()

    return show


def change_cues(path: Path, change: Callable) -> None:
    """Read, let `change(timeline, cues)` give the new cues, write."""
    from dataclasses import replace

    from ..timeline.backups import save_timeline
    from ..timeline.files import read_timeline
    from ..timeline.importing import work_file
    from ..timeline.lock import locked
    from ..timeline.metadata import read_project, write_project

    path = work_file(path)
    with locked(path):
        timeline = read_timeline(path)
        project = read_project(timeline)
        cues = tuple(change(timeline, project.cues))
        if cues != project.cues:
            write_project(timeline, replace(project, cues=cues))
            save_timeline(timeline, path)
