"""The command line: thin verbs over the engine. Nothing heavy is imported before a verb runs.

Exit codes: 0 done, 1 it can't be done (the message says why), 2 wrong usage, 3 some
cues failed or something is temp, 130 cancelled.
"""

from __future__ import annotations

import argparse
import json
import os
import sys

from .. import __version__
from ..errors import Cancelled, StudioError
from . import audit, backups, conform, cues, evaluate, export, farm, generate, importing, media, models, plugins, system, window
from .verbs import CANCELLED, FAILED


def main(argv: list[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    arguments = _parser().parse_args(argv)
    from .. import logs

    logs.start("command", verb=arguments.verb.__name__.strip("_"))
    try:
        code = arguments.verb(arguments)
        print(end="", flush=True)  # there may be no sys.stdout: a program of Windows without a terminal
        return code
    except StudioError as error:
        logs.problem("command", error)
        if getattr(arguments, "json", False):
            print(json.dumps(error.as_dict()))
        else:
            print(f"vssflow-studio: {error}", file=sys.stderr)
        return FAILED
    except (Cancelled, KeyboardInterrupt):
        print("Cancelled. What was finished is kept.", file=sys.stderr)
        return CANCELLED
    except BrokenPipeError:  # whoever reads what is printed, such as `| head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _UNREAD
    except Exception as error:
        logs.defect("command", error)
        raise


_UNREAD = 141
"""As of a program that SIGPIPE ends."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="vssflow-studio",
        description="Temp dialogue and foley on your timeline, in sync with the picture.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    parser.set_defaults(verb=system.open_window, file=None)
    verbs = parser.add_subparsers(title="verbs", metavar="VERB")
    for room in (importing, generate, farm, cues, conform, media, export, audit, evaluate, backups, models, plugins, window, system):
        room.add(verbs)
    return parser
