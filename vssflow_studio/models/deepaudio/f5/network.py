"""F5-TTS's network (Chen et al. 2024, §3.1) with DeepAudio-V1's energy (§3.4): the velocity of mel frames.

Noisy frames, the frames of a recording that goes before and its text side by side enter a
transformer that is modulated by the time. Parameter names follow the public checkpoints,
but for queries, keys and values, which are one tensor (see `convert.py`).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..blocks import Rotary, attend, rotary_table
from .config import POSITION_GROUPS, POSITION_KERNEL, F5Config
from .convnext import ConvNeXt

_EPSILON = 1e-6
_TIME_CHANNELS, _TIME_SCALE = 256, 1000.0


class F5(nn.Module):
    """forward: noisy frames [batch, frames, bins], times [batch or 1], `entered` conditions → velocity.

    The conditions may be of twice the frames' batch; the answer then is too.
    """

    def __init__(self, config: F5Config) -> None:
        super().__init__()
        self.config = config
        self.time_embed = _Time(config.width)
        self.text_embed = TextEncoder(config)
        self.input_embed = _Input(config)
        self.transformer_blocks = nn.ModuleList(_Block(config) for _ in range(config.depth))
        self.norm_out = _Modulation(config.width, 2)
        self.proj_out = _silent(nn.Linear(config.width, config.mel_bins))

    def entered(
        self, recording: Tensor, text: Tensor, energy: Tensor | None = None, said: Tensor | None = None
    ) -> Tensor:
        """What the network is told, as it enters with the noise: made once for all solver steps.

        recording [batch, frames, bins] is zero where nothing is known; text [batch, frames] are
        rows of the list of characters, 0 behind the text; energy [batch, frames] is the contour
        that `energy.py` gives, none for speech at will. `said` [batch, frames] is whose places
        in `text` are taken, where that is no longer to be seen. Gives [batch, frames, width].
        """
        words = self.text_embed(text, text != 0 if said is None else said)
        return self.input_embed.conditions(recording, words, energy)

    def guided_pair(self, recording: Tensor, text: Tensor, energy: Tensor | None = None) -> Tensor:
        """`entered` with recording and text, and behind it without both: the energy stays in either."""
        with_both = self.entered(recording, text, energy)
        without = self.entered(torch.zeros_like(recording), torch.zeros_like(text), energy, text != 0)
        return torch.cat([with_both, without])

    def forward(self, noisy: Tensor, time: Tensor, entered: Tensor) -> Tensor:
        hidden = self.input_embed(noisy, entered)
        active = F.silu(self.time_embed(time)).unsqueeze(1)
        if len(active) not in (1, len(hidden)):
            active = active.repeat(len(hidden) // len(active), 1, 1)
        rotary = rotary_table(hidden.shape[1], self.config.head_channels, hidden.device)
        for block in self.transformer_blocks:
            hidden = block(hidden, active, rotary)
        scale, shift = self.norm_out(active)
        return self.proj_out(_modulated(hidden, shift, scale))


class TextEncoder(nn.Module):
    """Rows of characters [batch, frames] and which of them are said → [batch, frames, text width]."""

    def __init__(self, config: F5Config) -> None:
        super().__init__()
        width = config.text_width
        self.masked = config.second
        self.text_embed = nn.Embedding(config.characters + 1, width)
        self.text_blocks = nn.Sequential(
            *(ConvNeXt(width, config.text_expansion * width, responsive=True) for _ in range(config.text_layers))
        )

    def forward(self, text: Tensor, said: Tensor) -> Tensor:
        x = self.text_embed(text)
        if not len(self.text_blocks):
            return x
        kept = said.unsqueeze(-1).to(x.dtype) if self.masked else 1.0
        x = (x + _positions(text.shape[1], x.shape[-1], x.device)) * kept
        for block in self.text_blocks:
            x = block(x) * kept
        return x


class _Input(nn.Module):
    """Noise and conditions to the transformer's width, and where in the sound each frame is."""

    def __init__(self, config: F5Config) -> None:
        super().__init__()
        self.bins = config.mel_bins
        self.proj = nn.Linear(2 * config.mel_bins + config.text_width, config.width)
        self.proj_energy = _silent(nn.Linear(1, config.width))
        self.conv_pos_embed = _Place(config.width)

    def conditions(self, recording: Tensor, words: Tensor, energy: Tensor | None) -> Tensor:
        made = F.linear(torch.cat([recording, words], dim=-1), self.proj.weight[:, self.bins :], self.proj.bias)
        energy = recording[..., 0] * 0 if energy is None else energy
        return made + self.proj_energy(energy.unsqueeze(-1))

    def forward(self, noisy: Tensor, entered: Tensor) -> Tensor:
        made = F.linear(noisy, self.proj.weight[:, : self.bins])
        x = made.repeat(len(entered) // len(made), 1, 1) + entered
        return x + self.conv_pos_embed(x)


class _Place(nn.Module):
    """[batch, frames, width] → the same: two wide convolutions in groups."""

    def __init__(self, width: int) -> None:
        super().__init__()
        half = POSITION_KERNEL // 2
        self.conv1d = nn.Sequential(
            nn.Conv1d(width, width, POSITION_KERNEL, groups=POSITION_GROUPS, padding=half),
            nn.Mish(),
            nn.Conv1d(width, width, POSITION_KERNEL, groups=POSITION_GROUPS, padding=half),
            nn.Mish(),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.conv1d(x.transpose(1, 2)).transpose(1, 2)


class _Time(nn.Module):
    """Sinusoids of the time and an MLP: [batch] → [batch, width]."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.time_mlp = nn.Sequential(nn.Linear(_TIME_CHANNELS, width), nn.SiLU(), nn.Linear(width, width))

    def forward(self, time: Tensor) -> Tensor:
        half = _TIME_CHANNELS // 2
        steps = torch.arange(half, device=time.device).float() * (-math.log(10_000) / (half - 1))
        angles = _TIME_SCALE * time[:, None].float() * steps.exp()
        return self.time_mlp(torch.cat([angles.sin(), angles.cos()], dim=-1))


class _Modulation(nn.Module):
    """silu(time) [batch or 1, 1, width] → `count` vectors of that shape."""

    def __init__(self, width: int, count: int) -> None:
        super().__init__()
        self.linear = _silent(nn.Linear(width, count * width))
        self.count = count

    def forward(self, active: Tensor) -> tuple[Tensor, ...]:
        return self.linear(active).chunk(self.count, dim=-1)


class _Attention(nn.Module):
    """[batch, frames, width] → the same; positions turn the first head, or all of them."""

    def __init__(self, config: F5Config) -> None:
        super().__init__()
        inner = config.heads * config.head_channels
        self.heads, self.turned = config.heads, config.heads if config.second else 1
        self.qkv = nn.Linear(config.width, 3 * inner)
        self.to_out = nn.Sequential(nn.Linear(inner, config.width))

    def forward(self, x: Tensor, rotary: Rotary) -> Tensor:
        made = self.qkv(x).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        both, (cos, sin) = made[:2], rotary
        first = both[:, :, : self.turned]
        first = torch.addcmul(first * cos, first.roll(first.shape[-1] // 2, -1), sin)
        both = torch.cat([first, both[:, :, self.turned :]], dim=2)
        return self.to_out(attend(both[0], both[1], made[2]))


class _FeedForward(nn.Module):
    """[…, width] → the same; names as in the public Sequential, which has a dropout in its middle."""

    def __init__(self, width: int, expansion: int) -> None:
        super().__init__()
        middle = expansion * width
        enter = nn.Sequential(nn.Linear(width, middle), nn.GELU(approximate="tanh"))
        self.ff = nn.Sequential(enter, nn.Identity(), nn.Linear(middle, width))

    def forward(self, x: Tensor) -> Tensor:
        return self.ff(x)


class _Block(nn.Module):
    """Attention and MLP, both modulated by the time (Peebles & Xie 2023, adaLN-Zero)."""

    def __init__(self, config: F5Config) -> None:
        super().__init__()
        self.attn_norm = _Modulation(config.width, 6)
        self.attn = _Attention(config)
        self.ff = _FeedForward(config.width, config.expansion)

    def forward(self, x: Tensor, active: Tensor, rotary: Rotary) -> Tensor:
        shift, scale, gate, shift_ff, scale_ff, gate_ff = self.attn_norm(active)
        x = torch.addcmul(x, self.attn(_modulated(x, shift, scale), rotary), gate)
        return torch.addcmul(x, self.ff(_modulated(x, shift_ff, scale_ff)), gate_ff)


def _silent(layer: nn.Linear) -> nn.Linear:
    """`layer` as training begins with it: it says nothing."""
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


def _modulated(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """As `blocks.modulated`, by the norm that F5 was trained with."""
    return torch.addcmul(shift, F.layer_norm(x, x.shape[-1:], eps=_EPSILON), scale + 1)


def _positions(length: int, width: int, device: torch.device) -> Tensor:
    """[length, width]: cosines of the place in the text, then sines."""
    steps = 10_000.0 ** (torch.arange(0, width, 2, device=device).float() / width)
    angles = torch.outer(torch.arange(length, device=device).float(), 1 / steps)
    return torch.cat([angles.cos(), angles.sin()], dim=-1)
