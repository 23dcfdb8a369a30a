"""Killing what writes, at random moments, and looking at what is left.

`Saver` is a process that does what `generate` does after each job, over and over: write
the take's WAV, enter it into the index, give it to its cue and save the timeline. It says
each take that it was done with; what it said has to be there after the kill.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import soundfile
from opentimelineio.opentime import RationalTime, TimeRange

from vssflow_studio.engine.generate import Session
from vssflow_studio.engine.takes import Order
from vssflow_studio.media.bwf import write_bwf
from vssflow_studio.timeline.backups import backups, save_timeline
from vssflow_studio.timeline.cues import Cue, Project, new_id
from vssflow_studio.timeline.files import read_timeline
from vssflow_studio.timeline.lock import locked
from vssflow_studio.timeline.metadata import read_project, write_project


@dataclass(frozen=True)
class Left:
    """What a kill left: takes in the cues, whole WAVs on disk, temporary files."""

    takes: frozenset[str]
    wavs: frozenset[str]
    temporary: int


def with_cues(path: Path, *texts: str) -> Path:
    """Give the timeline in `path` a cue for each text, one a second."""
    timeline = read_timeline(path)
    cues = (
        Cue(f"c{n}", "dialogue", TimeRange(RationalTime(24 * (n % 3), 24), RationalTime(24, 24)), text)
        for n, text in enumerate(texts)
    )
    write_project(timeline, Project(tuple(cues)))
    save_timeline(timeline, path)
    return path


def kill_while_saving(path: Path, seed: int, longest: float = 0.5) -> set[str]:
    """Kill a saver of `path` within `longest` seconds of its first take; the takes it said were done."""
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(out)
        try:
            _save_for_ever(path, into)
        finally:
            os._exit(1)
    os.close(into)
    with os.fdopen(out, "rb") as pipe:
        said = pipe.readline()
        time.sleep(random.Random(seed).uniform(0, longest))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        said += pipe.read()
    assert status == signal.SIGKILL, "the saver ended by itself"
    return {line for line in said.decode().split("\n")[:-1] if line}


def _save_for_ever(path: Path, into: int) -> None:
    sound = np.zeros(24_000, np.float32)
    with locked(path):
        session = Session(path, path)
        session.store.folder.mkdir(exist_ok=True)
        os.write(into, b"\n")
        for number in range(10_000):
            cue = session.project.cues[number % len(session.project.cues)]
            name = new_id()
            order = Order(cue.id, name, name, session.store.folder / f"{name}.wav", cue.text, 0)
            write_bwf(order.path, sound, time_reference=0, description="", provenance={"request": name})
            session.store.remember(order)
            session.keep(cue.id, order, order.path)
            os.write(into, f"{name}\n".encode())


def examine(path: Path) -> Left:
    """Open everything that is there; what is not whole fails."""
    timeline = read_timeline(path)
    takes = [take for cue in read_project(timeline).cues for take in cue.takes]
    for take in takes:
        assert soundfile.info(path.parent / take.path).frames > 0
    for one in backups(path):
        assert read_timeline(one.path).tracks is not None
    assert len(backups(path)) <= 4  # three, and one that came before the oldest went
    folder = path.with_name(f"{path.stem}.takes")
    wavs = [wav for wav in folder.glob("*.wav") if not wav.name.startswith(".")]
    for wav in wavs:
        assert soundfile.info(wav).frames > 0
    return Left(
        frozenset(Path(take.path).name for take in takes),
        frozenset(wav.name for wav in wavs),
        sum(1 for _ in _temporary(path)),
    )


def _temporary(path: Path) -> Iterator[Path]:
    for folder in (path.parent, path.parent / ".vssflow", path.with_name(f"{path.stem}.takes")):
        yield from folder.glob(".*vssflow-half*")


def without_takes(path: Path) -> None:
    """Take all takes off the cues again, so that the file does not grow from kill to kill."""
    timeline = read_timeline(path)
    project = read_project(timeline)
    cues = tuple(replace(cue, takes=(), circled="") for cue in project.cues)
    write_project(timeline, replace(project, cues=cues))
    save_timeline(timeline, path)
