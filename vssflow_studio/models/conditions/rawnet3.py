"""RawNet3 (Jung et al. 2022): who speaks, from the waveform. The voice stream of the paper's model.

Parameter names are those of the authors' `model.pt` below `model`; ESPnet's own names for
the same network are turned into them.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..checkpoints import load_into, plain_tensors, read_pickled

SAMPLE_RATE = 16_000

_SECONDS, _SEGMENTS = 3, 10
"""It was trained on 3 s; a recording is heard in ten of those, evenly spread (`inference.py`)."""
_STRIDE, _ESPNETS_STRIDE = 10, 16  # samples; no tensor's shape tells them
_LENGTH = 251  # samples of a filter of the first layer
_LOWEST, _NARROWEST = 50.0, 50.0  # Hz that are added to the learned band edges
_SCALE = 8  # parts of a block, each hearing what the one before it heard
_TINY = 1e-4
_ESPNET = (
    (r"^encoder\.waveform_process\.", "preprocess."),
    (r"^encoder\.conv\.", "conv1."),
    (r"^encoder\.", ""),
    (r"^pooling\.attention\.", "attention."),
    (r"^projector\.bn\.", "bn5."),
    (r"^projector\.fc\.", "fc6."),
)


class RawNet3(nn.Module):
    """Sound at 16 kHz [batch, samples] → embeddings [batch, out]."""

    def __init__(
        self, width: int = 1024, pooled: int = 1536, hidden: int = 128, out: int = 256, stride: int = _STRIDE
    ) -> None:
        super().__init__()
        self.stride = stride
        self.preprocess = nn.Sequential(_PreEmphasis(), nn.InstanceNorm1d(1, eps=_TINY, affine=True))
        self.conv1 = nn.Module()
        self.conv1.filterbank = _SincFilters(width // 8)
        self.bn1 = nn.BatchNorm1d(width // 4)  # in the checkpoint, unused; bn6 too
        self.layer1 = _Block(width // 4, width, dilation=2, pool=5)
        self.layer2 = _Block(width, width, dilation=3, pool=3)
        self.layer3 = _Block(width, width, dilation=4, pool=1)
        self.layer4 = nn.Conv1d(3 * width, pooled, 1)
        self.attention = nn.Sequential(
            nn.Conv1d(3 * pooled, hidden, 1),
            nn.ReLU(),
            nn.BatchNorm1d(hidden),
            nn.Conv1d(hidden, pooled, 1),
            nn.Softmax(dim=2),
        )
        self.bn5 = nn.BatchNorm1d(2 * pooled)
        self.fc6 = nn.Linear(2 * pooled, out)
        self.bn6 = nn.BatchNorm1d(out)

    def forward(self, sound: Tensor) -> Tensor:
        filters = self.conv1.filterbank()
        bands = F.conv1d(self.preprocess(sound.unsqueeze(1)), filters, stride=self.stride)
        bands = (bands.abs() + 1e-6).log()
        first = self.layer1(bands - bands.mean(-1, keepdim=True))
        second = self.layer2(first)
        shortened = F.max_pool1d(first, 3)
        third = self.layer3(shortened + second)
        heard = F.relu(self.layer4(torch.cat([shortened, second, third], dim=1)))
        mean, spread = heard.mean(2, keepdim=True), _root(heard.var(2, keepdim=True))
        weights = self.attention(torch.cat([heard, *(x.expand_as(heard) for x in (mean, spread))], dim=1))
        mean = (heard * weights).sum(2)
        spread = _root((heard**2 * weights).sum(2) - mean**2)
        return self.fc6(self.bn5(torch.cat([mean, spread], dim=1)))


class _PreEmphasis(nn.Module):
    """[batch, 1, samples] less 0.97 of the sample before."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("flipped_filter", torch.tensor([[[-0.97, 1.0]]]))

    def forward(self, sound: Tensor) -> Tensor:
        return F.conv1d(F.pad(sound, (1, 0), "reflect"), self.flipped_filter)


class _SincFilters(nn.Module):
    """Band-pass filters of learned edges, even ones and then odd ones: [2 · bands, 1, 251].

    Sinc filters after Ravanelli & Bengio (2018), with quadrature pairs (Pariente et al. 2020).
    """

    def __init__(self, bands: int) -> None:
        super().__init__()
        half = _LENGTH // 2
        self.low_hz_ = nn.Parameter(torch.zeros(bands, 1))
        self.band_hz_ = nn.Parameter(torch.zeros(bands, 1))
        self.register_buffer("window_", torch.hamming_window(_LENGTH, periodic=False)[:half])
        self.register_buffer("n_", 2 * torch.pi * torch.arange(-half, 0.0)[None] / SAMPLE_RATE)

    def forward(self) -> Tensor:
        low = _LOWEST + self.low_hz_.abs()
        high = (low + _NARROWEST + self.band_hz_.abs()).clamp(_LOWEST, SAMPLE_RATE / 2)
        band, half = 2 * (high - low), self.n_ / 2
        even = ((high @ self.n_).sin() - (low @ self.n_).sin()) / half * self.window_
        odd = ((low @ self.n_).cos() - (high @ self.n_).cos()) / half * self.window_
        even = torch.cat([even, band, even.flip(1)], dim=1)
        odd = torch.cat([odd, torch.zeros_like(band), -odd.flip(1)], dim=1)
        return torch.cat([even / band, odd / band]).unsqueeze(1)


class _Block(nn.Module):
    """A Res2Net bottleneck (Gao et al. 2019) whose maps are scaled at the end (RawNet2's AFMS)."""

    def __init__(self, inputs: int, width: int, dilation: int, pool: int) -> None:
        super().__init__()
        self.part, self.pool = width // _SCALE, pool
        self.conv1 = nn.Conv1d(inputs, width, 1)
        self.bn1 = nn.BatchNorm1d(width)
        self.convs = nn.ModuleList(
            nn.Conv1d(self.part, self.part, 3, dilation=dilation, padding=dilation) for _ in range(_SCALE - 1)
        )
        self.bns = nn.ModuleList(nn.BatchNorm1d(self.part) for _ in self.convs)
        self.conv3 = nn.Conv1d(width, width, 1)
        self.bn3 = nn.BatchNorm1d(width)
        self.afms = nn.Module()
        self.afms.alpha = nn.Parameter(torch.ones(width, 1))
        self.afms.fc = nn.Linear(width, width)
        self.residual = nn.Sequential(nn.Conv1d(inputs, width, 1, bias=False)) if inputs != width else None

    def forward(self, hidden: Tensor) -> Tensor:
        *parts, last = self.bn1(F.relu(self.conv1(hidden))).split(self.part, dim=1)
        heard, before = [], 0
        for part, conv, norm in zip(parts, self.convs, self.bns, strict=True):
            before = norm(F.relu(conv(part + before)))
            heard.append(before)
        out = self.bn3(F.relu(self.conv3(torch.cat([*heard, last], dim=1))))
        out = out + (hidden if self.residual is None else self.residual(hidden))
        out = F.max_pool1d(out, self.pool)
        scale = self.afms.fc(out.mean(2)).sigmoid().unsqueeze(2)
        return (out + self.afms.alpha) * scale


def _root(variance: Tensor) -> Tensor:
    return variance.clamp(_TINY, 1 / _TINY).sqrt()


class VoiceEncoder:
    """RawNet3 as the authors of VSSFlow use it: one embedding for a recording."""

    def __init__(self, network: RawNet3, device: str = "cpu") -> None:
        self.network = network.to(device).eval()
        self.channels = network.fc6.out_features

    @classmethod
    def load(cls, path: Path, device: str) -> VoiceEncoder:
        """Read `rawnet3.pt`. Raises ModelError naming the tensor that differs."""
        held = read_pickled(path)
        state = held.get("model", held)
        espnets = isinstance(state, dict) and "projector.fc.weight" in state
        tensors = plain_tensors(state, path)
        if espnets:
            mine = {n: t for n, t in tensors.items() if n.startswith(("encoder.", "pooling.", "projector."))}
            tensors = {_renamed(name): tensor for name, tensor in mine.items()}
        with torch.device("meta"):
            network = RawNet3(*_sizes(tensors), stride=_ESPNETS_STRIDE if espnets else _STRIDE)
        if espnets:  # it has none of the two that aren't used
            for unused in ("bn1", "bn6"):
                setattr(network, unused, None)
        load_into(network, tensors, "", path, assign=True)
        return cls(network, device)

    @torch.inference_mode()
    def embedding(self, sound: np.ndarray) -> Tensor:
        """Mono float at SAMPLE_RATE, of any length above 0 → [channels]."""
        length = _SECONDS * SAMPLE_RATE
        if len(sound) < length:
            sound = np.pad(sound, (0, length - len(sound) + 1), "wrap")
        starts = np.linspace(0, len(sound) - length, _SEGMENTS).astype(int)
        heard = np.stack([sound[start : start + length] for start in starts]).astype(np.float32)
        # One after the other: the first layer's maps are a thousand times the sound's size.
        pieces = [self.network(torch.from_numpy(piece[None]).to(self.network.fc6.weight.device)) for piece in heard]
        return torch.cat(pieces).mean(0)


def _renamed(name: str) -> str:
    for pattern, mine in _ESPNET:
        if re.match(pattern, name):
            return re.sub(pattern, mine, name)
    return name


def _sizes(tensors: dict[str, Tensor]) -> tuple[int, int, int, int]:
    """Width, pooled, hidden and out; the authors' where the tensor that tells is missing."""

    def rows(name: str, usual: int) -> int:
        tensor = tensors.get(name)
        return len(tensor) if tensor is not None and tensor.ndim else usual

    return (
        _SCALE * (rows("layer1.conv1.bias", 1024) // _SCALE),
        rows("layer4.bias", 1536),
        rows("attention.0.bias", 128),
        rows("fc6.bias", 256),
    )
