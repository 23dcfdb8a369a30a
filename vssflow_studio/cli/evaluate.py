"""The verb `evaluate`: the papers' metrics on folders of takes and recordings."""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from ..errors import Cancelled
from .verbs import CANCELLED, DEVICES, FAILED, add_json, add_verb

_TABLES = ("dub1", "dub2", "dub3", "v2a", "tts", "vggsound", "visualtts")
_ASKED = 0.05  # seconds between two looks at Ctrl-C
_PATIENCE = 0.1  # seconds that the present step has to end by itself


def add(verbs) -> None:
    """Put the verb in the parser."""
    verb = add_verb(verbs, "evaluate", _evaluate, "measure takes as the papers do, beside their tables")
    verb.add_argument("made", type=Path, metavar="TAKES", help="folder of takes: sounds or films")
    verb.add_argument(
        "real", type=Path, nargs="?", metavar="RECORDINGS", help="folder of the real thing, under the same names"
    )
    verb.add_argument(
        "--table",
        choices=_TABLES,
        help="DeepAudio-V1’s: dub1 (default where NAME.txt says what is spoken), dub2, dub3, v2a (default elsewhere), tts; VSSFlow’s measures: vggsound, visualtts",
    )
    verb.add_argument("--whisper", type=Path, metavar="FOLDER", help="Whisper as transformers saves it, for WER")
    verb.add_argument("--name", default="", help="what to call our row; default: the folder's name")
    verb.add_argument("--csv", type=Path, metavar="FILE", help="write the table there too")
    verb.add_argument("--device", default="auto", choices=DEVICES)
    add_json(verb)


def _evaluate(arguments) -> int:
    from dataclasses import asdict

    from ..atomic import write_bytes
    from ..engine.devices import choose_device
    from ..evaluation.measure import measure, meters_for
    from ..evaluation.pairs import find_pairs
    from ..evaluation.paper import TABLES
    from ..evaluation.report import as_csv, as_text

    pairs, left_out = find_pairs(arguments.made, arguments.real)
    chosen = arguments.table or ("dub1" if any(pair.text for pair in pairs) else "v2a")
    meters, device = meters_for(chosen, arguments.whisper), choose_device(arguments.device)
    measured = _beside(lambda show, check: measure(pairs, meters, device, show, check), _show())
    measured.warnings[:0] = left_out
    table, name = TABLES[chosen], arguments.name or arguments.made.resolve().name
    if arguments.csv:
        write_bytes(arguments.csv, as_csv(table, measured, name).encode())
    if arguments.json:
        scores = {metric: asdict(score) for metric, score in measured.scores.items()}
        print(json.dumps({"table": chosen, "pairs": len(pairs), "scores": scores, "warnings": measured.warnings}))
    else:
        print(as_text(table, measured, name, len(pairs)))
    return 0 if any(score.value is not None for score in measured.scores.values()) else FAILED


def _beside(work: Callable, show: Callable):
    """What `work(show, check)` gives, in a thread of its own, so that Ctrl-C need not wait for a long step."""
    told: queue.SimpleQueue = queue.SimpleQueue()
    stopped = threading.Event()

    def check() -> None:
        if stopped.is_set():
            raise Cancelled

    def run() -> None:
        try:
            told.put((True, work(lambda progress: told.put((None, progress)), check)))
        except BaseException as error:
            told.put((False, error))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        return _heard(told, show)
    except KeyboardInterrupt:
        stopped.set()
        thread.join(_PATIENCE)
        print("Cancelled.", file=sys.stderr, flush=True)
        os._exit(CANCELLED)  # native threads of the decoder and of torch at times abort Python's own way out


def _heard(told: queue.SimpleQueue, show: Callable):
    """What the work gives in the end. A function of its own: within the `try` of another, Python 3.11 has
    places in a loop like this one where Ctrl-C goes past that `except`."""
    while True:
        try:
            done, what = told.get(timeout=_ASKED)
        except queue.Empty:
            continue
        if done is None:
            show(what)
        elif done:
            return what
        else:
            raise what


def _show() -> Callable:
    """A listener that keeps one line on a terminal, or writes a line for each metric and each tenth."""
    live, told = sys.stderr.isatty(), None

    def show(progress) -> None:
        nonlocal told
        over, part = progress.done == progress.total, progress.done / max(1, progress.total)
        if not live and told == (told := (progress.doing, int(10 * part))):
            return
        left = f"{progress.seconds_left:.0f} s left" if progress.seconds_left and not over else ""
        name = f"{progress.doing}  {progress.pair}"[:50]
        end = "\n" if over or not live else ""
        print(f"{chr(13) if live else ''}{name:<50} {part:4.0%}  {left:<12}", end=end, file=sys.stderr, flush=True)

    return show
