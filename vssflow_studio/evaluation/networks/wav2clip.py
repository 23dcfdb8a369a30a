"""Wav2CLIP (Wu et al. 2022): sound in the space where CLIP has pictures. For the CLIP score.

Parameter names are those of the authors' `Wav2CLIP.pt`.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...models.conditions.clip import MEAN, SPREAD, ClipVision, vision_sizes
from ...models.conditions.picture import squares
from .files import CLIP, WAV2CLIP
from .loading import ready, tensors_of

SAMPLE_RATE = 16_000
SIDE = 224
_FFT, _HOP = 512, 353
_TINY = 1e-7
_WIDTHS = (64, 128, 256, 512)
_OWN = ("audio_encoder.", "audio_transform.")


class Wav2Clip(nn.Module):
    """Sound at 16 kHz [n, samples] → [n, 512]: a ResNet-18 of the log spectrogram, and three layers."""

    def __init__(self) -> None:
        super().__init__()
        self.audio_encoder = _ResNet()
        self.audio_transform = nn.Module()
        self.audio_transform.sequential = nn.Sequential(
            nn.Linear(512, 512), nn.ReLU(), nn.Dropout(0.1), nn.Linear(512, 512)
        )

    def forward(self, sound: Tensor) -> Tensor:
        return self.audio_transform.sequential(self.audio_encoder(sound))


class _ResNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.spectrogram = nn.Module()  # its window lies in the checkpoint
        self.spectrogram.register_buffer("window", torch.hann_window(_FFT))
        self.conv1 = nn.Conv2d(1, _WIDTHS[0], 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(_WIDTHS[0])
        channels = _WIDTHS[0]
        for layer, out in enumerate(_WIDTHS, start=1):
            blocks = _Block(channels, out, 1 if layer == 1 else 2), _Block(out, out, 1)
            setattr(self, f"layer{layer}", nn.Sequential(*blocks))
            channels = out

    def forward(self, sound: Tensor) -> Tensor:
        spectrum = torch.stft(sound, _FFT, _HOP, window=self.spectrogram.window, return_complex=True)
        level = (spectrum.abs() ** 2 + _TINY).log()[:, None]
        spread, mean = torch.std_mean(level)
        maps = F.relu(self.bn1(self.conv1((level - mean) / (spread + 1e-9))))
        maps = F.max_pool2d(maps, 3, 2, 1)
        for layer in range(1, len(_WIDTHS) + 1):
            maps = getattr(self, f"layer{layer}")(maps)
        return maps.mean((2, 3))


class _Block(nn.Module):
    def __init__(self, channels: int, out: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, out, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.conv2 = nn.Conv2d(out, out, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out)
        self.downsample = None
        if stride != 1:
            self.downsample = nn.Sequential(nn.Conv2d(channels, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, maps: Tensor) -> Tensor:
        beside = maps if self.downsample is None else self.downsample(maps)
        maps = F.relu(self.bn1(self.conv1(maps)))
        return F.relu(self.bn2(self.conv2(maps)) + beside)


class Wav2ClipScorer:
    """Sound and pictures in one space."""

    sample_rate = SAMPLE_RATE

    def __init__(self, sound: Wav2Clip, vision: ClipVision, device: str = "cpu") -> None:
        self.network, self.vision, self.device = sound, vision, device

    @classmethod
    def load(cls, device: str) -> Wav2ClipScorer:
        """Read both public files. Raises ModelError."""
        tensors, path = tensors_of(WAV2CLIP)
        mine = {name: tensor for name, tensor in tensors.items() if name.startswith(_OWN)}
        with torch.device("meta"):
            sound = Wav2Clip()
        sound = ready(sound, mine, path, device)
        tensors, path = tensors_of(CLIP)
        with torch.device("meta"):
            vision = ClipVision(*vision_sizes(tensors))
        seeing = {name.removeprefix("visual."): t for name, t in tensors.items() if name.startswith("visual.")}
        return cls(sound, ready(vision, seeing, path, device), device)

    @torch.inference_mode()
    def sound(self, sound: np.ndarray) -> np.ndarray:
        """Mono at SAMPLE_RATE → [512]."""
        sound = np.pad(sound, (0, max(0, _FFT - len(sound)))).astype(np.float32)
        return self.network(torch.from_numpy(sound)[None].to(self.device))[0].cpu().numpy()

    @torch.inference_mode()
    def pictures(self, frames: np.ndarray) -> np.ndarray:
        """RGB uint8 [n, 224, 224, 3] → [n, 512] of unit length."""
        shown = squares(torch.from_numpy(frames), MEAN, SPREAD, torch.device(self.device), cropped=False)
        return self.vision.shared(shown).cpu().numpy()
