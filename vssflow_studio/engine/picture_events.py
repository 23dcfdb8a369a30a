"""What in the picture asks for a sound: moments of contact, gathered into ranges for cues.

The moments come from the draft's sync encoder (`models.conditions.sync`), which was trained
to mark when what moves is heard. That part imports torch and runs in a process of its own,
see `watch`; the rest is plain numpy.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import Cancelled, StudioError
from ..media.span import Span

RATE = 50.0
"""Likelihoods of a contact a second."""
FRAME_RATE = 25.0
LIKELY = 0.35
"""A peak from here on is an event."""
_APART = 0.08  # seconds between two events at least
_TOGETHER = 1.1  # seconds between events of one cue at most
_BEFORE, _AFTER = 0.25, 0.75  # seconds of a range before its first event and behind its last


@dataclass(frozen=True)
class Seen:
    """What was seen in so many seconds: contact likelihoods [2 · time] and motion features [time, channels]."""

    contacts: np.ndarray
    moves: np.ndarray


@dataclass(frozen=True)
class Event:
    """A moment, in seconds, at which something makes contact; `likely` 0 … 1."""

    time: float
    likely: float


def watch(spans: Sequence[Span], total: float, check: Callable[[], None] = lambda: None) -> Seen:
    """Look at `total` seconds of picture. Imports torch. Raises MediaError, ModelError."""
    import torch

    from ..media.video import grey_frames
    from ..models.checkpoints import load_into, read_weights
    from ..models.conditions import motion
    from ..models.conditions.sync import SyncEncoder
    from ..models.interface import WEIGHTS
    from ..models.registry import model_folder

    path = model_folder("draft") / WEIGHTS
    encoder = SyncEncoder().eval()
    load_into(encoder, read_weights(path)[0], "sync.", path)
    frames = grey_frames(spans, total, motion.FRAME_RATE, motion.FRAME_SIZE, check)
    moves = motion.motion_features(torch.from_numpy(frames))
    return Seen(encoder.contacts(moves[None])[0].numpy(), moves.numpy())


def events(contacts: np.ndarray, least: float = LIKELY) -> tuple[Event, ...]:
    """The peaks of contact likelihoods [time] at `RATE` that reach `least`, in order."""
    near = round(_APART * RATE)
    padded = np.pad(contacts, near, mode="constant")
    highest = np.lib.stride_tricks.sliding_window_view(padded, 2 * near + 1).max(1)
    peaks = np.flatnonzero((contacts >= least) & (contacts == highest))
    found: list[Event] = []
    for peak in peaks:
        if not found or peak / RATE - found[-1].time > _APART:
            found.append(Event(float((peak + 0.5) / RATE), float(contacts[peak])))
    return tuple(found)


def gathered(found: Sequence[Event]) -> tuple[tuple[Event, ...], ...]:
    """Events that follow one another closely, as one cue has them."""
    groups: list[list[Event]] = []
    for event in found:
        if groups and event.time - groups[-1][-1].time <= _TOGETHER:
            groups[-1].append(event)
        else:
            groups.append([event])
    return tuple(map(tuple, groups))


def range_around(group: Sequence[Event], total: float) -> tuple[float, float]:
    """(start, end) in seconds of the cue for a group of events."""
    return max(0.0, group[0].time - _BEFORE), min(total, group[-1].time + _AFTER)


def watch_aside(
    spans: Sequence[Span], total: float, told: Callable[[float], None], cancelled: Callable[[], bool]
) -> Seen:
    """As `watch`, in a process of its own, so that torch stays out of this one.

    `told` gets how much is seen, 0 … 1. Raises Cancelled within 200 ms of `cancelled`, and
    StudioError when the process dies.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_watch, args=(theirs, tuple(spans), total), daemon=True)
    process.start()
    theirs.close()
    try:
        while True:
            if cancelled():
                raise Cancelled
            if not ours.poll(0.1):
                continue
            answer = ours.recv()
            if isinstance(answer, float):
                told(answer)
            elif isinstance(answer, StudioError):
                raise answer
            else:
                return answer
    except EOFError as error:
        raise StudioError("The picture could not be looked at", remedy="Try again; memory may have run out.") from error
    finally:
        process.kill()
        process.join()


def _watch(pipe, spans: Sequence[Span], total: float) -> None:
    """The process's side: how far it is, then Seen or the StudioError."""
    if hasattr(os, "nice"):
        os.nice(10)  # the window goes first
    frames, seen = max(1, round(total * FRAME_RATE)), 0

    def check() -> None:
        nonlocal seen
        seen += 1
        if seen % 25 == 0:
            pipe.send(min(1.0, seen / frames))

    try:
        pipe.send(watch(spans, total, check))
    except StudioError as error:
        pipe.send(error)
