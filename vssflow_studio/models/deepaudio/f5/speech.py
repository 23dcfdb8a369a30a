"""F5-TTS at work (Chen et al. 2024, §3.1): a recording and its text, and what is said next in that voice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...flow.guidance import guided, guided_apart
from ...flow.solvers import OnStep, Velocity, solve, sway_grid
from ...interface import Sampling
from .characters import Characters
from .energy import fitted
from .mel import log_mel
from .network import F5

LONGEST = 4096
"""Mel frames that a recording and what follows may have together."""

_ENDS = (".", "!", "?", "…", ".”", '."')
_LEVEL = 0.1
"""RMS to which a quieter recording is raised; what is said comes down again as much."""


@dataclass(frozen=True)
class Recording:
    """Who speaks: [samples] at the network's rate, what is said in it, and its energy contour if it is known."""

    sound: Tensor
    text: str
    energy: np.ndarray | None = None

    @property
    def spoken(self) -> str:
        """Its text, ended as a sentence."""
        text = self.text.strip()
        return f"{text} " if text.endswith(_ENDS) else f"{text}. "


class Speaker:
    """The network, its list of characters and its vocoder (Vocos, or what takes its place), on one device.

    `frugal` as in SoundModel: the passes of the guidance come one after the other.
    """

    frugal = False

    def __init__(self, network: F5, words: Characters, vocoder: nn.Module, device: str = "cpu") -> None:
        self.network, self.vocoder = network.to(device).eval(), vocoder.to(device).eval()
        self.words, self.device = words, device

    def natural_frames(self, recording: Recording, text: str, pace: float = 1.0) -> int:
        """Mel frames of `text` at the pace of the recording, by the lengths of both texts in bytes."""
        before = len(recording.sound) // self.network.config.hop
        return int(before / len(recording.spoken.encode()) * len(text.encode()) / pace)

    @torch.inference_mode()
    def say(
        self,
        recording: Recording,
        text: str,
        frames: int,
        sampling: Sampling,
        energy: np.ndarray | None = None,
        on_step: OnStep = lambda done, total: None,
    ) -> Tensor:
        """`text` in `frames` mel frames → waveform [(frames − 1) · hop]; with an `energy` contour in its time.

        `sampling` leaves nothing to the model (`ModelCard.settled`). Where the text has more characters than there are frames it gets as many, and none beyond `LONGEST`.
        """
        before = len(recording.sound) // self.network.config.hop
        level = float(recording.sound.square().mean().sqrt())
        raised = min(level, _LEVEL) / _LEVEL or 1.0
        mel = log_mel(recording.sound.to(self.device)[None] / raised, self.network.config)
        rows = self.words.rows(recording.spoken + text)
        frames = min(max(frames, len(rows) + 1 - before, 2), LONGEST - before)
        contour = np.concatenate([fitted(recording.energy, before), fitted(energy, frames)])
        made = self._filled(mel, rows, torch.from_numpy(contour), sampling, on_step)
        return self.vocoder(made[:, before:].transpose(1, 2))[0] * raised

    def _filled(
        self, known: Tensor, rows: list[int], energy: Tensor, sampling: Sampling, on_step: OnStep
    ) -> Tensor:
        """The `known` mel frames [1, first frames, bins] and those that follow, as many as `energy` has values."""
        total, config = len(energy), self.network.config
        recording = F.pad(known, (0, 0, 0, total - known.shape[1]))
        text = F.pad(torch.tensor([rows[:total]]), (0, total - len(rows[:total]))).to(self.device)
        entered = self.network.guided_pair(recording, text, energy.float()[None].to(self.device))
        noise = torch.randn(1, total, config.mel_bins, generator=torch.Generator().manual_seed(sampling.seed))
        made = solve(
            self._velocity(entered, sampling.guidance),
            noise.to(self.device),
            solver=sampling.solver,
            grid=sway_grid(sampling.steps),
            on_step=on_step,
        )
        return torch.cat([known, made[:, known.shape[1] :]], dim=1)

    def _velocity(self, entered: Tensor, guidance: float) -> Velocity:
        if self.frugal:
            ways = [lambda time, state, one=one: self.network(state, time, one) for one in entered.split(1)]
            return guided_apart(*ways, guidance)

        def predict(times: Tensor, states: Tensor, both: bool) -> Tensor:
            # Both halves have the same state and time, which the network enters once.
            return self.network(states[:1], times[:1], entered if both else entered[:1])

        return guided(predict, guidance)
