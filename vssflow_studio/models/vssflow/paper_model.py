"""The paper's model, whole: conditions in, waveform out, weights from a converted checkpoint.

Three tasks, told apart by what there is: picture alone (sound from video), a line alone
(speech), or both in one pass. Streams that a task doesn't have are zeros, as in training.
A prompt is not among the streams: this model makes what it sees.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from ...errors import ModelError
from ..checkpoints import load_into, read_weights
from ..codecs.audioldm import AudioLDMCodec
from ..conditions import picture
from ..conditions.avhubert import LipEncoder
from ..conditions.clip import ClipEncoder
from ..conditions.even import paper_ids, spread
from ..conditions.phonemes import SLOWEST, average_durations, natural_durations
from ..conditions.picture import Check, PictureEncoder
from ..conditions.rawnet3 import SAMPLE_RATE as VOICE_RATE
from ..conditions.rawnet3 import VoiceEncoder
from ..conditions.synchformer import SynchformerEncoder
from ..flow.guidance import guided, guided_apart
from ..flow.solvers import Velocity, solve, time_grid
from ..flow.windows import blended
from ..interface import WEIGHTS, Conditions, ModelCard, OnStep, Sampling
from ..precision import rounding
from . import surroundings
from .config import VSSFlowConfig
from .network import Projected, Streams, VSSFlow

_OVERLAP_SECONDS = 1.0


class PaperModel:
    """A SoundModel (see `interface.py`) on one device."""

    frame_rate = picture.FRAME_RATE
    frame_size = picture.FRAME_SIZE
    colour = True
    reference_rate = VOICE_RATE
    frugal = False

    def __init__(
        self,
        folder: Path,
        card: ModelCard,
        network: VSSFlow,
        codec: AudioLDMCodec,
        clip: PictureEncoder | None = None,
        synchformer: PictureEncoder | None = None,
        lips: PictureEncoder | None = None,
        rawnet3: VoiceEncoder | None = None,
        device: str = "cpu",
    ) -> None:
        self.folder, self.card, self.codec, self.device = folder, card, codec, device
        self.clip, self.synchformer, self.lips, self.rawnet3 = clip, synchformer, lips, rawnet3
        self.network = network.to(device).eval()

    @classmethod
    def load(cls, folder: Path, card: ModelCard, device: str) -> PaperModel:
        """Read what lies in `folder`. Raises ModelError: what is missing, and where it belongs."""
        lack, remedy = surroundings.lacking(folder)
        if lack:
            raise ModelError(f"{card.title} can't be heard: {lack}", file=folder, remedy=remedy)
        network = _network(folder / WEIGHTS)
        config = network.config
        codec = AudioLDMCodec.load(
            folder / surroundings.VAE.file, folder / surroundings.VOCODER.file, device
        )
        encoders = [
            _encoder(folder, part, kind, channels, device)
            for part, kind, channels in (
                (surroundings.CLIP, ClipEncoder, config.semantic_raw),
                (surroundings.SYNCHFORMER, SynchformerEncoder, config.sync_raw),
                (surroundings.AVHUBERT, LipEncoder, config.lip_channels),
                (surroundings.RAWNET3, VoiceEncoder, config.voice_raw),
            )
        ]
        return cls(folder, card, network, codec, *encoders, device=device)

    @torch.inference_mode()
    def generate(
        self, conditions: Conditions, sampling: Sampling, on_step: OnStep = lambda done, total: None
    ) -> np.ndarray:
        """See SoundModel. Raises ModelError where there is neither picture nor line, or a bad voice."""
        latent = self.latent(conditions, sampling, on_step)
        sound = self.codec.sound(latent).cpu().numpy()
        samples = round(conditions.total * self.card.sample_rate)
        return np.pad(sound[:samples], (0, max(0, samples - len(sound))))

    @torch.inference_mode()
    def latent(
        self, conditions: Conditions, sampling: Sampling, on_step: OnStep = lambda done, total: None
    ) -> Tensor:
        """What the flow makes, before the codec: [1, channels, frames], whole windows at least."""
        config, way = self.network.config, self.card.settled(sampling, conditions.kind)
        # Trained on whole windows, so a shorter take is the beginning of one.
        frames = max(config.window_frames, math.ceil(conditions.total * config.latent_rate))
        streams = self.streams(conditions, frames, lambda: on_step(0, way.steps))
        projected = self.network.project(streams, frames)
        noise = torch.randn(
            1, config.latent_channels, frames, generator=torch.Generator().manual_seed(way.seed)
        )
        velocity = self._velocity(projected, frames, way.guidance)
        told = _Told(on_step, way.steps)
        with rounding(self.device, way.solver):
            return solve(
                told.during(velocity),
                noise.to(self.device),
                solver=way.solver,
                grid=time_grid(way.steps),
                on_step=told.step,
            )

    @torch.inference_mode()
    def streams(self, conditions: Conditions, frames: int, check: Check = lambda: None) -> Streams:
        """The raw streams of `frames` latent frames; what the task doesn't have is zeros."""
        seen = conditions.frames if conditions.frames is not None and len(conditions.frames) else None
        if seen is None and not conditions.phonemes:
            raise ModelError(
                f"{self.card.title} makes sound from picture or from a line, and here is neither",
                remedy="Make it a foley cue over a clip, or choose another model.",
            )
        config = self.network.config
        ids, voice = np.zeros(frames, dtype=np.int64), torch.zeros(config.voice_raw)
        if conditions.phonemes:
            start, end = self._spoken(conditions)
            ids = spread(paper_ids(conditions.phonemes), start, end, frames, config.latent_rate)
            voice = self._voice(conditions)
        if seen is not None:
            seen = F.pad(torch.from_numpy(seen)[:frames], (0, 0) * 3 + (0, max(0, frames - len(seen))))
        return Streams(
            semantics=self._stream(self.clip, seen, frames, config.semantic_raw, check),
            voice=voice.to(self.device).unsqueeze(0),
            sync=self._stream(self.synchformer, seen, frames, config.sync_raw, check),
            lips=self._lips(conditions, seen, frames, check),
            phonemes=torch.from_numpy(ids).unsqueeze(0).to(self.device),
        )

    def phoneme_times(self, conditions: Conditions) -> list[tuple[int, float, float]]:
        """See SoundModel; each is as long as any other, with a blank before and after."""
        ids = paper_ids(conditions.phonemes)
        edges = np.linspace(*self._spoken(conditions), len(ids) + 1)
        times = [(i, float(a), float(b)) for i, a, b in zip(ids, edges[:-1], edges[1:], strict=True)]
        return times[1:-1]

    def _spoken(self, conditions: Conditions) -> tuple[float, float]:
        """(start, end) of the speech in seconds: its range, but no slower than `SLOWEST`, or its pace.

        A mouth that is seen says itself when it speaks: then it is the whole range without a pace.
        """
        start, end = conditions.speech
        lips = self.lips is not None and conditions.frames is not None and len(conditions.frames)
        if conditions.pace or not lips:
            natural = natural_durations(conditions.phonemes, average_durations(conditions.phonemes))
            end = min(end, start + float(natural.sum()) / (conditions.pace or SLOWEST))
        return start, end

    def _stream(
        self, encoder: PictureEncoder | None, seen: Tensor | None, frames: int, channels: int, check: Check
    ) -> Tensor:
        if encoder is None or seen is None:
            return torch.zeros(1, frames, channels, device=self.device)
        return encoder.stream(seen, check).unsqueeze(0)

    def _lips(self, conditions: Conditions, seen: Tensor | None, frames: int, check: Check) -> Tensor:
        """The mouth while the line is spoken; zeros before and after, and without one."""
        lips = torch.zeros(1, frames, self.network.config.lip_channels, device=self.device)
        if self.lips is None or seen is None or not conditions.phonemes:
            return lips
        spoken = slice(*(round(time * self.frame_rate) for time in self._spoken(conditions)))
        lips[0, spoken] = self.lips.stream(seen[spoken], check)
        return lips

    def _voice(self, conditions: Conditions) -> Tensor:
        """[voice_raw]; zeros without a recording or a name. Raises ModelError: what can't be read, or isn't there."""
        wanted, name = self.network.config.voice_raw, conditions.voice
        if conditions.reference is not None:
            if self.rawnet3 is None:
                raise ModelError(
                    f"{self.card.title} can't hear a recording without RawNet3",
                    file=self.folder / surroundings.RAWNET3.file,
                    remedy=f"Put {surroundings.RAWNET3.source} there, or choose another voice.",
                )
            return self.rawnet3.embedding(conditions.reference)
        if not name:
            return torch.zeros(wanted)
        path = self.folder / surroundings.VOICES / f"{name}.npy"
        try:
            embedding = np.load(path, allow_pickle=False).astype(np.float32)
        except (OSError, ValueError, EOFError) as error:
            raise ModelError(f"The voice “{name}” can't be read: {error}", file=path) from error
        embedding = embedding.reshape(-1, embedding.shape[-1] if embedding.ndim else 1).mean(0)
        if len(embedding) != wanted or not np.isfinite(embedding).all():
            what = f"The voice “{name}” is not {wanted} numbers, or several rows of so many"
            raise ModelError(what, file=path, remedy="It has to be an embedding that RawNet3 made.")
        return torch.from_numpy(embedding)

    def _velocity(self, projected: Projected, frames: int, guidance: float) -> Velocity:
        config = self.network.config

        def exact(states: Tensor, times: Tensor, given: Projected) -> Tensor:
            return self.network(states, times, given).float()  # guidance isn't rounded

        def part(start: int, end: int, time: float, state: Tensor) -> Tensor:
            here = projected.cut(start, end)
            if self.frugal:
                nothing = here.masked(torch.zeros(1, device=state.device))
                passes = (lambda t, x, given=given: exact(x, t, given) for given in (here, nothing))
                return guided_apart(*passes, guidance)(time, state)
            both = here.with_unconditioned()

            def predict(times: Tensor, states: Tensor, doubled: bool) -> Tensor:
                return exact(states, times, both if doubled else here)

            return guided(predict, guidance)(time, state)

        return blended(part, frames, config.window_frames, round(_OVERLAP_SECONDS * config.latent_rate))


class _Told:
    """Lets whoever listens stop a step that takes long: an adaptive one has dozens of passes."""

    def __init__(self, on_step: OnStep, total: int) -> None:
        self.on_step, self.done, self.total = on_step, 0, total

    def step(self, done: int, total: int) -> None:
        self.done = done
        self.on_step(done, total)

    def during(self, velocity: Velocity) -> Velocity:
        def watched(time: float, state: Tensor) -> Tensor:
            self.on_step(self.done, self.total)
            return velocity(time, state)

        return watched


def _network(path: Path) -> VSSFlow:
    tensors, facts = read_weights(path)
    try:
        config = VSSFlowConfig.from_json(facts["config"])
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError("The weights don't say their sizes", file=path) from error
    with torch.device("meta"):
        network = VSSFlow(config)
    load_into(network, tensors, "", path, assign=True)
    return network


def _encoder(
    folder: Path, part: surroundings.Part, kind: Callable, channels: int, device: str
) -> PictureEncoder | VoiceEncoder | None:
    """The encoder, or None where its file isn't there. Raises ModelError."""
    path = folder / part.file
    if not path.is_file():
        return None
    encoder = kind.load(path, device)
    if encoder.channels != channels:
        raise ModelError(
            f"This {part.name} gives {encoder.channels} channels and the model takes {channels}", file=path
        )
    return encoder
