"""WavLM-large tuned to tell speakers apart (Chen et al. 2022), whose likeness is SIM-O.

Parameter names are those of UniSpeech's public `wavlm_large_finetune.pth`: WavLM (Chen et al. 2021)
below `feature_extract.model.`, and ECAPA-TDNN (Desplanques et al. 2020) that hears all its layers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .files import WAVLM
from .loading import ready, rows, tensors_of

SAMPLE_RATE = 16_000
_HEARD = "feature_extract.model."
_CONVOLUTIONS = ((10, 5), *[(3, 2)] * 4, *[(2, 2)] * 2)  # kernel and step, to 50 frames a second
_FAR, _REACH, _GROUPS = 800, 128, 16  # frames, frames, of the convolution that tells places
_GATES = 8
_DILATIONS = (2, 3, 4)
_SCALE = 8


class WavLM(nn.Module):
    """Mono at SAMPLE_RATE [1, samples] → [layers + 1, frames, width]: what enters each layer and leaves the last."""

    def __init__(self, width: int, layers: int, heads: int, deep: int, channels: int, buckets: int) -> None:
        super().__init__()
        self.feature_extractor = nn.Module()
        inner = zip((1, *[channels] * 6), _CONVOLUTIONS, strict=True)
        self.feature_extractor.conv_layers = nn.ModuleList(_Convolution(i, channels, *each) for i, each in inner)
        self.layer_norm = nn.LayerNorm(channels)
        self.post_extract_proj = nn.Linear(channels, width)
        self.mask_emb = nn.Parameter(torch.zeros(width))  # in the checkpoint, for training
        self.encoder = nn.Module()
        self.encoder.pos_conv = nn.ModuleList([_Places(width)])
        self.encoder.layers = nn.ModuleList(_Layer(width, heads, deep, 0 if i else buckets) for i in range(layers))
        self.encoder.layer_norm = nn.LayerNorm(width)

    def forward(self, sound: Tensor) -> Tensor:
        heard = F.layer_norm(sound, sound.shape[1:]).unsqueeze(1)
        for convolution in self.feature_extractor.conv_layers:
            heard = convolution(heard)
        hidden = self.post_extract_proj(self.layer_norm(heard.transpose(1, 2)))
        hidden = hidden + self.encoder.pos_conv[0](hidden)
        near = self.encoder.layers[0].self_attn.nearness(hidden.shape[1])
        entered = []
        for layer in self.encoder.layers:
            entered.append(hidden)
            hidden = layer(hidden, near)
        return torch.cat([*entered, self.encoder.layer_norm(hidden)])


class _Convolution(nn.ModuleDict):
    """[1, inner, time] → [1, channels, time / step]; the checkpoint counts what lies between."""

    def __init__(self, inner: int, channels: int, kernel: int, step: int) -> None:
        norm = nn.ModuleDict({"1": nn.LayerNorm(channels)})
        super().__init__({"0": nn.Conv1d(inner, channels, kernel, step, bias=False), "2": norm})

    def forward(self, heard: Tensor) -> Tensor:
        return F.gelu(self["2"]["1"](self["0"](heard).transpose(1, 2)).transpose(1, 2))


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

    def __init__(self, width: int, heads: int, deep: int, buckets: int) -> None:
        super().__init__()
        self.self_attn = _Attention(width, heads, buckets)
        self.self_attn_layer_norm = nn.LayerNorm(width)
        self.fc1, self.fc2 = nn.Linear(width, deep), nn.Linear(deep, width)
        self.final_layer_norm = nn.LayerNorm(width)

    def forward(self, hidden: Tensor, near: Tensor) -> Tensor:
        hidden = hidden + self.self_attn(self.self_attn_layer_norm(hidden), near)
        return hidden + self.fc2(F.gelu(self.fc1(self.final_layer_norm(hidden))))


class _Attention(nn.Module):
    """Each head leans to distances, as far as each frame's gate lets it; `buckets` in the first layer alone."""

    def __init__(self, width: int, heads: int, buckets: int) -> None:
        super().__init__()
        self.heads, self.buckets = heads, buckets
        self.q_proj, self.k_proj, self.v_proj, self.out_proj = (nn.Linear(width, width) for _ in range(4))
        self.grep_linear = nn.Linear(width // heads, _GATES)
        self.grep_a = nn.Parameter(torch.ones(1, heads, 1, 1))
        if buckets:
            self.relative_attention_bias = nn.Embedding(buckets, heads)

    def nearness(self, frames: int) -> Tensor:
        """[1, heads, frames, frames]: what each head thinks of each distance; exact near by, then by its logarithm."""
        half, places = self.buckets // 2, torch.arange(frames, device=self.grep_a.device)
        away = places[None] - places[:, None]
        exact = half // 2
        far = exact + (away.abs().clamp(min=1) / exact).log() / math.log(_FAR / exact) * (half - exact)
        bucket = torch.where(away.abs() < exact, away.abs(), far.long().clamp(max=half - 1))
        return self.relative_attention_bias(bucket + half * (away > 0)).permute(2, 0, 1).unsqueeze(0)

    def forward(self, hidden: Tensor, near: Tensor) -> Tensor:
        split = hidden.unflatten(2, (self.heads, -1)).transpose(1, 2)
        opened, kept = self.grep_linear(split).unflatten(3, (2, -1)).sum(-1).sigmoid().chunk(2, dim=-1)
        lean = (opened * (kept * self.grep_a - 1) + 2) * near
        query, key, value = (
            layer(hidden).unflatten(2, (self.heads, -1)).transpose(1, 2)
            for layer in (self.q_proj, self.k_proj, self.v_proj)
        )
        told = F.scaled_dot_product_attention(query, key, value, attn_mask=lean)
        return self.out_proj(told.transpose(1, 2).flatten(2))


class SpeakerNetwork(nn.Module):
    """Mono at SAMPLE_RATE [1, samples] → who speaks [out]."""

    def __init__(self, wavlm: WavLM, channels: int = 512, wide: int = 1536, out: int = 256, narrow: int = 128) -> None:
        super().__init__()
        self.feature_extract = nn.Module()
        self.feature_extract.model = wavlm
        self.feature_weight = nn.Parameter(torch.zeros(len(wavlm.encoder.layers) + 1))
        self.layer1 = _Normed(wavlm.post_extract_proj.out_features, channels, 5)
        self.layer2, self.layer3, self.layer4 = (_Block(channels, dilation, narrow) for dilation in _DILATIONS)
        self.conv = nn.Conv1d(3 * channels, wide, 1)
        self.pooling = nn.Module()
        self.pooling.linear1, self.pooling.linear2 = nn.Conv1d(wide, narrow, 1), nn.Conv1d(narrow, wide, 1)
        self.bn = nn.BatchNorm1d(2 * wide)
        self.linear = nn.Linear(2 * wide, out)

    def forward(self, sound: Tensor) -> Tensor:
        layers = self.feature_extract.model(sound)
        heard = torch.einsum("l,ltc->ct", self.feature_weight.softmax(0), layers).unsqueeze(0)
        heard = self.layer1(F.instance_norm(heard))
        second = self.layer2(heard)
        third = self.layer3(second)
        wide = F.relu(self.conv(torch.cat([second, third, self.layer4(third)], dim=1)))
        weight = self.pooling.linear2(self.pooling.linear1(wide).tanh()).softmax(2)
        mean = (weight * wide).sum(2)
        spread = ((weight * wide**2).sum(2) - mean**2).clamp(min=1e-9).sqrt()
        return self.linear(self.bn(torch.cat([mean, spread], dim=1)))[0]


class _Normed(nn.Module):
    """Convolution, rectifier, batch norm, which leaves the length."""

    def __init__(self, inner: int, out: int, kernel: int) -> None:
        super().__init__()
        self.conv, self.bn = nn.Conv1d(inner, out, kernel, padding=kernel // 2), nn.BatchNorm1d(out)

    def forward(self, heard: Tensor) -> Tensor:
        return self.bn(F.relu(self.conv(heard)))


class _Block(nn.ModuleDict):
    """ECAPA-TDNN's block (its §3.2 and §3.3): bands that hear one another, then channels weighed by what is heard."""

    def __init__(self, channels: int, dilation: int, narrow: int) -> None:
        band, bands = channels // _SCALE, nn.Module()
        bands.convs = nn.ModuleList(
            nn.Conv1d(band, band, 3, padding=dilation, dilation=dilation) for _ in range(_SCALE - 1)
        )
        bands.bns = nn.ModuleList(nn.BatchNorm1d(band) for _ in range(_SCALE - 1))
        weigh = nn.Module()
        weigh.linear1, weigh.linear2 = nn.Linear(channels, narrow), nn.Linear(narrow, channels)
        super().__init__(
            {
                "Conv1dReluBn1": _Normed(channels, channels, 1),
                "Res2Conv1dReluBn": bands,
                "Conv1dReluBn2": _Normed(channels, channels, 1),
                "SE_Connect": weigh,
            }
        )

    def forward(self, heard: Tensor) -> Tensor:
        *rest, last = self["Conv1dReluBn1"](heard).chunk(_SCALE, dim=1)
        bands, weigh, made = self["Res2Conv1dReluBn"], self["SE_Connect"], []
        for part, convolution, norm in zip(rest, bands.convs, bands.bns, strict=True):
            made.append(norm(F.relu(convolution(part + made[-1] if made else part))))
        out = self["Conv1dReluBn2"](torch.cat([*made, last], dim=1))
        return heard + out * weigh.linear2(F.relu(weigh.linear1(out.mean(2)))).sigmoid().unsqueeze(2)


class SpeakerEncoder:
    """Mono speech → who speaks."""

    def __init__(self, network: SpeakerNetwork, device: str = "cpu") -> None:
        self.network, self.device = network, device

    @classmethod
    def load(cls, device: str) -> SpeakerEncoder:
        """Read the public checkpoint. Raises ModelError."""
        tensors, path = tensors_of(WAVLM)
        with torch.device("meta"):
            network = _of_sizes(tensors)
        known = network.state_dict()  # beside it lies what it was trained with
        used = {name: tensor for name, tensor in tensors.items() if name in known}
        return cls(ready(network, used, path, device), device)

    @torch.inference_mode()
    def embedding(self, sound: np.ndarray) -> np.ndarray:
        """Mono at SAMPLE_RATE → [256]."""
        return self.network(torch.from_numpy(sound).float().to(self.device)[None]).cpu().numpy()


def _of_sizes(tensors: Mapping[str, Tensor]) -> SpeakerNetwork:
    """The network that the tensors are of; the authors' sizes where one is missing."""
    first = f"{_HEARD}encoder.layers.0."
    width = rows(tensors, f"{_HEARD}encoder.layer_norm.bias", 1024)
    gate = tensors.get(f"{first}self_attn.grep_linear.weight")
    wavlm = WavLM(
        width=width,
        layers=len({name.split(".")[4] for name in tensors if name.startswith(f"{_HEARD}encoder.layers.")}),
        heads=16 if gate is None else width // gate.shape[-1],
        deep=rows(tensors, f"{first}fc1.bias", 4096),
        channels=rows(tensors, f"{_HEARD}layer_norm.bias", 512),
        buckets=rows(tensors, f"{first}self_attn.relative_attention_bias.weight", 320),
    )
    return SpeakerNetwork(
        wavlm,
        channels=rows(tensors, "layer1.conv.bias", 512),
        wide=rows(tensors, "conv.bias", 1536),
        out=rows(tensors, "linear.bias", 256),
        narrow=rows(tensors, "pooling.linear1.bias", 128),
    )
