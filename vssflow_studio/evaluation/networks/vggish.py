"""VGGish (Hershey et al. 2017): what FAD compares. Parameter names are those of torchvggish."""

from __future__ import annotations

from functools import cache

import numpy as np
import torch
from torch import Tensor, nn

from .files import VGGISH
from .loading import ready, rows, tensors_of

SAMPLE_RATE = 16_000
_WINDOW, _HOP, _FFT = 400, 160, 512  # samples
_BANDS, _LOW, _HIGH = 64, 125.0, 7500.0
_OFFSET = 0.01
_PIECE = 96  # frames
_CONVOLUTIONS = (64, 0, 128, 0, 256, 256, 0, 512, 512, 0)  # channels; 0 is a pooling


class VGGish(nn.Module):
    """Log-mel pieces [n, 96, 64] → embeddings [n, out].

    Without the last ReLU, the PCA and the quantisation, as the public FAD code has it.
    """

    def __init__(self, hidden: int = 4096, out: int = 128) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = 1
        for wide in _CONVOLUTIONS:
            layers += [nn.Conv2d(channels, wide, 3, padding=1), nn.ReLU()] if wide else [nn.MaxPool2d(2)]
            channels = wide or channels
        self.features = nn.Sequential(*layers)
        self.embeddings = nn.Sequential(
            nn.Linear(512 * 4 * 6, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, out)
        )

    def forward(self, pieces: Tensor) -> Tensor:
        maps = self.features(pieces[:, None])
        return self.embeddings(maps.permute(0, 2, 3, 1).flatten(1))  # channels last, as in TensorFlow


class VGGishEmbedder:
    """Mono sound → an embedding for each 0.96 s."""

    sample_rate = SAMPLE_RATE

    def __init__(self, network: VGGish, device: str = "cpu") -> None:
        self.network, self.device = network, device

    @classmethod
    def load(cls, device: str) -> VGGishEmbedder:
        """Read the public file. Raises ModelError."""
        tensors, path = tensors_of(VGGISH)
        kept = {name: tensor for name, tensor in tensors.items() if not name.startswith("pproc.")}
        with torch.device("meta"):
            network = VGGish(rows(kept, "embeddings.0.bias", 4096), rows(kept, "embeddings.4.bias", 128))
        return cls(ready(network, kept, path, device), device)

    @torch.inference_mode()
    def embeddings(self, sound: np.ndarray) -> np.ndarray:
        """Mono at SAMPLE_RATE → [pieces, out]; a sound shorter than a piece is followed by silence."""
        return self.network(log_mel_pieces(sound).to(self.device)).cpu().numpy()


def log_mel_pieces(sound: np.ndarray) -> Tensor:
    """[samples] → [pieces, 96, 64]: what does not fill a last piece is left out."""
    shortest = _WINDOW + (_PIECE - 1) * _HOP
    sound = np.pad(sound, (0, max(0, shortest - len(sound)))).astype(np.float32)
    frames = torch.from_numpy(sound).unfold(0, _WINDOW, _HOP) * torch.hann_window(_WINDOW)
    mel = torch.fft.rfft(frames, _FFT).abs() @ _bank()
    whole = len(mel) // _PIECE * _PIECE
    return (mel[:whole] + _OFFSET).log().view(-1, _PIECE, _BANDS)


@cache
def _bank() -> Tensor:
    """[257, 64]: triangles on the mel axis, not on that of frequency; nothing of 0 Hz."""
    mel = 1127 * torch.log1p(torch.linspace(0, SAMPLE_RATE / 2, _FFT // 2 + 1, dtype=torch.float64) / 700)
    low, high = (1127 * np.log1p(hertz / 700) for hertz in (_LOW, _HIGH))
    edges = torch.linspace(low, high, _BANDS + 2, dtype=torch.float64)
    up = (mel[:, None] - edges[:-2]) / (edges[1:-1] - edges[:-2])
    down = (edges[2:] - mel[:, None]) / (edges[2:] - edges[1:-1])
    bank = torch.minimum(up, down).clamp(min=0)
    bank[0] = 0
    return bank.float()
