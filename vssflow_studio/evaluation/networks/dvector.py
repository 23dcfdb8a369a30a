"""The d-vector of a voice (Wan et al. 2018, GE2E), as StyleDubber's public SPK-SIM has it.

Parameter names are those of yistLin/dvector's attentive LSTM.
"""

from __future__ import annotations

import numpy as np
import torch
import torchaudio
from torch import Tensor, nn
from torch.nn import functional as F

from .files import DVECTOR
from .loading import ready, tensors_of

SAMPLE_RATE = 16_000
_FFT, _HOP = 400, 160
_BANDS, _LOW = 40, 50.0
_PIECE = 160  # frames; pieces overlap by half
_PEAK = 10 ** (-3 / 20)
_SILENT, _SILENCE = 0.01, 0.1  # of full scale; seconds


class DVector(nn.Module):
    """Log-mel pieces [n, frames, 40] → embeddings [n, 256] of unit length."""

    def __init__(self, width: int = 256, out: int = 256, layers: int = 3) -> None:
        super().__init__()
        self.lstm = nn.LSTM(_BANDS, width, layers, batch_first=True)
        self.embedding = nn.Linear(width, out)
        self.linear = nn.Linear(out, 1)

    def forward(self, pieces: Tensor) -> Tensor:
        heard = self.embedding(self.lstm(pieces)[0]).tanh()
        return F.normalize((heard * self.linear(heard).softmax(1)).sum(1), dim=-1)


class DVectorEncoder:
    """Mono speech → who speaks."""

    sample_rate = SAMPLE_RATE

    def __init__(self, network: DVector, device: str = "cpu") -> None:
        self.network, self.device = network, device

    @classmethod
    def load(cls, device: str) -> DVectorEncoder:
        """Read the state_dict. Raises ModelError."""
        tensors, path = tensors_of(DVECTOR)
        network = ready(DVector(), tensors, path, device)
        network.lstm.flatten_parameters()
        return cls(network, device)

    @torch.inference_mode()
    def embedding(self, sound: np.ndarray) -> np.ndarray:
        """Mono at SAMPLE_RATE → [256]."""
        mel = log_mel(without_silence(sound)).to(self.device)
        if len(mel) > _PIECE:
            mel = F.pad(mel, (0, 0, 0, -len(mel) % (_PIECE // 2)))
            pieces = mel.unfold(0, _PIECE, _PIECE // 2).transpose(1, 2)
        else:
            pieces = mel[None]
        return F.normalize(self.network(pieces).mean(0), dim=0).cpu().numpy()


def without_silence(sound: np.ndarray) -> np.ndarray:
    """At −3 dB of full scale, less what stays below 1 % of it for 0.1 s.

    The public code has sox do this, which trims to the sample; here it is done in steps of 10 ms.
    """
    peak = float(np.abs(sound).max(initial=0))
    sound = sound * (_PEAK / peak) if peak else sound
    blocks = np.abs(np.pad(sound, (0, -len(sound) % _HOP))).reshape(-1, _HOP).max(1) > _SILENT
    reach = round(_SILENCE * SAMPLE_RATE / _HOP)
    near = np.convolve(blocks, np.ones(reach), "full")[: len(blocks)] > 0  # for 0.1 s after sound
    return sound[np.repeat(near, _HOP)[: len(sound)]]


def log_mel(sound: np.ndarray) -> Tensor:
    """[samples] → [frames, 40]; what is shorter than a window is followed by silence."""
    sound = np.pad(sound, (0, max(0, _FFT - len(sound)))).astype(np.float32)
    spectrum = torch.stft(torch.from_numpy(sound), _FFT, _HOP, window=torch.hann_window(_FFT), return_complex=True)
    bank = torchaudio.functional.melscale_fbanks(_FFT // 2 + 1, _LOW, SAMPLE_RATE / 2, _BANDS, SAMPLE_RATE)
    return ((spectrum.abs() ** 2).T @ bank).clamp(min=1e-9).log()
