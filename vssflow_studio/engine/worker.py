"""The process in which a model runs: one for each device.

A process of its own keeps torch, its memory and its two busy cores away from the
window, and can be ended at any moment. Messages are tuples over a pipe, see `run`.
"""

from __future__ import annotations

import os
import signal
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from ..errors import Cancelled, DeviceError, MediaError, StudioError
from .request import SAMPLE_RATE, Request
from .takes import Order

if TYPE_CHECKING:
    import numpy as np

    from ..models.interface import SoundModel


def run(pipe: Connection, stop, device: str) -> None:
    """Answer jobs until the pipe closes.

    In: (job id, Request, Order). Out: ("step", id, done, total), ("done", id),
    ("cancelled", id) or ("failed", id, StudioError). `stop` is an event: the present
    job is to end.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if device == "cpu" and hasattr(os, "nice"):
        os.nice(10)  # the window goes first
    # Threads that spin while they wait starve each other on a busy machine.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    models: dict[str, SoundModel] = {}
    while True:
        try:
            job, request, order = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            _make(models, device, request, order, _Progress(pipe, stop, job))
            answer = ("done", job)
        except Cancelled:
            answer = ("cancelled", job)
        except StudioError as error:
            answer = ("failed", job, error)
        except MemoryError:
            answer = ("failed", job, _out_of_memory(device, order))
        except Exception as error:  # the process must outlive any one job
            full = type(error).__name__ == "OutOfMemoryError"  # torch's, on CUDA and MPS
            problem = _out_of_memory(device, order) if full else _unexpected(error, order)
            answer = ("failed", job, problem)
        try:
            pipe.send(answer)
        except OSError:
            return


class _Progress:
    """Reports steps and turns the stop event into Cancelled."""

    def __init__(self, pipe: Connection, stop, job: str) -> None:
        self.pipe, self.stop, self.job = pipe, stop, job

    def check(self) -> None:
        if self.stop.is_set():
            raise Cancelled

    def step(self, done: int, total: int) -> None:
        self.check()
        try:
            self.pipe.send(("step", self.job, done, total))
        except OSError as error:  # the app is gone: nobody waits for this take
            raise Cancelled from error


def _make(models: dict, device: str, request: Request, order: Order, progress: _Progress) -> None:
    from ..media.bwf import write_bwf
    from ..models.interface import Conditions, Voice
    from .post import finish

    model = _model(models, request.sampling.model, device)
    voice = model.card.voice(request.voice) or Voice("", "")
    progress.check()
    conditions = Conditions(
        total=request.total,
        phonemes=request.phonemes,
        speech=(request.head, request.head + request.duration),
        pace=request.pace,
        voice=voice.learned,
        prompt=request.prompt,
        frames=_seen(request, model, progress),
    )
    sound = model.generate(
        conditions,
        seed=request.sampling.seed,
        steps=request.sampling.steps,
        guidance=request.sampling.guidance,
        solver=request.sampling.solver,
        on_step=progress.step,
    )
    progress.check()
    times = model.phoneme_times(conditions) if request.phonemes else ()
    write_bwf(
        order.path,
        finish(sound, model.card.sample_rate, request, times, voice),
        SAMPLE_RATE,
        time_reference=order.time_reference,
        description=order.description,
        provenance=order.provenance,
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
    """The loaded model; the first call imports torch. Raises DeviceError, ModelError."""
    if name not in models:
        import torch

        from ..models.registry import load_model

        if device == "cuda" and not torch.cuda.is_available():
            raise DeviceError("CUDA can't be used here", remedy="Choose --device cpu.")
        if device == "mps" and not torch.backends.mps.is_available():
            raise DeviceError("MPS can't be used here", remedy="Choose --device cpu.")
        torch.set_num_threads(os.cpu_count() or 1)
        models[name] = load_model(name, device)
    return models[name]


def _out_of_memory(device: str, order: Order) -> StudioError:
    return DeviceError(
        f"The memory of the device “{device}” is full",
        file=order.path.name,
        remedy="Make the cue shorter, end other programs, or use --device cpu.",
    )


def _unexpected(error: Exception, order: Order) -> StudioError:
    """Anything else is our defect; the trace goes to the log, not to the user."""
    import traceback

    from ..paths import logs

    folder = logs()
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "worker.log", "a", encoding="utf-8") as log:
        log.write(f"{order.path.name}\n{traceback.format_exc()}\n")
    return StudioError(
        f"The model stopped unexpectedly ({type(error).__name__}: {error})",
        file=order.path,
        remedy=f"The details are in {folder / 'worker.log'}.",
    )
