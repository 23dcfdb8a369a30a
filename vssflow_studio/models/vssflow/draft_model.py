"""The shipped draft model, whole: conditions in, waveform out."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ...errors import ModelError, TextError
from ..checkpoints import load_into, read_weights
from ..codecs.bands import BandExtension
from ..codecs.mel import MelCodec
from ..codecs.vocoder import Vocoder
from ..conditions import motion
from ..conditions.lips import durations_by_mouth, mouth_opening
from ..conditions.phonemes import (
    lay_by_durations,
    lay_line,
    natural_durations,
    phoneme_ids,
    rasterise,
)
from ..conditions.sync import RATE, SyncEncoder, bumps
from ..flow.guidance import Limit, Predict, apart, guided, guided_sparingly, unlimited
from ..flow.path import velocity_from_data
from ..flow.solvers import solve, time_grid
from ..flow.windows import blended, shortest_window
from ..interface import WEIGHTS, Conditions, ModelCard, OnStep, Sampling
from ..precision import rounding
from ..side_by_side import Each, side_by_side
from .config import VSSFlowConfig
from .draft import DraftBatch, DraftFlow
from .durations import DurationModel
from .network import Projected

_OVERLAP_SECONDS = 1.0
_EARLY = 1.5  # what is heard, and when, is settled near t = 0
_GENTLE = 1.5  # guidance that may be remembered for a step; more would magnify what is off by it
_A_FRAME = 1.001  # so much of a frame is one, however its edges are rounded
_LOUDEST = -0.5  # of a log-mel; the teachers' tones reach −0.1, most of their events less
_ITERATIONS = 16  # of the vocoder from random phases; foley of twice as many scored no better
_LIKELY, _POSSIBLE = 0.5, 0.1  # of a contact; below the second the picture tells nothing


class DraftModel:
    """A SoundModel (see `interface.py`) on one device."""

    frame_rate = motion.FRAME_RATE
    frame_size = motion.FRAME_SIZE
    colour = False
    reference_rate = 0
    frugal = False

    def __init__(
        self,
        card: ModelCard,
        flow: DraftFlow,
        durations: DurationModel,
        sync: SyncEncoder,
        codec: MelCodec,
        vocoder: Vocoder,
        band: BandExtension | None = None,
        device: str = "cpu",
    ) -> None:
        self.card, self.device = card, device
        self.flow, self.durations, self.codec, self.vocoder = (
            module.to(device).eval() for module in (flow, durations, codec, vocoder)
        )
        self.sync = sync.eval()
        self.band = band.to(device).eval() if band else None

    @classmethod
    def load(cls, folder: Path, card: ModelCard, device: str) -> DraftModel:
        """Read the weights in `folder`. Raises ModelError."""
        path = folder / WEIGHTS
        tensors, facts = read_weights(path)
        try:
            config = VSSFlowConfig.from_json(facts["config"])
            voices = len(json.loads(facts["voices"]))
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError("The weights don't say their sizes", file=path) from error
        flow, codec, sync = DraftFlow(config, voices), MelCodec(), SyncEncoder()
        durations = DurationModel(config.phoneme_table, voices)
        parts = {"draft.": flow, "codec.": codec, "durations.": durations, "sync.": sync}
        band = BandExtension(codec.config) if any(name.startswith("band.") for name in tensors) else None
        if band:
            parts["band."] = band
        for prefix, module in parts.items():
            load_into(module, tensors, prefix, path)
        return cls(card, flow, durations, sync, codec, Vocoder(codec.config, _ITERATIONS), band, device)

    @property
    def latent_rate(self) -> float:
        """Frames of the latent a second."""
        return self.codec.config.token_rate

    def windows(self, frames: int) -> tuple[int, int]:
        """Of so many frames of the latent: how many it makes at once, and by how many two such windows overlap."""
        overlap = round(_OVERLAP_SECONDS * self.latent_rate)
        return shortest_window(frames, self.flow.config.window_frames, overlap), overlap

    @torch.inference_mode()
    def generate(
        self, conditions: Conditions, sampling: Sampling, on_step: OnStep = lambda done, total: None
    ) -> np.ndarray:
        """See SoundModel. Raises TextError for a voice the model doesn't have."""
        mel = self.codec.untokens(self.latent(conditions, sampling, on_step))
        sound = self.heard(mel, spoken=bool(conditions.phonemes) and not conditions.prompt)[0]
        return _fitted(sound.cpu().numpy(), round(conditions.total * self.card.sample_rate))

    @torch.inference_mode()
    def heard(self, mel: Tensor, spoken: bool) -> Tensor:
        """Log-mel [batch, bins, frames] → waveform [batch, frames · hop], a voice's alone or others'."""
        if spoken and self.band:
            mel = self.band(mel)
        return self.vocoder(mel, spoken)

    @torch.inference_mode()
    def latent(
        self,
        conditions: Conditions,
        sampling: Sampling,
        on_step: OnStep = lambda done, total: None,
        tolerance: float = 1e-5,
    ) -> Tensor:
        """What the flow makes, before the vocoder: [1, channels, frames]."""
        frames = max(2, round(conditions.total * self.codec.config.token_rate))
        way = self.card.settled(sampling, conditions.kind)
        limit = self._no_louder() if conditions.kind == "foley" else unlimited
        projected = self.flow.project(self._batch(conditions, frames), frames)
        noise = torch.randn(
            1, self.flow.config.latent_channels, frames, generator=torch.Generator().manual_seed(way.seed)
        )
        with rounding(self.device, way.solver), side_by_side(self.device) as each:
            return solve(
                self._velocity(projected, frames, way, limit, each),
                noise.to(self.device),
                solver=way.solver,
                grid=time_grid(way.steps, _EARLY),
                on_step=on_step,
                tolerance=tolerance,
            )

    @torch.inference_mode()
    def phoneme_times(self, conditions: Conditions) -> list[tuple[int, float, float]]:
        """See SoundModel; lengths are predicted, then laid by the mouth that is seen, if any."""
        ids = phoneme_ids(conditions.phonemes)
        voice = torch.tensor([max(0, self._voice(conditions))], device=self.device)
        durations = self.durations(torch.tensor([ids], device=self.device), voice)[0].exp().tolist()
        by_mouth = self._by_mouth(conditions, durations)
        if by_mouth is not None:
            return lay_by_durations(ids, by_mouth, *conditions.speech)
        return lay_line(
            conditions.phonemes,
            durations,
            *conditions.speech,
            pace=conditions.pace,
            frame=_A_FRAME / self.codec.config.frame_rate,
        )

    def _by_mouth(self, conditions: Conditions, durations: list[float]) -> np.ndarray | None:
        """Lengths that follow the mouth that is seen; None without one, or where a pace is asked for."""
        if conditions.frames is None or conditions.pace:
            return None
        start, end = conditions.speech
        first, last = round(start * self.frame_rate), round(end * self.frame_rate)
        opening = mouth_opening(conditions.frames[first:last], self.frame_rate)
        if opening is None:
            return None
        natural = natural_durations(conditions.phonemes, durations)
        return durations_by_mouth(conditions.phonemes, natural, opening, end - start)

    def _voice(self, conditions: Conditions) -> int:
        if not conditions.voice:
            return -1
        if conditions.voice not in self.card.voices:
            raise TextError(
                f"{self.card.title} has no voice “{conditions.voice}”",
                remedy=f"It has {', '.join(self.card.voices)}.",
            )
        return self.card.voices.index(conditions.voice)

    def _batch(self, conditions: Conditions, frames: int) -> DraftBatch:
        per = self.codec.config.per_token
        ids = np.zeros(frames * per, dtype=np.int64)
        if conditions.phonemes:
            times = self.phoneme_times(conditions)
            ids = rasterise(times, frames * per, self.codec.config.frame_rate)
        moves = torch.zeros(1, max(1, round(conditions.total * self.frame_rate)), motion.CHANNELS)
        if conditions.prompt and conditions.frames is not None and len(conditions.frames):
            moves = motion.motion_features(torch.from_numpy(conditions.frames)).unsqueeze(0)
        contacts = self._contacts(moves, conditions)
        voice = self._voice(conditions) if conditions.phonemes else -1
        return DraftBatch(
            phonemes=torch.from_numpy(ids).unsqueeze(0).to(self.device),
            voices=torch.tensor([voice], device=self.device),
            prompts=[conditions.prompt],
            motion=moves.to(self.device),
            contacts=contacts.to(self.device),
        )

    def _contacts(self, moves: Tensor, conditions: Conditions) -> Tensor:
        """When what is seen sounds; if nothing is sure to, at the one likeliest moment.

        Who asks for a knock over a still panel wants to hear it, and at the cue's start.
        """
        likely = self.sync.contacts(moves)
        if not conditions.prompt:
            return torch.zeros_like(likely)
        start, end = conditions.speech
        first = round(start * RATE)
        asked = likely[0, first : round((end or conditions.total) * RATE)]
        if not len(asked) or asked.max() > _LIKELY:
            return likely
        moment = (first + int(asked.argmax()) + 0.5) / RATE if asked.max() > _POSSIBLE else start
        return torch.maximum(likely, bumps([moment], likely.shape[1]))

    def _velocity(self, projected: Projected, frames: int, way: Sampling, limit: Limit, each: Each):
        """The velocity of the whole latent; each window has guidance of its own."""
        guide = guided_sparingly if way.solver == "adams" and way.guidance <= _GENTLE else guided

        @cache
        def clean(start: int, end: int) -> Callable[[float, Tensor], Tensor]:
            return guide(self._predict(projected.cut(start, end)), way.guidance, limit)

        def part(start: int, end: int, time: float, state: Tensor) -> Tensor:
            times = torch.full((len(state),), time, device=state.device)
            return velocity_from_data(clean(start, end)(time, state), state, times)

        return blended(part, frames, *self.windows(frames), each)

    def _predict(self, here: Projected) -> Predict:
        """The clean latent under the conditions `here`, and without any."""
        if self.frugal:
            nothing = here.masked(torch.zeros(1, device=self.device))
            return apart(*(lambda t, x, given=given: self.flow(x, t, given) for given in (here, nothing)))
        doubled = here.with_unconditioned()
        return lambda t, x, both: self.flow(x, t, doubled if both else here)

    def _no_louder(self) -> Limit:
        """What guidance answers, at no moment louder than conditions alone make it, nor than the model was taught.

        Between an event and silence guidance goes too far: tones came out up to 20 dB louder than
        the click before them. So its clean latent is bounded (Saharia et al. 2022, Imagen, §2.3).
        """
        mel = self.codec.config
        loudest = self.codec.tokens(torch.full((1, mel.bins, mel.per_token), _LOUDEST, device=self.device))
        return lambda answer, conditioned: answer.minimum(conditioned.amax(1, keepdim=True)).minimum(loudest)


def _fitted(sound: np.ndarray, samples: int) -> np.ndarray:
    sound = sound[:samples].astype(np.float32)
    return np.pad(sound, (0, samples - len(sound)))
