"""The command line: thin verbs over the engine. Nothing heavy is imported before a verb runs.

Exit codes: 0 done, 1 it can't be done (the message says why), 2 wrong usage, 3 some
cues failed, 130 cancelled.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from . import __version__
from .errors import Cancelled, StudioError

FAILED, SOME_FAILED, CANCELLED = 1, 3, 130


def main(argv: list[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    arguments = _parser().parse_args(argv)
    try:
        return arguments.verb(arguments)
    except StudioError as error:
        if getattr(arguments, "json", False):
            print(json.dumps(error.as_dict()))
        else:
            print(f"vssflow-studio: {error}", file=sys.stderr)
        return FAILED
    except (Cancelled, KeyboardInterrupt):
        print("Cancelled. What was finished is kept.", file=sys.stderr)
        return CANCELLED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="vssflow-studio",
        description="Temp dialogue and foley on your timeline, in sync with the picture.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    parser.set_defaults(verb=_open, file=None)
    verbs = parser.add_subparsers(title="verbs", metavar="VERB")
    verb = _verb(verbs, "open", _open, "start the app, with a timeline if one is given")
    verb.add_argument("file", type=Path, nargs="?")
    _add_generate(verbs)
    _add_cues(verbs)
    models = verbs.add_parser("models", help="the installed models").add_subparsers(required=True)
    _json(_verb(models, "list", _models_list, "name, licence, voices and hash of each"))
    _json(_verb(verbs, "doctor", _doctor, "versions, devices, codecs, models, what is missing"))
    verb = _verb(verbs, "demo", _demo, "generate the sample animatic's sound")
    verb.add_argument("-o", "--out", type=Path, default=Path("vssflow-demo"), metavar="FOLDER")
    verb.add_argument("--device", default="auto", choices=("auto", "cuda", "mps", "cpu"))
    _json(verb)
    verb = _verb(verbs, "train", _train, "train a model, or go on where it was stopped")
    verb.add_argument("config", type=Path, help="a TOML file, or `draft` for the shipped model's")
    return parser


def _verb(verbs, name: str, function: Callable, summary: str) -> argparse.ArgumentParser:
    verb = verbs.add_parser(name, help=summary, description=summary.capitalize() + ".")
    verb.set_defaults(verb=function)
    return verb


def _json(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--json", action="store_true", help="one JSON document on standard output")


def _add_generate(verbs) -> None:
    verb = _verb(verbs, "generate", _generate, "make a take for every cue of a timeline")
    verb.add_argument("timeline", type=Path)
    verb.add_argument("--cues", type=Path, metavar="FILE.csv", help="add the cues of a sheet first")
    verb.add_argument("-o", "--out", type=Path, metavar="OUT.otio", help="default: the same file")
    verb.add_argument("--model", default="draft")
    verb.add_argument("--device", default="auto", choices=("auto", "cuda", "mps", "cpu"))
    verb.add_argument("--seed", type=int, default=0)
    verb.add_argument("--steps", type=_positive, help="solver steps (NFE for euler)")
    verb.add_argument("--guidance", type=float, help="guidance scale; 1 is none")
    verb.add_argument("--solver", default="", choices=("", "euler", "midpoint", "heun", "dopri5"))
    verb.add_argument("--search", type=Path, action="append", default=[], metavar="FOLDER")
    _json(verb)


def _add_cues(verbs) -> None:
    cues = verbs.add_parser("cues", help="the cues in a timeline").add_subparsers(required=True)
    verb = _verb(cues, "list", _cues_list, "what is to be heard, and what is there")
    verb.add_argument("timeline", type=Path)
    _json(verb)
    verb = _verb(cues, "add", _cues_add, "add one cue")
    verb.add_argument("timeline", type=Path)
    verb.add_argument("--kind", default="dialogue", choices=("dialogue", "foley", "ambience"))
    verb.add_argument("--in", dest="start", required=True, metavar="TIMECODE")
    verb.add_argument("--out", dest="end", required=True, metavar="TIMECODE")
    verb.add_argument("--text", required=True, help="the line, or the prompt")
    verb.add_argument("--character", default="")
    verb.add_argument("--voice", default="")
    _json(verb)
    for name, function, summary in (
        ("import", _cues_import, "add the cues of a CSV or TSV sheet"),
        ("export", _cues_export, "write the cues as a CSV or TSV sheet"),
    ):
        verb = _verb(cues, name, function, summary)
        verb.add_argument("timeline", type=Path)
        verb.add_argument("sheet", type=Path)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def _open(arguments) -> int:
    from .ui.app import run

    return run(arguments.file)


def _generate(arguments) -> int:
    from .engine.generate import generate
    from .engine.request import Sampling

    sampling = Sampling(
        arguments.model, arguments.seed, arguments.steps, arguments.guidance, arguments.solver
    )
    report = generate(
        arguments.timeline,
        out=arguments.out,
        cue_sheet=arguments.cues,
        sampling=sampling,
        device=arguments.device,
        search=arguments.search,
        on_event=_show_progress(),
    )
    return _tell(report, arguments.json)


def _tell(report, as_json: bool, **more) -> int:
    """What was made and what was not; the exit code."""
    if as_json:
        print(
            json.dumps(
                {
                    "timeline": str(report.timeline),
                    "takes": {cue: str(path) for cue, path in report.takes.items()},
                    "errors": {cue: error.as_dict() for cue, error in report.errors.items()},
                    **{key: str(value) for key, value in more.items()},
                }
            )
        )
    else:
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


def _show_progress():
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


def _cues_list(arguments) -> int:
    from .timeline.clips import record_timecode
    from .timeline.files import read_timeline
    from .timeline.metadata import read_project

    timeline = read_timeline(arguments.timeline)
    rows = [
        {
            "id": cue.id,
            "kind": cue.kind,
            "character": cue.character,
            "in": record_timecode(timeline, cue.range.start_time),
            "out": record_timecode(timeline, cue.range.end_time_exclusive()),
            "text": cue.text,
            "takes": [take.path for take in cue.takes],
        }
        for cue in read_project(timeline).cues
    ]
    if arguments.json:
        print(json.dumps(rows))
        return 0
    for row in rows:
        who = f"{row['character']}: " if row["character"] else ""
        print(f"{row['in']} – {row['out']}  {row['kind']:<8}  {len(row['takes'])} takes  {who}{row['text']}")
    return 0


def _change_cues(path: Path, change: Callable) -> None:
    """Read, let `change(timeline, cues)` give the new cues, write."""
    from dataclasses import replace

    from .timeline.files import read_timeline, write_timeline
    from .timeline.metadata import read_project, write_project

    timeline = read_timeline(path)
    project = read_project(timeline)
    write_project(timeline, replace(project, cues=tuple(change(timeline, project.cues))))
    write_timeline(timeline, path)


def _cues_add(arguments) -> int:
    from .errors import CueError
    from .timeline.cue_sheet import parse_time
    from .timeline.cues import Cue, new_id
    from .timeline.timecode import range_of

    made = new_id()

    def add(timeline, cues):
        try:
            start, end = (parse_time(t, timeline) for t in (arguments.start, arguments.end))
        except ValueError as error:
            raise CueError(
                "In or out is no timecode",
                file=arguments.timeline,
                timecode=f"{arguments.start} – {arguments.end}",
                remedy="Write 01:00:05:12 or 5.5.",
            ) from error
        if not end > start:
            raise CueError(
                "The cue ends before it starts",
                file=arguments.timeline,
                timecode=arguments.start,
                remedy="Give an --out that is later than --in.",
            )
        kind, text, who = arguments.kind, arguments.text, arguments.character
        return (*cues, Cue(made, kind, range_of(start, end), text, who, arguments.voice))

    _change_cues(arguments.timeline, add)
    print(json.dumps({"id": made}) if arguments.json else made)
    return 0


def _cues_import(arguments) -> int:
    from .timeline.cue_sheet import merged, read_cue_sheet

    def merge(timeline, cues):
        return merged(cues, read_cue_sheet(arguments.sheet, timeline))

    _change_cues(arguments.timeline, merge)
    return 0


def _cues_export(arguments) -> int:
    from .timeline.cue_sheet import write_cue_sheet
    from .timeline.files import read_timeline
    from .timeline.metadata import read_project

    timeline = read_timeline(arguments.timeline)
    write_cue_sheet(arguments.sheet, timeline, read_project(timeline).cues)
    return 0


def _models_list(arguments) -> int:
    from dataclasses import asdict

    from .models.registry import model_cards

    cards = [asdict(card) for card in model_cards()]
    if arguments.json:
        print(json.dumps(cards))
        return 0
    for card in cards:
        print(f"{card['name']:<10} {card['licence']:<12} voices {', '.join(card['voices'])}  {card['checkpoint'][:12]}")
    return 0


def _doctor(arguments) -> int:
    from .engine.doctor import examine

    findings = examine()
    if arguments.json:
        print(json.dumps(findings))
    else:
        for name, value in findings.items():
            print(f"{name:<16} {', '.join(value) if isinstance(value, list) else value}")
    return FAILED if findings["missing"] else 0


def _demo(arguments) -> int:
    from .demo.run import run_demo

    report, preview = run_demo(arguments.out, arguments.device, _show_progress())
    return _tell(report, arguments.json, preview=preview)


def _train(arguments) -> int:
    from .training.config import read_config

    config = read_config(arguments.config)  # a wrong key is told before torch is there
    from .training.pipeline import run

    run(config, lambda text: print(text, file=sys.stderr), _show_training())
    return 0


def _show_training():
    """A listener that keeps one line on a terminal, or writes one every half minute."""
    import time

    live, shown = sys.stderr.isatty(), -30.0

    def show(progress) -> None:
        nonlocal shown
        if time.monotonic() - shown < (0.2 if live else 30) and progress.fraction < 1:
            return
        shown = time.monotonic()
        end = "" if live and progress.fraction < 1 else "\n"
        print(f"{chr(13) if live else ''}{progress!s:<100}", end=end, file=sys.stderr, flush=True)

    return show
