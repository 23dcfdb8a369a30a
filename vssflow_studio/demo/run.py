"""The demo: the sample animatic gets its sound, start to end, as a user would do it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from ..atomic import storage_error
from ..engine.generate import Report, generate
from ..engine.preview import preview
from ..engine.queue import Job
from ..errors import StorageError
from ..paths import sample


def run_demo(
    out: Path, device: str = "auto", on_event: Callable[[Job], None] = lambda job: None
) -> tuple[Report, Path]:
    """Copy the sample to `out`, generate its cues, write a preview; where they are.

    Raises StudioError.
    """
    source = sample()
    if not (source / "animatic.otio").is_file():
        raise StorageError("The sample animatic is missing", file=source, remedy="Install again.")
    try:
        out.mkdir(parents=True, exist_ok=True)
        for file in source.iterdir():
            shutil.copyfile(file, out / file.name)
    except OSError as error:
        raise storage_error(error, out) from error
    timeline = out / "animatic.otio"
    report = generate(timeline, device=device, on_event=on_event)
    movie = out / "animatic-preview.mp4"
    preview(timeline, movie)
    return report, movie


