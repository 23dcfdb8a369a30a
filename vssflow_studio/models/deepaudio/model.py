"""MMAudio, whole: picture and prompt in, foley or ambience out, weights from converted checkpoints."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ...errors import ModelError
from ..checkpoints import sized_module
from ..conditions.picture import Check
from ..flow.guidance import guided
from ..flow.solvers import Velocity, solve, time_grid
from ..flow.windows import blended, window_starts
from ..interface import WEIGHTS, Conditions, ModelCard, OnStep, Sampling
from . import parts
from .codec import Codec
from .config import V2AConfig
from .conv import filtered
from .features import CLIP_SIDE, Features
from .network import V2A, Projected

_OVERLAP_SECONDS = 1.0
_REMEMBERED = 16
"""Windows of picture whose features are kept: the next take of a cue sees the same."""


class MMAudioModel:
    """A SoundModel (see `interface.py`) on one device."""

    frame_size = (CLIP_SIDE, 682)  # 16:9; picture of another shape is stretched to it
    colour = True
    reference_rate = 0

    def __init__(
        self, card: ModelCard, network: V2A, features: Features, codec: Codec, device: str = "cpu"
    ) -> None:
        self.card, self.features, self.codec, self.device = card, features, codec, device
        self.frame_rate = network.config.sync_rate
        network = network.to(device).eval()
        self.network = filtered(network) if device == "cpu" else network
        self._remembered: OrderedDict[bytes, tuple[Tensor, Tensor]] = OrderedDict()

    @classmethod
    def load(cls, folder: Path, card: ModelCard, device: str) -> MMAudioModel:
        """Read what lies in `folder` and beside it. Raises ModelError: what is missing, and the remedy."""
        lack, remedy = parts.lacking(folder, card)
        if lack:
            raise ModelError(f"{card.title} can't be heard: {lack}", file=folder, remedy=remedy)
        network = load_network(folder / WEIGHTS)
        features = Features.load(folder, network.config, device)
        return cls(card, network, features, Codec.load(folder, network.config.codec, device), device)

    @torch.inference_mode()
    def generate(
        self, conditions: Conditions, sampling: Sampling, on_step: OnStep = lambda done, total: None
    ) -> np.ndarray:
        """See SoundModel. Raises ModelError for a line, which this model can't speak."""
        way = self.card.settled(sampling, conditions.kind)
        latent = self.latent(conditions, way, on_step)
        sound = self.codec.sound(self.network.denormalised(latent), lambda: on_step(way.steps, way.steps))
        return sound[: round(conditions.total * self.card.sample_rate)].cpu().numpy()

    @torch.inference_mode()
    def latent(
        self, conditions: Conditions, sampling: Sampling, on_step: OnStep = lambda done, total: None
    ) -> Tensor:
        """The sampled latent [1, channels, frames], whole windows at least, normalised."""
        if conditions.phonemes:
            raise ModelError(
                f"{self.card.title} makes foley and ambience, and can't speak a line",
                remedy="Choose another model for this cue.",
            )
        config, way = self.network.config, self.card.settled(sampling, conditions.kind)
        # Trained on whole windows, so a shorter take is the beginning of one.
        frames = max(config.latent_length, config.latent_frames(conditions.total))
        velocity = self._velocity(conditions, frames, way.guidance, lambda: on_step(0, way.steps))
        seeded = torch.Generator().manual_seed(way.seed)
        noise = torch.randn(1, frames, config.codec.latent_channels, generator=seeded).transpose(1, 2)
        return solve(
            velocity,
            noise.to(self.device),
            solver=way.solver,
            grid=time_grid(way.steps),
            on_step=on_step,
        )

    def phoneme_times(self, conditions: Conditions) -> list[tuple[int, float, float]]:
        """See SoundModel: there are none."""
        return []

    def _velocity(self, conditions: Conditions, frames: int, guidance: float, check: Check) -> Velocity:
        config = self.network.config
        window, overlap = config.latent_length, round(_OVERLAP_SECONDS * config.codec.latent_rate)
        said, unsaid = (
            self.features.said(words) if words else None for words in (conditions.prompt, conditions.negative)
        )
        without = self.network.project(text=unsaid)
        seen: dict[int, tuple[Projected, Projected]] = {}
        for start in window_starts(frames, window, overlap):
            here = self.network.project(*self._picture(conditions.frames, start, check), said)
            seen[start] = here, here.beside(without)

        def part(start: int, end: int, time: float, state: Tensor) -> Tensor:
            alone, both = seen[start]

            def predict(times: Tensor, states: Tensor, doubled: bool) -> Tensor:
                # Both halves have the same state, which the network enters once.
                return self.network(states[:1], times[:1], both if doubled else alone)

            return guided(predict, guidance)(time, state)

        return blended(part, frames, window, overlap)

    def _picture(self, frames: np.ndarray | None, start: int, check: Check) -> tuple[Tensor | None, Tensor | None]:
        """What CLIP and Synchformer see in the window from latent frame `start` on."""
        if frames is None or not len(frames):
            return None, None
        config = self.network.config
        first = round(start / config.codec.latent_rate * config.sync_rate)
        here = frames[min(first, len(frames) - 1) :][: round(config.window * config.sync_rate)]
        key = hashlib.blake2b(np.ascontiguousarray(here)).digest()
        if key not in self._remembered:
            self._remembered[key] = self.features.seen(torch.from_numpy(here), check)
        self._remembered.move_to_end(key)
        while len(self._remembered) > _REMEMBERED:
            self._remembered.popitem(last=False)
        return self._remembered[key]


def load_network(path: Path) -> V2A:
    """The network in a converted checkpoint. Raises ModelError naming the tensor that differs."""
    return sized_module(path, lambda text: V2A(V2AConfig.from_json(text)))
