"""CLIP's eye (Radford et al. 2021): ViT-B/16 is the semantics stream of the paper's model.

Parameter names are those of OpenAI's and OpenCLIP's checkpoints below `visual.`.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..checkpoints import load_into, read_weights
from .picture import FRAME_RATE, SIDE, Check, batches, squares

_RATE = 10.0  # pictures a second that the authors show to it
MEAN = (0.48145466, 0.4578275, 0.40821073)
SPREAD = (0.26862954, 0.26130258, 0.27577711)
_HEADS = {1280: 16}  # by width, where a head has not 64 channels: those of ViT-H


class ClipVision(nn.Module):
    """Normalised pictures [batch, 3, side, side] → class token [batch, width].

    `places` are the patches of a picture. The token leaves the last layer as it is, for the
    authors' features were taken before `ln_post` and `proj`; `shared` goes through both.
    """

    def __init__(
        self,
        width: int = 768,
        layers: int = 12,
        patch: int = 16,
        out: int = 512,
        places: int = (SIDE // 16) ** 2,
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, patch, stride=patch, bias=False)
        self.class_embedding = nn.Parameter(torch.zeros(width))
        self.positional_embedding = nn.Parameter(torch.zeros(places + 1, width))
        self.ln_pre = nn.LayerNorm(width)
        self.transformer = nn.Module()
        self.transformer.resblocks = nn.ModuleList(ClipBlock(width) for _ in range(layers))
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

    def shared(self, pictures: Tensor) -> Tensor:
        """Where CLIP compares pictures with words: [batch, out] of unit length."""
        return F.normalize(self.ln_post(self(pictures)) @ self.proj, dim=-1)


class ClipBlock(nn.Module):
    """A transformer layer with CLIP's quick GELU; `mask` hides what is not to be attended to."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.attn = nn.MultiheadAttention(width, _HEADS.get(width, max(1, width // 64)), batch_first=True)
        self.ln_1 = nn.LayerNorm(width)
        self.mlp = nn.Module()
        self.mlp.c_fc = nn.Linear(width, 4 * width)
        self.mlp.c_proj = nn.Linear(4 * width, width)
        self.ln_2 = nn.LayerNorm(width)

    def forward(self, hidden: Tensor, mask: Tensor | None = None) -> Tensor:
        normed = self.ln_1(hidden)
        hidden = hidden + self.attn(normed, normed, normed, need_weights=False, attn_mask=mask)[0]
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
            network = ClipVision(*vision_sizes(tensors))
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
            tokens.append(self.network(squares(frames[shown[part]], MEAN, SPREAD, device, cropped=False)))
        held = torch.arange(len(frames), device=device) * count // len(frames)
        return torch.cat(tokens)[held]


def vision_sizes(tensors: dict[str, Tensor]) -> tuple[int, int, int, int, int]:
    """Width, layers, patch, out and places; of ViT-B/16 where the tensor that tells is missing."""
    first, last = tensors.get("visual.conv1.weight"), tensors.get("visual.proj")
    width, patch = (first.shape[0], first.shape[-1]) if first is not None and first.ndim == 4 else (768, 16)
    out = last.shape[-1] if last is not None and last.ndim == 2 else 512
    layers = sum(name.startswith("visual.") and name.endswith(".attn.in_proj_weight") for name in tensors)
    seats = tensors.get("visual.positional_embedding")
    places = len(seats) - 1 if seats is not None and seats.ndim == 2 else (SIDE // 16) ** 2
    return width, layers or 12, patch, out, places
