"""VSSFlow: disentangled condition aggregation round the diffusion transformer.

What is ambiguous in time (picture semantics, the voice) enters by cross-attention;
what is exact in time (phonemes, lips, sync) is joined to the noisy latent and goes
through self-attention (VSSFlow, §3.2).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .config import VSSFlowConfig
from .dit import DiT


@dataclass(frozen=True)
class Streams:
    """Raw condition streams of a batch; a stream that is absent is zeros.

    semantics [batch, any frames, semantic_raw], voice [batch, voice_raw], sync [batch,
    any frames, sync_raw], lips [batch, any frames, lip_channels], phonemes int64
    [batch, a multiple of the latent's frames]. energy [batch, a multiple of the latent's
    frames] for a network that hears it; None is zeros.
    """

    semantics: Tensor
    voice: Tensor
    sync: Tensor
    lips: Tensor
    phonemes: Tensor
    energy: Tensor | None = None


@dataclass(frozen=True)
class Projected:
    """Conditions as the transformer takes them; made once for all solver steps.

    joined [batch, lips + phonemes + sync, frames], context [batch, 1 + frames, cross], and
    added [batch, frames, width], the energy: it stays where the others are dropped, as in
    DeepAudio-V1's public code. `rough` bool [batch]: where a network with grain leaves it in, None for nowhere.
    """

    joined: Tensor
    context: Tensor
    added: Tensor | None = None
    rough: Tensor | None = None

    def masked(self, keep: Tensor) -> Projected:
        """Everything zeroed where `keep` [batch] is 0: the unconditioned case."""
        keep = keep.to(self.joined.dtype)[:, None, None]
        return replace(self, joined=self.joined * keep, context=self.context * keep)

    def with_unconditioned(self) -> Projected:
        """The batch, and behind it the same batch without conditions: it has no context (see dit.Block)."""
        return Projected(
            torch.cat([self.joined, torch.zeros_like(self.joined)]),
            self.context,
            None if self.added is None else torch.cat([self.added, self.added]),
            None if self.rough is None else torch.cat([self.rough, self.rough]),
        )

    def cut(self, start: int, end: int) -> Projected:
        """The latent frames from `start` to `end`, the voice token kept."""
        frames = self.context[:, 1 + start : 1 + end]
        return Projected(
            self.joined[:, :, start:end],
            torch.cat([self.context[:, :1], frames], dim=1),
            None if self.added is None else self.added[:, start:end],
            self.rough,
        )


class VSSFlow(nn.Module):
    """The flow network. Parameter names follow the authors' checkpoints."""

    def __init__(self, config: VSSFlowConfig) -> None:
        super().__init__()
        self.config = config
        hidden, cross = config.condition_hidden, config.cross_channels
        self.cond_proj = _projection(config.semantic_raw, hidden, cross)
        self.ref_proj = _projection(config.voice_raw, hidden, cross)
        self.synch_proj = _projection(config.sync_raw, hidden, config.sync_channels)
        self.lip_proj = _projection(config.lip_channels, config.lip_hidden, config.lip_channels)
        self.phone_embedding = nn.Embedding(
            config.phoneme_table, config.phoneme_channels, padding_idx=0
        )
        self.vaflow = DiT(config)
        if config.energy:
            self.proj_energy = nn.Linear(1, config.width)
            nn.init.zeros_(self.proj_energy.weight)
            nn.init.zeros_(self.proj_energy.bias)

    def project(self, streams: Streams, frames: int) -> Projected:
        """All streams brought to `frames` latent frames and to their widths."""
        semantics = self.cond_proj(to_frames(streams.semantics, frames))
        voice = self.ref_proj(streams.voice).unsqueeze(1)
        sync = self.synch_proj(to_frames(streams.sync, frames))
        lips = self.lip_proj(to_frames(streams.lips, frames))
        phones = self.phone_embedding(streams.phonemes)
        phones = phones.unflatten(1, (frames, -1)).mean(2)
        joined = torch.cat([lips, phones, sync], dim=-1).transpose(1, 2)
        context = torch.cat([voice, semantics], dim=1)
        return Projected(joined, context, self._energy(streams, frames), self._rough(streams))

    def _rough(self, streams: Streams) -> Tensor | None:
        """All but who speaks: in doubt of a voice are its harmonics, and noise in their place would make it hoarse."""
        unspoken = ~streams.phonemes.any(1)
        # In training there is always something to learn from, if only zeros: processes wait for each gradient.
        return unspoken if self.config.grain and (self.training or unspoken.any()) else None

    def _energy(self, streams: Streams, frames: int) -> Tensor | None:
        if not self.config.energy:
            return None
        energy = streams.voice.new_zeros(len(streams.voice), frames) if streams.energy is None else streams.energy
        return self.proj_energy(energy.unflatten(1, (frames, -1)).mean(2, keepdim=True))

    def forward(self, latent: Tensor, time: Tensor, conditions: Projected) -> Tensor:
        """Noisy latent [batch, channels, frames] at `time` [batch] → velocity or clean latent."""
        joined = torch.cat([latent, conditions.joined], dim=1)
        predicted = self.vaflow(joined, time, conditions.context, conditions.added, conditions.rough)
        return predicted[:, : latent.shape[1]]


def to_frames(stream: Tensor, frames: int) -> Tensor:
    """[batch, time, channels] → [batch, frames, channels], each frame its nearest neighbour."""
    if stream.shape[1] == frames:
        return stream
    resized = F.interpolate(stream.transpose(1, 2), size=frames, mode="nearest-exact")
    return resized.transpose(1, 2)


def _projection(raw: int, hidden: int, out: int) -> nn.Sequential:
    layers = nn.Sequential(
        nn.Linear(raw, hidden, bias=False), nn.SiLU(), nn.Linear(hidden, out, bias=False)
    )
    # With PyTorch's own start a condition arrives at a tenth of the latent's strength,
    # and what is ambiguous is then never learned at all.
    for layer in (layers[0], layers[2]):
        nn.init.kaiming_normal_(layer.weight)
    return layers
