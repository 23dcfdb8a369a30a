"""The verb `worker`: this machine works for a farm."""

from __future__ import annotations

import argparse

from ..errors import StudioError
from .verbs import DEVICES, add_verb


def add(verbs) -> None:
    """Put the verb in the parser."""
    verb = add_verb(verbs, "worker", _worker, "make takes for a Dask scheduler on one device of this machine")
    verb.add_argument("scheduler", help="tcp://host:8786")
    verb.add_argument("--device", default="auto", choices=DEVICES)
    verb.add_argument("--name", help="what the scheduler's dashboard calls it")


def add_options(verb: argparse.ArgumentParser) -> None:
    """What `generate` needs to use a farm."""
    verb.add_argument("--scheduler", metavar="tcp://HOST:8786", help="make the takes on a farm's workers")
    verb.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="HERE=THERE",
        help="a folder that the workers see too, as they call it; other media are uploaded",
    )


def queue_for(arguments):
    """What makes the queue that `generate` shall use; None for this machine's own."""
    if not arguments.scheduler:
        return None
    _check_installed()
    from ..farm.media import PathMap
    from ..farm.queue import FarmQueue

    paths = PathMap.parsed(arguments.map)
    return lambda on_event: FarmQueue(arguments.scheduler, on_event, paths)


def _worker(arguments) -> int:
    _check_installed()
    from ..farm.worker import serve

    serve(arguments.scheduler, arguments.device, arguments.name)
    return 0


def _check_installed() -> None:
    from importlib.util import find_spec

    if find_spec("distributed") is None:
        raise StudioError(
            "Dask is not installed", remedy='Run: pip install "vssflow-studio[farm]"'
        )
