"""wav2vec 2.0 (Baevski et al. 2020) and WavLM (Chen et al. 2021): speech as each of their layers hears it.

Parameter names are those of fairseq's and UniSpeech's checkpoints; `renamed` gives them to those of
transformers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .loading import layers, rows

SAMPLE_RATE = 16_000
_CONVOLUTIONS = ((10, 5), *[(3, 2)] * 4, *[(2, 2)] * 2)  # kernel and step, to 50 frames a second
_AT_ONCE = 400  # samples
_FAR, _REACH, _GROUPS = 800, 128, 16  # frames, frames, of the convolution that tells places
_GATES, _HEAD = 8, 64
_NAMES = (  # of transformers, and what they become
    (r"^feature_projection\.layer_norm", "layer_norm"),
    (r"^feature_projection\.projection", "post_extract_proj"),
    (r"^encoder\.pos_conv_embed\.conv", "encoder.pos_conv.0"),
    (r"parametrizations\.weight\.original0", "weight_g"),
    (r"parametrizations\.weight\.original1", "weight_v"),
    (r"(conv_layers\.\d+)\.conv\.", r"\1.0."),
    (r"(conv_layers\.\d+)\.layer_norm\.", r"\1.2."),
    (r"(\.layers\.\d+)\.layer_norm\.", r"\1.self_attn_layer_norm."),
    (r"\.attention\.", ".self_attn."),
    (r"\.gru_rel_pos_const", ".grep_a"),
    (r"\.gru_rel_pos_linear", ".grep_linear"),
    (r"\.rel_attn_embed", ".relative_attention_bias"),
    (r"\.feed_forward\.intermediate_dense", ".fc1"),
    (r"\.feed_forward\.output_dense", ".fc2"),
)


class Wav2Vec2(nn.Module):
    """Mono at SAMPLE_RATE [1, samples] → [layers + 1, frames, width]: what enters each layer and leaves the last.

    The `small` ones norm the first convolution alone, and each layer after it has heard; the large ones all
    convolutions, which may be `biased`, and each layer before. WavLM has `buckets` of distances, wav2vec 2.0 none.
    Raises ValueError for less than it hears at once.
    """

    def __init__(
        self,
        width: int,
        layers: int,
        heads: int,
        deep: int,
        channels: int,
        buckets: int = 0,
        small: bool = False,
        biased: bool = False,
    ) -> None:
        super().__init__()
        self.small = small
        self.feature_extractor = nn.Module()
        self.feature_extractor.conv_layers = nn.ModuleList(
            _Convolution(channels if i else 1, channels, *each, biased, _norm(channels, small, i))
            for i, each in enumerate(_CONVOLUTIONS)
        )
        self.layer_norm = nn.LayerNorm(channels)
        self.post_extract_proj = nn.Linear(channels, width)
        self.encoder = nn.Module()
        self.encoder.pos_conv = nn.ModuleList([_Places(width)])
        self.encoder.layers = nn.ModuleList(
            _Layer(width, heads, deep, small, bool(buckets), 0 if i else buckets) for i in range(layers)
        )
        self.encoder.layer_norm = nn.LayerNorm(width)

    def forward(self, sound: Tensor) -> Tensor:
        if sound.shape[1] < _AT_ONCE:
            raise ValueError(f"shorter than the {_AT_ONCE / SAMPLE_RATE} s that the network hears at once")
        heard = sound.unsqueeze(1)
        for convolution in self.feature_extractor.conv_layers:
            heard = convolution(heard)
        hidden = self.post_extract_proj(self.layer_norm(heard.transpose(1, 2)))
        hidden = hidden + self.encoder.pos_conv[0](hidden)
        hidden = self.encoder.layer_norm(hidden) if self.small else hidden
        near = self.encoder.layers[0].self_attn.nearness(hidden.shape[1])
        entered = []
        for layer in self.encoder.layers:
            entered.append(hidden)
            hidden = layer(hidden, near)
        return torch.cat([*entered, hidden if self.small else self.encoder.layer_norm(hidden)])


def _norm(channels: int, small: bool, place: int) -> nn.Module | None:
    if small:
        return None if place else nn.GroupNorm(channels, channels)
    return _Across(channels)


class _Across(nn.ModuleDict):
    """A layer norm over the channels of [1, channels, time]; the checkpoint counts what lies beside it."""

    def __init__(self, channels: int) -> None:
        super().__init__({"1": nn.LayerNorm(channels)})

    def forward(self, heard: Tensor) -> Tensor:
        return self["1"](heard.transpose(1, 2)).transpose(1, 2)


class _Convolution(nn.ModuleDict):
    """[1, inner, time] → [1, channels, time / step]; the checkpoint counts what lies between."""

    def __init__(
        self, inner: int, channels: int, kernel: int, step: int, biased: bool, norm: nn.Module | None
    ) -> None:
        super().__init__({"0": nn.Conv1d(inner, channels, kernel, step, bias=biased)})
        if norm is not None:
            self["2"] = norm

    def forward(self, heard: Tensor) -> Tensor:
        heard = self["0"](heard)
        return F.gelu(self["2"](heard) if "2" in self else heard)


class _Places(nn.Module):
    """A wide convolution [1, frames, width], its weight as length and direction for each tap."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(width))
        self.weight_g = nn.Parameter(torch.ones(1, 1, _REACH))
        self.weight_v = nn.Parameter(torch.ones(width, width // _GROUPS, _REACH))

    def forward(self, hidden: Tensor) -> Tensor:
        weight = self.weight_v * (self.weight_g / self.weight_v.norm(dim=(0, 1), keepdim=True))
        told = F.conv1d(hidden.transpose(1, 2), weight, self.bias, padding=_REACH // 2, groups=_GROUPS)
        return F.gelu(told[..., : hidden.shape[1]]).transpose(1, 2)


class _Layer(nn.Module):
    """Attention to near and far, then an MLP [1, frames, width]."""

    def __init__(self, width: int, heads: int, deep: int, small: bool, gated: bool, buckets: int) -> None:
        super().__init__()
        self.small = small
        self.self_attn = _Attention(width, heads, gated, buckets)
        self.self_attn_layer_norm = nn.LayerNorm(width)
        self.fc1, self.fc2 = nn.Linear(width, deep), nn.Linear(deep, width)
        self.final_layer_norm = nn.LayerNorm(width)

    def forward(self, hidden: Tensor, near: Tensor | None) -> Tensor:
        if self.small:
            hidden = self.self_attn_layer_norm(hidden + self.self_attn(hidden, near))
            return self.final_layer_norm(hidden + self.fc2(F.gelu(self.fc1(hidden))))
        hidden = hidden + self.self_attn(self.self_attn_layer_norm(hidden), near)
        return hidden + self.fc2(F.gelu(self.fc1(self.final_layer_norm(hidden))))


class _Attention(nn.Module):
    """WavLM's heads lean to distances, as far as each frame's gate lets them; `buckets` in the first layer alone."""

    def __init__(self, width: int, heads: int, gated: bool, buckets: int) -> None:
        super().__init__()
        self.heads, self.gated, self.buckets = heads, gated, buckets
        self.q_proj, self.k_proj, self.v_proj, self.out_proj = (nn.Linear(width, width) for _ in range(4))
        if gated:
            self.grep_linear = nn.Linear(width // heads, _GATES)
            self.grep_a = nn.Parameter(torch.ones(1, heads, 1, 1))
        if buckets:
            self.relative_attention_bias = nn.Embedding(buckets, heads)

    def nearness(self, frames: int) -> Tensor | None:
        """[1, heads, frames, frames]: what each head thinks of each distance; exact near by, then by its logarithm."""
        if not self.buckets:
            return None
        half, places = self.buckets // 2, torch.arange(frames, device=self.grep_a.device)
        away = places[None] - places[:, None]
        exact = half // 2
        far = exact + (away.abs().clamp(min=1) / exact).log() / math.log(_FAR / exact) * (half - exact)
        bucket = torch.where(away.abs() < exact, away.abs(), far.long().clamp(max=half - 1))
        return self.relative_attention_bias(bucket + half * (away > 0)).permute(2, 0, 1).unsqueeze(0)

    def forward(self, hidden: Tensor, near: Tensor | None) -> Tensor:
        query, key, value = (
            layer(hidden).unflatten(2, (self.heads, -1)).transpose(1, 2)
            for layer in (self.q_proj, self.k_proj, self.v_proj)
        )
        lean = self._gate(hidden) * near if self.gated else None
        told = F.scaled_dot_product_attention(query, key, value, attn_mask=lean)
        return self.out_proj(told.transpose(1, 2).flatten(2))

    def _gate(self, hidden: Tensor) -> Tensor:
        split = hidden.unflatten(2, (self.heads, -1)).transpose(1, 2)
        opened, kept = self.grep_linear(split).unflatten(3, (2, -1)).sum(-1).sigmoid().chunk(2, dim=-1)
        return opened * (kept * self.grep_a - 1) + 2


def renamed(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The tensors of transformers' network below `prefix`, called as here; the others as they are."""
    return {_name(name, prefix): tensor for name, tensor in tensors.items()}


def _name(name: str, prefix: str) -> str:
    if not name.startswith(prefix):
        return name
    name = name.removeprefix(prefix)
    for theirs, ours in _NAMES:
        name = re.sub(theirs, ours, name)
    return prefix + name


def in_every_convolution(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Where all convolutions are normed, fairseq counts a module more before each norm's name."""
    return {re.sub(r"(conv_layers\.\d+\.2)\.(?=weight|bias)", r"\1.1.", name): t for name, t in tensors.items()}


def of_sizes(tensors: Mapping[str, Tensor], prefix: str, usual: Mapping[str, int], **kind: bool) -> Wav2Vec2:
    """The network that the tensors below `prefix` are of; of the `usual` sizes where one is missing."""
    first = f"{prefix}encoder.layers.0."
    width = rows(tensors, f"{prefix}encoder.layer_norm.bias", usual["width"])
    gate = tensors.get(f"{first}self_attn.grep_linear.weight")
    return Wav2Vec2(
        width=width,
        layers=layers(tensors, f"{prefix}encoder.layers."),
        heads=width // (_HEAD if gate is None or gate.ndim < 2 else gate.shape[-1]),
        deep=rows(tensors, f"{first}fc1.bias", usual["deep"]),
        channels=rows(tensors, f"{prefix}layer_norm.bias", usual["channels"]),
        buckets=rows(tensors, f"{first}self_attn.relative_attention_bias.weight", usual.get("buckets", 0)),
        **kind,
    )
