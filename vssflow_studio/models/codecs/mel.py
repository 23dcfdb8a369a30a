"""The draft model's latent: log-mel frames, two side by side in a token.

No learned encoder stands between sound and latent.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torchaudio
from torch import Tensor, nn


@dataclass(frozen=True)
class MelConfig:
    """Log-mel analysis at 24 kHz: 100 frames a second of 80 bins, 0–12 kHz."""

    sample_rate: int = 24_000
    fft: int = 960
    hop: int = 240
    bins: int = 80
    floor: float = 1e-4
    per_token: int = 2

    @property
    def frame_rate(self) -> float:
        """Mel frames per second."""
        return self.sample_rate / self.hop

    @property
    def token_rate(self) -> float:
        """Latent frames per second."""
        return self.frame_rate / self.per_token


class MelCodec(nn.Module):
    """Waveform → log-mel → latent tokens, and latent tokens → log-mel.

    `mean` and `spread` bring log-mels to zero mean and unit variance; they are
    measured once on the training data and travel with the weights.
    """

    def __init__(self, config: MelConfig = MelConfig()) -> None:
        super().__init__()
        self.config = config
        self.register_buffer("mean", torch.zeros(config.bins))
        self.register_buffer("spread", torch.ones(()))
        self.register_buffer("bank", filterbank(config), persistent=False)
        self.register_buffer("window", torch.hann_window(config.fft), persistent=False)

    def mel(self, sound: Tensor) -> Tensor:
        """[…, samples] → natural log-mel […, bins, samples // hop]; frame i is centred on i·hop."""
        spectrum = torch.stft(
            sound, self.config.fft, self.config.hop, window=self.window, return_complex=True
        )
        magnitudes = spectrum.abs()[..., : sound.shape[-1] // self.config.hop]
        return (self.bank.T @ magnitudes).clamp(min=self.config.floor).log()

    def tokens(self, mel: Tensor) -> Tensor:
        """Log-mel [batch, bins, frames] → latent [batch, per_token · bins, frames / per_token]."""
        scaled = (mel - self.mean[:, None]) / self.spread
        batch, bins, frames = scaled.shape
        per = self.config.per_token
        split = scaled.reshape(batch, bins, frames // per, per)
        return split.permute(0, 3, 1, 2).reshape(batch, per * bins, frames // per)

    def untokens(self, latent: Tensor) -> Tensor:
        """The inverse of `tokens`, bounded below by the analysis' floor."""
        batch, _, length = latent.shape
        per, bins = self.config.per_token, self.config.bins
        mel = latent.reshape(batch, per, bins, length).permute(0, 2, 3, 1)
        mel = mel.reshape(batch, bins, length * per) * self.spread + self.mean[:, None]
        return mel.clamp(min=float(torch.tensor(self.config.floor).log()))


def filterbank(config: MelConfig) -> Tensor:
    """Triangular mel filters of unit area, [fft / 2 + 1, bins] (Slaney's Auditory Toolbox)."""
    return torchaudio.functional.melscale_fbanks(
        config.fft // 2 + 1,
        0.0,
        config.sample_rate / 2,
        config.bins,
        config.sample_rate,
        norm="slaney",
        mel_scale="slaney",
    )
