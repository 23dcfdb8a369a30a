"""The verbs `open`, `doctor`, `demo` and `train`."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from .verbs import DEVICES, FAILED, add_json, add_verb, show_progress, tell


def add(verbs) -> None:
    """Put the verbs in the parser."""
    verb = add_verb(verbs, "open", open_window, "start the app, with a timeline if one is given")
    verb.add_argument("file", type=Path, nargs="?")
    verb.add_argument("--new-window", action="store_true", help="even where a window is open already")
    verb = add_verb(verbs, "doctor", _doctor, "versions, devices, codecs, models, what is missing")
    verb.add_argument("--deep", action="store_true", help="have torch compute on each device, too (some seconds)")
    add_json(verb)
    verb = add_verb(verbs, "demo", _demo, "generate the sample animatic's sound")
    verb.add_argument("-o", "--out", type=Path, default=Path("vssflow-demo"), metavar="FOLDER")
    verb.add_argument("--device", default="auto", choices=DEVICES)
    add_json(verb)
    verb = add_verb(verbs, "train", _train, "train a model, or go on where it was stopped")
    verb.add_argument(
        "config",
        type=Path,
        help="a TOML file, `draft` for the shipped model's, or a stage of DeepAudio-V1's chain: v2a, tts, mof, v2s",
    )
    verb.add_argument("--short", action="store_true", help="a few minutes of it, in folders called …-short: does it run here?")


def open_window(arguments) -> int:
    """The app; where it is running already, its window gets the file."""
    from ..endpoint import ask

    path = str(arguments.file.resolve()) if arguments.file else ""
    if not getattr(arguments, "new_window", False) and ask("open", {"path": path}):
        return 0
    from ..ui.app import run

    return run(arguments.file)


def _doctor(arguments) -> int:
    from ..engine.doctor import examine

    findings = examine(arguments.deep)
    if arguments.json:
        print(json.dumps(findings))
    else:
        for name, value in findings.items():
            between = f"\n{'':<17}" if name in ("models", "computing", "missing") else ", "
            print(f"{name:<16} {between.join(value) if isinstance(value, list) else value}")
    return FAILED if findings["missing"] else 0


def _demo(arguments) -> int:
    from ..demo.run import run_demo

    report, preview = run_demo(arguments.out, arguments.device, show_progress())
    return tell(report, arguments.json, preview=preview)


def _train(arguments) -> int:
    from ..training.config import read_config, shortened

    config = read_config(arguments.config)  # a wrong key is told before torch is there
    config = shortened(config) if arguments.short else config
    from ..training.pipeline import run

    run(config, lambda text: print(text, file=sys.stderr), _show_training())
    if "WORLD_SIZE" in os.environ:  # of torchrun: gloo's threads at times abort an orderly end
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
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
