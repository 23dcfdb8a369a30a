"""Synchformer's eye (Iashin et al. 2024): the sync stream of the paper's model.

A Motionformer with attention divided into time and space (Patrick et al. 2021; Bertasius
et al. 2021) and a layer that gathers each moment's places into one token. Parameter names
are those of the public checkpoint below `vfeat_extractor.`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..checkpoints import load_into, plain_tensors, read_pickled, read_weights
from .picture import SIDE, Check, squares

PREFIX = "vfeat_extractor."
_SEGMENT, _STEP = 16, 8  # frames of a segment, and from one to the next
_PATCH, _DEEP = 16, 2  # pixels and frames of a token
_HALF = (0.5, 0.5, 0.5)
_HEAD = 64  # channels of an attention head
_EPSILON = 1e-6


class SyncVision(nn.Module):
    """Segments [batch, 3, 16, 224, 224] → one token for every two frames [batch, 8, width]."""

    def __init__(self, width: int = 768, layers: int = 12, heads: int = 12) -> None:
        super().__init__()
        places, moments = (SIDE // _PATCH) ** 2, _SEGMENT // _DEEP
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.pos_embed = nn.Parameter(torch.zeros(1, places + 1, width))
        self.temp_embed = nn.Parameter(torch.zeros(1, moments, width))
        self.patch_embed = _holder(nn.Conv2d(3, width, _PATCH, stride=_PATCH))  # in the checkpoint, unused
        size = (_DEEP, _PATCH, _PATCH)
        self.patch_embed_3d = _holder(nn.Conv3d(3, width, size, stride=size))
        self.blocks = nn.ModuleList(_Block(width, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(width, eps=_EPSILON)
        self.spatial_attn_agg = Gather(width, heads)

    def forward(self, segments: Tensor) -> Tensor:
        patches = self.patch_embed_3d.proj(segments).flatten(3).permute(0, 2, 3, 1)
        batch, moments, places, width = patches.shape
        patches = patches + self.pos_embed[:, None, 1:] + self.temp_embed[:, :, None]
        first = (self.cls_token + self.pos_embed[:, :1]).expand(batch, -1, -1)
        for block in self.blocks:
            first, patches = block(first, patches)
        gathered = self.spatial_attn_agg(self.norm(patches).flatten(0, 1))
        return gathered.view(batch, moments, width)


class _Block(nn.Module):
    """Attention over time at each place, over places at each moment, then an MLP.

    The class token [batch, 1, width] and the patches [batch, moments, places, width] are
    kept apart: only the former attends to everything.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=_EPSILON)
        self.attn = _Divided(width, heads)
        self.timeattn = _Divided(width, heads)
        self.norm2 = nn.LayerNorm(width, eps=_EPSILON)
        self.mlp = nn.Module()
        self.mlp.fc1 = nn.Linear(width, 4 * width)
        self.mlp.fc2 = nn.Linear(4 * width, width)
        self.norm3 = nn.LayerNorm(width, eps=_EPSILON)

    def forward(self, first: Tensor, patches: Tensor) -> tuple[Tensor, Tensor]:
        turned = self.timeattn(self.norm3(first), self.norm3(patches).transpose(1, 2))
        first, patches = first + turned[0], patches + turned[1].transpose(1, 2)
        turned = self.attn(self.norm1(first), self.norm1(patches))
        first, patches = first + turned[0], patches + turned[1]
        return first + self._inner(first), patches + self._inner(patches)

    def _inner(self, hidden: Tensor) -> Tensor:
        return self.mlp.fc2(F.gelu(self.mlp.fc1(self.norm2(hidden))))


class _Divided(nn.Module):
    """Patches [batch, groups, length, width] attend within their group and to the class token."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, first: Tensor, patches: Tensor) -> tuple[Tensor, Tensor]:
        query, key, value = self._split(patches)
        first_query, first_key, first_value = self._split(first)
        keys = torch.cat([first_key, key.flatten(2, 3)], dim=2)
        values = torch.cat([first_value, value.flatten(2, 3)], dim=2)
        first = F.scaled_dot_product_attention(first_query, keys, values)
        each = (-1, -1, key.shape[2], -1, -1)
        keys = torch.cat([first_key.unsqueeze(2).expand(each), key], dim=3)
        values = torch.cat([first_value.unsqueeze(2).expand(each), value], dim=3)
        patches = F.scaled_dot_product_attention(query, keys, values)
        return self._joined(first), self._joined(patches)

    def _split(self, hidden: Tensor) -> Tensor:
        """[batch, …, width] → query, key and value [3, batch, heads, …, channels]."""
        return self.qkv(hidden).unflatten(-1, (3, self.heads, -1)).movedim(-3, 0).movedim(-2, 2)

    def _joined(self, heads: Tensor) -> Tensor:
        return self.proj(heads.movedim(1, -2).flatten(-2))


class Gather(nn.TransformerEncoderLayer):
    """Places [batch, places, width] → one token [batch, width]."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__(
            width,
            heads,
            4 * width,
            dropout=0.0,
            activation=F.gelu,
            layer_norm_eps=_EPSILON,
            batch_first=True,
            norm_first=True,
        )
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))

    def forward(self, places: Tensor) -> Tensor:
        first = self.cls_token.expand(len(places), -1, -1)
        return super().forward(torch.cat([first, places], dim=1))[:, 0]


class SynchformerEncoder:
    """A PictureEncoder: segments that overlap by half, their tokens one after the other."""

    def __init__(self, network: SyncVision, device: str = "cpu") -> None:
        self.network = network.to(device).eval()
        self.channels = network.pos_embed.shape[-1]

    @classmethod
    def load(cls, path: Path, device: str) -> SynchformerEncoder:
        """Read `synchformer_state_dict.pth`, or what was made of it. Raises ModelError naming the tensor."""
        held = read_weights(path)[0] if path.suffix == ".safetensors" else read_pickled(path)
        return cls(sync_network(held, path), device)

    @torch.inference_mode()
    def stream(self, frames: Tensor, check: Check = lambda: None) -> Tensor:
        """See PictureEncoder. Stretched to one token a frame, as the authors do it."""
        tokens = self.tokens(frames, check)
        return F.interpolate(tokens.T.unsqueeze(0), size=len(frames), mode="nearest-exact")[0].T

    @torch.inference_mode()
    def tokens(self, frames: Tensor, check: Check = lambda: None) -> Tensor:
        """uint8 [time, height, width, 3] at 25 a second → [segments · 8, channels].

        A segment that shows what the one before showed is not looked at again.
        """
        device, made = self.network.cls_token.device, []
        if len(frames) < _SEGMENT:
            frames = F.pad(frames, (0, 0, 0, 0, 0, 0, 0, _SEGMENT - len(frames)))
        shown = frames[:0]
        for start in range(0, len(frames) - _SEGMENT + 1, _STEP):
            check()
            before, shown = shown, frames[start : start + _SEGMENT]
            if not torch.equal(shown, before):
                pictures = squares(shown, _HALF, _HALF, device, cropped=True)
                answer = self.network(pictures.transpose(0, 1).unsqueeze(0))[0]
            made.append(answer)
        return torch.cat(made)


def sync_network(held: Mapping[str, object], path: Path) -> SyncVision:
    """The eye in a checkpoint that may hold more. Raises ModelError naming the tensor that differs."""
    mine = plain_tensors({k: v for k, v in held.items() if str(k).startswith(PREFIX)}, path)
    width = getattr(mine.get(f"{PREFIX}cls_token"), "shape", (768,))[-1]
    layers = len({name.split(".")[2] for name in mine if name.startswith(f"{PREFIX}blocks.")})
    with torch.device("meta"):
        network = SyncVision(width, layers, max(1, width // _HEAD))
    load_into(network, mine, PREFIX, path, assign=True)
    return network


def _holder(layer: nn.Module) -> nn.Module:
    """A module whose only layer is called `proj`."""
    held = nn.Module()
    held.proj = layer
    return held
