"""The process in which a model runs: one for each device.

A process of its own keeps torch, its memory and its two busy cores away from the
window, and can be ended at any moment. Messages are tuples over a pipe, see `run`.
"""

from __future__ import annotations

import os
import signal
import time
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from .. import logs, paths
from ..errors import Cancelled, DeviceError, MediaError, StudioError
from .out_of_memory import Way, first_that_fits, is_full, ways
from .request import SAMPLE_RATE, Request
from .takes import Order

if TYPE_CHECKING:
    import numpy as np

    from ..models.interface import SoundModel


def run(pipe: Connection, stop, device: str, threads: int = 0, polite: bool = True) -> None:
    """Answer jobs until the pipe closes.

    In: (job id, Request, Order, whether it has killed a process). Out: ("step", id, done,
    total), on a device with memory of its own ("memory", id, bytes, bytes in all), ("done", id,
    note), ("cancelled", id) or ("failed", id, StudioError). `stop` is an event: the present job is to end. `threads` and
    `polite` as in Settings.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logs.start("worker", device=device)
    if polite and device == "cpu" and hasattr(os, "nice"):
        os.nice(10)  # the window goes first
    if threads:
        os.environ["OMP_NUM_THREADS"] = str(threads)
    # Threads that spin while they wait starve each other on a busy machine.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    models: dict[tuple[str, str], SoundModel] = {}
    while True:
        try:
            job, request, order, killed = pipe.recv()
        except (EOFError, OSError):
            return
        begun = time.monotonic()
        try:
            note = make_take(models, device, request, order, _Progress(pipe, stop, job, device), killed)
            answer = ("done", job, note)
        except Cancelled:
            answer = ("cancelled", job)
        except StudioError as error:
            answer = ("failed", job, error)
        except Exception as error:  # the process must outlive any one job
            answer = ("failed", job, _unexpected(error, order))
        _note(answer, request, device, time.monotonic() - begun)
        try:
            pipe.send(answer)
        except OSError:
            return


def _note(answer: tuple, request: Request, device: str, seconds: float) -> None:
    """A line in the log on a job that ended."""
    facts = {"state": answer[0], "kind": request.kind, "model": request.sampling.model, "device": device}
    facts |= {"sound": request.total, "took": seconds}
    if answer[0] == "failed":
        logs.problem("job", answer[2], **facts)
    else:
        logs.event("job", **facts)


class _Progress:
    """Reports steps and turns the stop event into Cancelled."""

    def __init__(self, pipe: Connection, stop, job: str, device: str) -> None:
        self.pipe, self.stop, self.job, self.device = pipe, stop, job, device

    def check(self) -> None:
        if self.stop.is_set():
            raise Cancelled

    def step(self, done: int, total: int) -> None:
        self.check()
        try:
            self.pipe.send(("step", self.job, done, total))
            if memory := _device_memory(self.device):
                self.pipe.send(("memory", self.job, *memory))
        except OSError as error:  # the app is gone: nobody waits for this take
            raise Cancelled from error


def make_take(
    models: dict, device: str, request: Request, order: Order, progress, killed: bool = False
) -> str:
    """Make one take and write it to `order.path`; the first call with a model loads it into `models`.

    `progress` has `check()`, which raises Cancelled, and `step(done, total)`. `killed`: a
    process has died of this take before. Returns what the user should know of how it was
    made, mostly nothing. Raises StudioError.
    """

    def make(way: Way) -> str:
        _make(models, way, request, order, progress)
        return way.note

    try:
        return first_that_fits(make, ways(device, killed), order.path.name)
    except _Unfit as unfit:
        note = f"{unfit.what}: the take was made on the CPU, which takes longer."
        return first_that_fits(make, (Way("cpu", killed, note), Way("cpu", True, note)), order.path.name)


def _make(models: dict, way: Way, request: Request, order: Order, progress) -> None:
    from ..media.bwf import write_bwf
    from ..models.interface import Conditions
    from .post import finish
    from .voice_reference import spoken_by

    model = _model(models, request.sampling.model, way.device)
    model.frugal = way.frugal
    progress.check()
    voice, pace, reference = spoken_by(request, model)
    conditions = Conditions(
        total=request.total,
        phonemes=request.phonemes,
        speech=(request.head, request.head + request.duration),
        pace=request.pace and request.pace * pace,
        voice=voice.learned,
        prompt=request.prompt,
        negative=request.negative,
        frames=_seen(request, model, progress),
        reference=reference,
        text=request.text,
        transcript=request.transcript,
    )
    sound = model.generate(conditions, request.sampling, progress.step)
    progress.check()
    times = model.phoneme_times(conditions) if request.phonemes else ()
    write_bwf(
        order.path,
        finish(sound, model.card.sample_rate, request, times, voice),
        SAMPLE_RATE,
        time_reference=order.time_reference,
        description=order.description,
        provenance=order.provenance | ({"note": way.note} if way.note else {}),
    )


def _seen(request: Request, model: SoundModel, progress: _Progress) -> np.ndarray | None:
    """The picture for the model. Raises MediaError for foley; a line can do without."""
    from ..media.video import colour_frames, grey_frames

    if not request.picture:
        return None
    read = colour_frames if model.colour else grey_frames
    try:
        return read(request.picture, request.total, model.frame_rate, model.frame_size, progress.check)
    except MediaError:
        if request.phonemes:
            return None
        raise


def _model(models: dict, name: str, device: str) -> SoundModel:
    """The loaded model; the first call imports torch. Raises _Unfit, ModelError."""
    if (name, device) not in models:
        import torch

        from ..models.registry import load_model
        from .torch_trial import failure, first_words

        if device != "cpu" and (failed := failure(device)) and not is_full(failed):
            raise _Unfit(f"The device “{device}” can't be used here ({first_words(failed)})")
        torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", 0)) or os.cpu_count() or 1)
        models[name, device] = load_model(name, device)
    return models[name, device]


class _Unfit(DeviceError):
    """The device shows itself, and torch can't compute on it: too old a card, a driver that doesn't fit."""


def _unexpected(error: Exception, order: Order) -> StudioError:
    """Anything else is our defect; where it came from goes to the log, not to the user."""
    logs.defect("worker", error)
    return StudioError(
        f"The model stopped unexpectedly ({type(error).__name__}: {error})",
        file=order.path,
        remedy=f"The details are in {paths.logs() / 'worker.log'}.",
    )


def _device_memory(device: str) -> tuple[int, int] | None:
    """Bytes that torch holds on an accelerator and bytes that it has; None without one."""
    if device == "cuda":
        import torch

        if not torch.cuda.is_initialized():
            return None
        return torch.cuda.memory_reserved(), torch.cuda.get_device_properties(0).total_memory
    if device == "mps":
        import torch

        return torch.mps.driver_allocated_memory(), torch.mps.recommended_max_memory()
    return None
