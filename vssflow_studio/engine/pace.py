"""How long jobs take, learned from those that were done."""

from __future__ import annotations

from .request import Request

_NEW = 0.5
"""Weight of the newest job: the machine may have become busier."""


class Pace:
    """Seconds of work for a second of sound, by model, kind of cue, steps and device."""

    def __init__(self) -> None:
        self._known: dict[tuple, float] = {}

    def learn(self, request: Request, device: str, worked: float) -> None:
        """A job took `worked` seconds."""
        if request.total <= 0:
            return
        key, pace = _key(request, device), worked / request.total
        self._known[key] = (1 - _NEW) * self._known.get(key, pace) + _NEW * pace

    def seconds(self, request: Request, device: str) -> float | None:
        """What a job like this takes; None before one like it was done."""
        pace = self._known.get(_key(request, device))
        return None if pace is None else pace * request.total

    def left(self, request: Request, device: str, worked: float, eta: float | None) -> float | None:
        """What a running job needs still: as its steps say, else as jobs like it took."""
        if eta is not None:
            return eta
        usual = self.seconds(request, device)
        return None if usual is None else max(0.0, usual - worked)


def _key(request: Request, device: str) -> tuple:
    sampling = request.sampling
    return sampling.model, request.kind == "dialogue", sampling.steps, sampling.solver, device
