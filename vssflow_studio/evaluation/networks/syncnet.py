"""SyncNet (Chung & Zisserman 2016): mouths and sound as points that lie near where they fit. For LSE.

Parameter names are those of the authors' `syncnet_v2.model`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from ..mfcc import mfcc
from .files import SYNCNET
from .loading import ready, tensors_of

SAMPLE_RATE = 16_000
FRAME_RATE = 25.0
SIDE = 224
"""Pixels of the squares of face that it sees."""
_SEEN, _HEARD, _PER_FRAME = 5, 20, 4  # pictures and sound frames at once, sound frames for each picture
_FULL_SCALE = 32_768
"""It was trained on 16-bit samples as they are."""
_AT_ONCE = 16


class SyncNet(nn.Module):
    """Two towers of convolutions that end in one space [n, 1024]."""

    def __init__(self, width: int = 512, out: int = 1024) -> None:
        super().__init__()
        self.netcnnaud = nn.Sequential(
            *_flat(1, 64, 3, padding=1), nn.MaxPool2d(1, 1),
            *_flat(64, 192, 3, padding=1), nn.MaxPool2d(3, (1, 2)),
            *_flat(192, 384, 3, padding=1),
            *_flat(384, 256, 3, padding=1),
            *_flat(256, 256, 3, padding=1), nn.MaxPool2d(3, 2),
            *_flat(256, width, (5, 4)),
        )  # fmt: skip
        self.netcnnlip = nn.Sequential(
            *_deep(3, 96, (5, 7, 7), (1, 2, 2)), nn.MaxPool3d((1, 3, 3), (1, 2, 2)),
            *_deep(96, 256, (1, 5, 5), (1, 2, 2), (0, 1, 1)), nn.MaxPool3d((1, 3, 3), (1, 2, 2), (0, 1, 1)),
            *_deep(256, 256, (1, 3, 3), 1, (0, 1, 1)),
            *_deep(256, 256, (1, 3, 3), 1, (0, 1, 1)),
            *_deep(256, 256, (1, 3, 3), 1, (0, 1, 1)), nn.MaxPool3d((1, 3, 3), (1, 2, 2)),
            *_deep(256, width, (1, 6, 6)),
        )  # fmt: skip
        self.netfcaud, self.netfclip = _head(width, out), _head(width, out)

    def sounds(self, cepstra: Tensor) -> Tensor:
        """[n, 1, 13, 20] → [n, 1024]."""
        return self.netfcaud(self.netcnnaud(cepstra).flatten(1))

    def lips(self, pictures: Tensor) -> Tensor:
        """BGR 0 … 255 [n, 3, 5, 224, 224] → [n, 1024]."""
        return self.netfclip(self.netcnnlip(pictures).flatten(1))


def _flat(channels: int, out: int, kernel, padding: int = 0) -> tuple[nn.Module, ...]:
    return nn.Conv2d(channels, out, kernel, padding=padding), nn.BatchNorm2d(out), nn.ReLU()


def _deep(channels: int, out: int, kernel, stride=1, padding=0) -> tuple[nn.Module, ...]:
    return nn.Conv3d(channels, out, kernel, stride, padding), nn.BatchNorm3d(out), nn.ReLU()


def _head(width: int, out: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(width, width), nn.BatchNorm1d(width), nn.ReLU(), nn.Linear(width, out))


class SyncNetEncoder:
    """A film of a face and its sound → a point of each for every frame."""

    def __init__(self, network: SyncNet, device: str = "cpu") -> None:
        self.network, self.device = network, device

    @classmethod
    def load(cls, device: str) -> SyncNetEncoder:
        """Read the public file. Raises ModelError."""
        tensors, path = tensors_of(SYNCNET)
        with torch.device("meta"):
            network = SyncNet()
        return cls(ready(network, tensors, path, device), device)

    @torch.inference_mode()
    def points(
        self, frames: np.ndarray, sound: np.ndarray, check: Callable[[], None] = lambda: None
    ) -> tuple[np.ndarray, np.ndarray]:
        """RGB uint8 [time, 224, 224, 3] at FRAME_RATE and mono at SAMPLE_RATE → two of [steps, 1024].

        A step is a frame that has four more after it. Raises ValueError where there is none.
        """
        steps = min(len(frames), len(sound) * int(FRAME_RATE) // SAMPLE_RATE) - _SEEN
        if steps < 1:
            raise ValueError("shorter than the 6 frames that SyncNet needs")
        pictures = torch.from_numpy(frames[..., ::-1].copy()).permute(3, 0, 1, 2)  # BGR, as OpenCV read them
        cepstra = torch.from_numpy(mfcc(sound * _FULL_SCALE, SAMPLE_RATE)).float().T
        seen, heard = [], []
        for first in range(0, steps, _AT_ONCE):
            check()
            here = range(first, min(steps, first + _AT_ONCE))
            shown = torch.stack([pictures[:, i : i + _SEEN] for i in here]).float()
            said = torch.stack([cepstra[None, :, _PER_FRAME * i : _PER_FRAME * i + _HEARD] for i in here])
            seen.append(self.network.lips(shown.to(self.device)))
            heard.append(self.network.sounds(said.to(self.device)))
        return torch.cat(seen).cpu().numpy(), torch.cat(heard).cpu().numpy()
