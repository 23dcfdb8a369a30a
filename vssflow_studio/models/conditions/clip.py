"""CLIP ViT-B/16's eye (Radford et al. 2021): the semantics stream of the paper's model.

Parameter names are those of OpenAI's checkpoint below `visual.`.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from ..checkpoints import load_into, read_weights
from .picture import FRAME_RATE, SIDE, Check, batches, squares

_RATE = 10.0  # pictures a second that the authors show to it
_MEAN = (0.48145466, 0.4578275, 0.40821073)
_SPREAD = (0.26862954, 0.26130258, 0.27577711)


class ClipVision(nn.Module):
    """Normalised pictures [batch, 3, 224, 224] → class token [batch, width].

    The token leaves the last layer as it is: the authors' features were taken before
    `ln_post` and `proj`, which stand here only because the checkpoint has them.
    """

    def __init__(self, width: int = 768, layers: int = 12, patch: int = 16, out: int = 512) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, patch, stride=patch, bias=False)
        self.class_embedding = nn.Parameter(torch.zeros(width))
        self.positional_embedding = nn.Parameter(torch.zeros((SIDE // patch) ** 2 + 1, width))
        self.ln_pre = nn.LayerNorm(width)
        self.transformer = nn.Module()
        self.transformer.resblocks = nn.ModuleList(_Block(width) for _ in range(layers))
        self.ln_post = nn.LayerNorm(width)
        self.proj = nn.Parameter(torch.zeros(width, out))

    def forward(self, pictures: Tensor) -> Tensor:
        patches = self.conv1(pictures).flatten(2).transpose(1, 2)
        first = self.class_embedding.expand(len(pictures), 1, -1)
        hidden = torch.cat([first, patches], dim=1) + self.positional_embedding
        hidden = self.ln_pre(hidden)
        for block in self.transformer.resblocks:
            hidden = block(hidden)
        return hidden[:, 0]


class _Block(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.attn = nn.MultiheadAttention(width, width // 64, batch_first=True)
        self.ln_1 = nn.LayerNorm(width)
        self.mlp = nn.Module()
        self.mlp.c_fc = nn.Linear(width, 4 * width)
        self.mlp.c_proj = nn.Linear(4 * width, width)
        self.ln_2 = nn.LayerNorm(width)

    def forward(self, hidden: Tensor) -> Tensor:
        normed = self.ln_1(hidden)
        hidden = hidden + self.attn(normed, normed, normed, need_weights=False)[0]
        inner = self.mlp.c_fc(self.ln_2(hidden))
        return hidden + self.mlp.c_proj(inner * torch.sigmoid(1.702 * inner))


class ClipEncoder:
    """A PictureEncoder: ten pictures a second, each held until the next."""

    def __init__(self, network: ClipVision, device: str = "cpu") -> None:
        self.network = network.to(device).eval()
        self.channels = len(network.class_embedding)

    @classmethod
    def load(cls, path: Path, device: str) -> ClipEncoder:
        """Read `clip.safetensors`. Raises ModelError naming the tensor that differs."""
        tensors, _ = read_weights(path)
        with torch.device("meta"):
            network = ClipVision(*_sizes(tensors))
        load_into(network, tensors, "visual.", path, assign=True)
        return cls(network, device)

    @torch.inference_mode()
    def stream(self, frames: Tensor, check: Check = lambda: None) -> Tensor:
        """See PictureEncoder."""
        count = max(1, round(len(frames) * _RATE / FRAME_RATE))
        shown = [min(round(i * FRAME_RATE / _RATE), len(frames) - 1) for i in range(count)]
        device = self.network.proj.device
        tokens = []
        for part in batches(count):
            check()
            tokens.append(self.network(squares(frames[shown[part]], _MEAN, _SPREAD, device, cropped=False)))
        held = torch.arange(len(frames), device=device) * count // len(frames)
        return torch.cat(tokens)[held]


def _sizes(tensors: dict[str, Tensor]) -> tuple[int, int, int, int]:
    """Width, layers, patch and out; of ViT-B/16 where the tensor that tells is missing."""
    first, last = tensors.get("visual.conv1.weight"), tensors.get("visual.proj")
    width, patch = (first.shape[0], first.shape[-1]) if first is not None and first.ndim == 4 else (768, 16)
    out = last.shape[-1] if last is not None and last.ndim == 2 else 512
    layers = sum(name.endswith(".attn.in_proj_weight") for name in tensors)
    return width, layers or 12, patch, out
