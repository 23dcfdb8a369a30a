"""MMAudio's video-to-audio network (Cheng et al. 2025, §3.3): the velocity of a mel latent.

Pictures (CLIP, 8 a second) and words join the attention; what tells when (Synchformer)
modulates every frame of the latent; the mean of pictures and words modulates all.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .blocks import FusedBlock, Gated, JointBlock, Modulation, Moment, Rotary, modulated, rotary_table
from .config import V2AConfig
from .conv import Conv

_PLAIN_SEGMENTS = 3
"""Segments without picture of which the first, the middle and the last are all there are."""


@dataclass(frozen=True)
class Projected:
    """Conditions as the blocks take them, made once for all solver steps.

    clip [batch, pictures, width], text [batch, words, width], whole [batch, width]; rows
    [rows, width] are the distinct sync tokens of all the batch, `owner` [rows] whose they
    are and `at` [batch, frames] which of them each latent frame has.
    """

    clip: Tensor
    text: Tensor
    whole: Tensor
    rows: Tensor
    owner: Tensor
    at: Tensor

    def beside(self, other: Projected) -> Projected:
        """The batch, and behind it the batch of `other`."""
        return Projected(
            torch.cat([self.clip, other.clip]),
            torch.cat([self.text, other.text]),
            torch.cat([self.whole, other.whole]),
            torch.cat([self.rows, other.rows]),
            torch.cat([self.owner, other.owner + len(self.whole)]),
            torch.cat([self.at, other.at + len(self.rows)]),
        )


class V2A(nn.Module):
    """forward: noisy latent [batch, channels, frames], time [batch], conditions → velocity.

    The conditions may be of twice the latent's batch; the answer then is too. Parameter
    names follow the public checkpoints, see `blocks.py`.
    """

    def __init__(self, config: V2AConfig) -> None:
        super().__init__()
        self.config = config
        width, sync, second = config.width, config.sync_channels, config.second
        latent = config.codec.latent_channels
        active = nn.SiLU() if second else nn.SELU()
        extra = [nn.SiLU()] if second else []
        self.audio_input_proj = nn.Sequential(Conv(latent, width, 7, bias=True), active, Gated(width, 7))
        self.clip_input_proj = nn.Sequential(
            nn.Linear(config.clip_channels, width), *extra, Gated(width, 3)
        )
        self.sync_input_proj = nn.Sequential(Conv(sync, width, 7, bias=True), active, Gated(width, 3))
        self.text_input_proj = nn.Sequential(nn.Linear(config.text_channels, width), *extra, Gated(width))
        self.clip_cond_proj = nn.Linear(width, width)
        self.text_cond_proj = nn.Linear(width, width)
        self.global_cond_mlp = Gated(width)
        self.sync_pos_emb = nn.Parameter(torch.zeros(1, 1, config.segment_tokens, sync))
        self.final_layer = _Final(width, latent)
        self.t_embed = _Time(width, *((width, 10_000.0) if second else (256, 1.0)))
        layers = config.joint_layers
        self.joint_blocks = nn.ModuleList(
            JointBlock(width, config.heads, last=i == layers - 1) for i in range(layers)
        )
        self.fused_blocks = nn.ModuleList(
            FusedBlock(width, config.heads) for _ in range(config.fused_layers)
        )
        self.latent_mean = nn.Parameter(torch.zeros(1, 1, latent))
        self.latent_std = nn.Parameter(torch.ones(1, 1, latent))
        self.empty_string_feat = nn.Parameter(torch.zeros(config.text_length, config.text_channels))
        self.empty_clip_feat = nn.Parameter(torch.zeros(1, config.clip_channels))
        self.empty_sync_feat = nn.Parameter(torch.zeros(1, sync))

    def project(
        self, clip: Tensor | None = None, sync: Tensor | None = None, text: Tensor | None = None
    ) -> Projected:
        """A window's features, of which any may be absent: what was learned stands in for it.

        clip [1, pictures, channels], sync [1, tokens, channels], text [1, words, channels].
        """
        config = self.config
        clip = self.empty_clip_feat.expand(1, config.clip_length, -1) if clip is None else clip
        text = self.empty_string_feat.unsqueeze(0) if text is None else text
        clip, text = self.clip_input_proj(clip), self.text_input_proj(text)
        whole = self.clip_cond_proj(clip.mean(1)) + self.text_cond_proj(text.mean(1))
        tokens = torch.arange(config.sync_length, device=clip.device)
        if sync is None:
            tokens, sync = self._unseen(tokens)
        sync = sync.unflatten(1, (-1, config.segment_tokens)) + self.sync_pos_emb
        rows = self.sync_input_proj(sync.flatten(1, 2))[0]
        # Which token each latent frame takes, by the rule with which they were stretched in training.
        at = F.interpolate(tokens[None, None].float(), size=config.latent_length, mode="nearest-exact")
        owner = torch.zeros(len(rows), dtype=torch.long, device=rows.device)
        return Projected(clip, text, self.global_cond_mlp(whole), rows, owner, at[0].long())

    def _unseen(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """Without picture all segments but the first and the last are alike: three will do."""
        each, total = self.config.segment_tokens, len(tokens)
        short = min(total, _PLAIN_SEGMENTS * each)
        from_end = total - tokens <= each
        tokens = torch.where(from_end, tokens - total + short, torch.minimum(tokens, tokens % each + each))
        return tokens, self.empty_sync_feat.expand(1, short, -1)

    def forward(self, latent: Tensor, time: Tensor, conditions: Projected) -> Tensor:
        entered = self.audio_input_proj(latent.transpose(1, 2))
        repeats = len(conditions.whole) // len(latent)
        hidden = entered.repeat(repeats, 1, 1)
        whole = conditions.whole + self.t_embed(time).repeat(repeats, 1)
        rows = conditions.rows + whole[conditions.owner]
        now = Moment(rows, conditions.at, whole.unsqueeze(1), self._rotary(hidden.shape[1]))
        pictures = conditions.clip.shape[1]
        # A picture's position is that of the latent frame it is seen with.
        clip_rotary = self._rotary(pictures, hidden.shape[1] / pictures)
        clip, text = conditions.clip, conditions.text
        for block in self.joint_blocks:
            hidden, clip, text = block((hidden, clip, text), now, clip_rotary)
        for block in self.fused_blocks:
            hidden = block(hidden, now)
        return self.final_layer(hidden, now.whole).transpose(1, 2)

    def denormalised(self, latent: Tensor) -> Tensor:
        """Of a sampled latent [batch, channels, frames] what the VAE decodes."""
        return latent * self.latent_std.transpose(1, 2) + self.latent_mean.transpose(1, 2)

    def _rotary(self, length: int, scale: float = 1.0) -> Rotary:
        return rotary_table(length, self.config.head_channels, self.latent_mean.device, scale)


class _Time(nn.Module):
    """Sinusoids of the time and an MLP: [batch] → [batch, width]."""

    def __init__(self, width: int, channels: int, fastest: float) -> None:
        super().__init__()
        self.mlp = nn.Sequential(nn.Linear(channels, width), nn.SiLU(), nn.Linear(width, width))
        self.channels, self.fastest = channels, fastest

    def forward(self, time: Tensor) -> Tensor:
        steps = torch.arange(0, self.channels, 2, device=time.device, dtype=torch.float32)
        angles = time[:, None].float() * (self.fastest / 10_000.0 ** (steps / self.channels))
        return self.mlp(torch.cat([angles.cos(), angles.sin()], dim=-1))


class _Final(nn.Module):
    """[batch, frames, width] → velocity [batch, frames, channels]."""

    def __init__(self, width: int, channels: int) -> None:
        super().__init__()
        self.adaLN_modulation = Modulation(width, 2)
        self.conv = Conv(width, channels, 7, bias=True)

    def forward(self, hidden: Tensor, active: Tensor) -> Tensor:
        return self.conv(modulated(hidden, *self.adaLN_modulation(active)))
