"""AV-HuBERT (Shi et al. 2022), eyes only: the lip stream of the paper's model.

The authors take the last layer of the large model that was fine-tuned to read lips
(`self_large_vox_433h.pt`), its ear given zeros. Parameter names are those of that
checkpoint below `encoder.w2v_model.`, or of a pre-trained one, where nothing is before them.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...errors import ModelError
from ..checkpoints import load_into, plain_tensors, read_pickled
from .mouths import mouths
from .picture import Check

CROP = 88
"""Pixels across the mouth pictures that it sees."""

_TUNED = "encoder.w2v_model."
_MINE = ("feature_extractor_video.", "layer_norm.", "post_extract_proj.", "encoder.")
_MEAN, _SPREAD = 0.421, 0.165
_HEAD = 64  # channels of an attention head
_REACH, _GROUPS = 128, 16  # of the convolution that tells places
_AT_ONCE = 250  # frames: the paper's window


class LipVision(nn.Module):
    """Normalised grey mouths [batch, 1, time, 88, 88] → [batch, time, width]."""

    def __init__(self, width: int = 1024, layers: int = 24, inner: int = 4096, planes: int = 64) -> None:
        super().__init__()
        self.feature_extractor_video = nn.Module()
        self.feature_extractor_video.resnet = _Front(planes)
        self.feature_extractor_video.proj = nn.Linear(8 * planes, width)
        self.layer_norm = nn.LayerNorm(2 * width)
        self.post_extract_proj = nn.Linear(2 * width, width)
        self.encoder = _Encoder(width, layers, inner)

    def forward(self, mouths: Tensor) -> Tensor:
        video = self.feature_extractor_video
        seen = video.proj(video.resnet(mouths))
        both = torch.cat([torch.zeros_like(seen), seen], dim=-1)  # nothing is heard
        return self.encoder(self.post_extract_proj(self.layer_norm(both)))


class _Front(nn.Module):
    """A convolution over five frames, then a ResNet-18 for each: → [batch, time, 8 · planes]."""

    def __init__(self, planes: int) -> None:
        super().__init__()
        self.frontend3D = nn.Sequential(
            nn.Conv3d(1, planes, (5, 7, 7), stride=(1, 2, 2), padding=(2, 3, 3), bias=False),
            nn.BatchNorm3d(planes),
            nn.PReLU(planes),
            nn.MaxPool3d((1, 3, 3), stride=(1, 2, 2), padding=(0, 1, 1)),
        )
        self.trunk = nn.Module()
        for number in range(4):
            wide, before = planes << number, planes << max(0, number - 1)
            first = _Residual(before, wide, stride=1 if number == 0 else 2)
            self.trunk.add_module(f"layer{number + 1}", nn.Sequential(first, _Residual(wide, wide)))

    def forward(self, mouths: Tensor) -> Tensor:
        maps = self.frontend3D(mouths).transpose(1, 2)
        hidden = maps.flatten(0, 1)
        for layer in self.trunk.children():
            hidden = layer(hidden)
        return hidden.mean((2, 3)).unflatten(0, maps.shape[:2])


class _Residual(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.relu1 = nn.PReLU(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.relu2 = nn.PReLU(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            smaller = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
            self.downsample = nn.Sequential(smaller, nn.BatchNorm2d(outputs))

    def forward(self, maps: Tensor) -> Tensor:
        out = self.bn2(self.conv2(self.relu1(self.bn1(self.conv1(maps)))))
        return self.relu2(out + (maps if self.downsample is None else self.downsample(maps)))


class _Encoder(nn.Module):
    """wav2vec 2.0's transformer (Baevski et al. 2020), norms first: [batch, time, width], kept."""

    def __init__(self, width: int, layers: int, inner: int) -> None:
        super().__init__()
        self.pos_conv = nn.Sequential(_Places(width))
        self.layers = nn.ModuleList(_Layer(width, inner) for _ in range(layers))
        self.layer_norm = nn.LayerNorm(width)

    def forward(self, hidden: Tensor) -> Tensor:
        hidden = hidden + self.pos_conv(hidden)
        for layer in self.layers:
            hidden = layer(hidden)
        return self.layer_norm(hidden)


class _Places(nn.Module):
    """Places told by a wide convolution, whose weight is kept as length and direction."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight_g = nn.Parameter(torch.ones(1, 1, _REACH))
        self.weight_v = nn.Parameter(torch.ones(width, width // _GROUPS, _REACH))
        self.bias = nn.Parameter(torch.zeros(width))

    def forward(self, hidden: Tensor) -> Tensor:
        weight = self.weight_v * (self.weight_g / self.weight_v.norm(dim=(0, 1), keepdim=True))
        told = F.conv1d(hidden.transpose(1, 2), weight, self.bias, padding=_REACH // 2, groups=_GROUPS)
        return F.gelu(told[:, :, :-1]).transpose(1, 2)  # an even kernel gives one too many


class _Layer(nn.Module):
    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.heads = max(1, width // _HEAD)
        self.self_attn = nn.Module()
        for name in ("k_proj", "v_proj", "q_proj", "out_proj"):
            self.self_attn.add_module(name, nn.Linear(width, width))
        self.self_attn_layer_norm = nn.LayerNorm(width)
        self.fc1 = nn.Linear(width, inner)
        self.fc2 = nn.Linear(inner, width)
        self.final_layer_norm = nn.LayerNorm(width)

    def forward(self, hidden: Tensor) -> Tensor:
        normed, attend = self.self_attn_layer_norm(hidden), self.self_attn
        query, key, value = (
            project(normed).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for project in (attend.q_proj, attend.k_proj, attend.v_proj)
        )
        seen = F.scaled_dot_product_attention(query, key, value).transpose(1, 2).flatten(2)
        hidden = hidden + attend.out_proj(seen)
        return hidden + self.fc2(F.gelu(self.fc1(self.final_layer_norm(hidden))))


class LipEncoder:
    """A PictureEncoder: the mouth that is seen, frame by frame; zeros where none speaks."""

    def __init__(self, network: LipVision, device: str = "cpu") -> None:
        self.network = network.to(device).eval()
        self.channels = network.layer_norm.normalized_shape[0] // 2

    @classmethod
    def load(cls, path: Path, device: str) -> LipEncoder:
        """Read `avhubert.pt`. Raises ModelError naming the tensor that differs."""
        state = read_pickled(path).get("model")
        if not isinstance(state, dict):
            raise ModelError("The checkpoint has no “model”", file=path, remedy="It has to be AV-HuBERT's.")
        tensors = plain_tensors(state, path)
        prefix = _TUNED if any(name.startswith(_TUNED) for name in tensors) else ""
        mine = {n: t for n, t in tensors.items() if n.startswith(tuple(prefix + part for part in _MINE))}
        with torch.device("meta"):
            network = LipVision(*_sizes(mine, prefix))
        load_into(network, mine, prefix, path, assign=True)
        return cls(network, device)

    @torch.inference_mode()
    def stream(self, frames: Tensor, check: Check = lambda: None) -> Tensor:
        """See PictureEncoder."""
        device = self.network.layer_norm.weight.device
        found = torch.zeros(len(frames), self.channels, device=device)
        crops = mouths(frames, CROP, check)
        if crops is None:
            return found
        for start in range(0, len(frames), _AT_ONCE):
            check()
            here = slice(start, start + _AT_ONCE)
            seen = (crops[here].to(device) / 255 - _MEAN) / _SPREAD
            found[here] = self.network(seen[None, None])[0]
        return found


def _sizes(tensors: dict[str, Tensor], prefix: str) -> tuple[int, int, int, int]:
    """Width, layers, inner and planes; the large model's where the tensor that tells is missing."""

    def rows(name: str, usual: int) -> int:
        tensor = tensors.get(prefix + name)
        return len(tensor) if tensor is not None and tensor.ndim else usual

    start = f"{prefix}encoder.layers."
    numbers = {name.removeprefix(start).split(".")[0] for name in tensors if name.startswith(start)}
    return (
        rows("encoder.layer_norm.weight", 1024),
        len(numbers),
        rows("encoder.layers.0.fc1.bias", 4096),
        rows("feature_extractor_video.resnet.frontend3D.0.weight", 64),
    )
