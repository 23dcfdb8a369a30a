"""PANNs' Cnn14 at 16 kHz (Kong et al. 2020): what FD compares, and the classes of KL and IS.

Parameter names are those of the authors' checkpoint below `model`.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import torch
import torchaudio
from torch import Tensor, nn
from torch.nn import functional as F

from .files import CNN14
from .loading import ready, rows, tensors_of

SAMPLE_RATE = 16_000
_FFT, _HOP = 512, 160
_BANDS, _LOW, _HIGH = 64, 50.0, 8000.0
_FLOOR = 1e-10
_SHORTEST = 32_000
"""Samples; shorter sound is followed by silence (`audioldm_eval`)."""
_COMPUTED = ("spectrogram_extractor.", "logmel_extractor.")


class Cnn14(nn.Module):
    """Log-mel spectrograms [n, frames, 64] → (embeddings [n, 32 · width], logits [n, classes])."""

    def __init__(self, width: int = 64, classes: int = 527) -> None:
        super().__init__()
        self.bn0 = nn.BatchNorm2d(_BANDS)
        channels = 1
        for block in range(1, 7):
            out = width * 2 ** (block - 1)
            setattr(self, f"conv_block{block}", _Block(channels, out))
            channels = out
        self.fc1 = nn.Linear(channels, channels)
        self.fc_audioset = nn.Linear(channels, classes)

    def forward(self, mel: Tensor) -> tuple[Tensor, Tensor]:
        maps = self.bn0(mel[:, None].transpose(1, 3)).transpose(1, 3)
        for block in range(1, 7):
            maps = getattr(self, f"conv_block{block}")(maps)
            if block < 6:
                maps = F.avg_pool2d(maps, 2)
        heard = maps.mean(3)
        embedding = F.relu(self.fc1(heard.amax(2) + heard.mean(2)))
        return embedding, self.fc_audioset(embedding)


class _Block(nn.Module):
    def __init__(self, channels: int, out: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, out, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.conv2 = nn.Conv2d(out, out, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out)

    def forward(self, maps: Tensor) -> Tensor:
        maps = F.relu(self.bn1(self.conv1(maps)))
        return F.relu(self.bn2(self.conv2(maps)))


class Cnn14Classifier:
    """Mono sound → its embedding and its classes' logits."""

    sample_rate = SAMPLE_RATE

    def __init__(self, network: Cnn14, device: str = "cpu") -> None:
        self.network, self.device = network, device

    @classmethod
    def load(cls, device: str) -> Cnn14Classifier:
        """Read the public file. Raises ModelError."""
        tensors, path = tensors_of(CNN14)
        learned = {name: tensor for name, tensor in tensors.items() if not name.startswith(_COMPUTED)}
        with torch.device("meta"):
            network = Cnn14(rows(learned, "conv_block1.bn1.bias", 64), rows(learned, "fc_audioset.bias", 527))
        return cls(ready(network, learned, path, device), device)

    @torch.inference_mode()
    def heard(self, sound: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mono at SAMPLE_RATE → (embedding [2048], logits [527])."""
        embedding, logits = self.network(log_mel(sound)[None].to(self.device))
        return embedding[0].cpu().numpy(), logits[0].cpu().numpy()


def log_mel(sound: np.ndarray) -> Tensor:
    """[samples] → [frames, 64] in decibels."""
    sound = np.pad(sound, (0, max(0, _SHORTEST - len(sound)))).astype(np.float32)
    window = torch.hann_window(_FFT)
    spectrum = torch.stft(torch.from_numpy(sound), _FFT, _HOP, window=window, return_complex=True)
    return 10 * ((spectrum.abs() ** 2).T @ _bank()).clamp(min=_FLOOR).log10()


@cache
def _bank() -> Tensor:
    return torchaudio.functional.melscale_fbanks(
        _FFT // 2 + 1, _LOW, _HIGH, _BANDS, SAMPLE_RATE, norm="slaney", mel_scale="slaney"
    )
