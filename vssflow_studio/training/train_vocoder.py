"""Train the draft model's vocoder on the teachers' waveforms.

`python -m vssflow_studio.training.train_vocoder CACHE OUT --minutes 30`

Spectral losses first; then small spectrogram discriminators join (multi-resolution,
Jang et al. 2021, UnivNet §2.3), which take the buzz out of what is noise.
"""

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F

from ..atomic import replacing
from ..models.codecs.mel import MelCodec
from ..models.codecs.vocoder import Vocoder
from .foley_cache import FoleyCache
from .speech_cache import SpeechCache

_RESOLUTIONS = ((2048, 480), (960, 240), (320, 80))
_JUDGED = ((2048, 480), (960, 240))  # finer time costs most and adds least
_CROP = 60  # mel frames


class SpectrogramDiscriminator(nn.Module):
    """A few convolutions over one resolution's magnitudes; returns every layer's output."""

    def __init__(self, fft: int, hop: int, width: int = 16) -> None:
        super().__init__()
        self.fft, self.hop = fft, hop
        sizes = [(1, width), (width, width), (width, width), (width, width)]
        self.layers = nn.ModuleList(
            nn.Conv2d(a, b, (7, 3), stride=(3, 1), padding=(3, 1)) for a, b in sizes
        )
        self.judge = nn.Conv2d(width, 1, 3, padding=1)

    def forward(self, sound: Tensor) -> list[Tensor]:
        hidden = _magnitude(sound, self.fft, self.hop).clamp(min=1e-4).log().unsqueeze(1)
        seen = []
        for layer in self.layers:
            hidden = F.leaky_relu(layer(hidden), 0.1)
            seen.append(hidden)
        return [*seen, self.judge(hidden)]


def spectral_loss(made: Tensor, real: Tensor) -> Tensor:
    """Log-magnitude error and spectral convergence over three resolutions."""
    loss = made.new_zeros(())
    for fft, hop in _RESOLUTIONS:
        a, b = (_magnitude(x, fft, hop) for x in (made, real))
        loss = loss + (a.clamp(min=1e-4).log() - b.clamp(min=1e-4).log()).abs().mean()
        loss = loss + (a - b).pow(2).sum().sqrt() / b.pow(2).sum().sqrt().clamp(min=1e-2) * 0.3
    return loss / len(_RESOLUTIONS)


def _magnitude(sound: Tensor, fft: int, hop: int) -> Tensor:
    window = torch.hann_window(fft, device=sound.device)
    spectrum = torch.stft(sound, fft, hop, window=window, return_complex=True)
    return torch.view_as_real(spectrum).pow(2).sum(-1).clamp(min=1e-12).sqrt()


class Crops:
    """Random stretches of the teachers' sound, two of speech to one of foley."""

    def __init__(self, cache: Path, samples: int, seed: int = 0) -> None:
        self.sources = [
            SpeechCache.load(cache / "speech.npz").sound,
            SpeechCache.load(cache / "speech.npz").sound,
            FoleyCache.load(cache / "foley.npz").sound,
        ]
        self.samples, self.rng = samples, np.random.default_rng(seed)

    def batch(self, size: int) -> Tensor:
        """float32 [size, samples]; those that are silent are drawn again."""
        return torch.stack([self._one(self.sources[i % 3]) for i in range(size)])

    def _one(self, source: np.ndarray) -> Tensor:
        while True:
            start = self.rng.integers(len(source) - self.samples)
            crop = source[start : start + self.samples].astype(np.float32) / 32767
            if np.abs(crop).max() > 0.01:
                return torch.from_numpy(crop * self.rng.uniform(0.4, 1.2))


def train(
    cache: Path, out: Path, minutes: float, *, resume: bool = False, batch: int = 12, seed: int = 0
) -> None:
    """Train for `minutes`; leaves vocoder.safetensors and log.csv in `out`.

    `resume` begins with the vocoder that is there and lets the discriminators judge at once.
    """
    torch.manual_seed(seed)
    out.mkdir(parents=True, exist_ok=True)
    codec, vocoder = MelCodec(), Vocoder()
    if resume:
        vocoder.load_state_dict(load_file(out / "vocoder.safetensors"))
    critics = nn.ModuleList(SpectrogramDiscriminator(*r) for r in _JUDGED)
    makers = torch.optim.AdamW(vocoder.parameters(), 1e-3, betas=(0.8, 0.95), fused=True)
    judges = torch.optim.AdamW(critics.parameters(), 2e-4, betas=(0.8, 0.95), fused=True)
    average = {k: v.clone() for k, v in vocoder.state_dict().items()}
    crops = Crops(cache, _CROP * codec.config.hop, seed)
    begun, step, recent, saved = time.monotonic(), 0, [], time.monotonic()
    while (spent := (time.monotonic() - begun) / (60 * minutes)) < 1:
        rate = 1e-3 * min(1, (step + 1) / 100) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * spent)))
        makers.param_groups[0]["lr"] = rate
        real = crops.batch(batch)
        made = vocoder(codec.mel(real))
        loss = spectral_loss(made, real)
        recent.append(float(loss.detach()))
        if spent > (0.1 if resume else 0.4):
            _judge(critics, judges, real, made.detach())
            loss = loss + 0.1 * _persuade(critics, real, made)
        makers.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(vocoder.parameters(), 5.0)
        makers.step()
        step += 1
        keep = min(0.998, 1 - 1 / (step + 1))
        state = vocoder.state_dict()
        torch._foreach_lerp_(list(average.values()), [state[k] for k in average], 1 - keep)
        if step % 100 == 0:
            with open(out / "log.csv", "a", encoding="utf-8") as log:
                log.write(f"{step},{spent:.4f},{sum(recent) / len(recent):.4f}\n")
            recent = []
        if time.monotonic() - saved > 180:
            _save(out, average)
            saved = time.monotonic()
    _save(out, average)


def _judge(critics: nn.ModuleList, judges, real: Tensor, made: Tensor) -> None:
    loss = sum(
        F.relu(1 - critic(real)[-1]).mean() + F.relu(1 + critic(made)[-1]).mean()
        for critic in critics
    )
    judges.zero_grad()
    loss.backward()
    judges.step()


def _persuade(critics: nn.ModuleList, real: Tensor, made: Tensor) -> Tensor:
    """The adversarial and the feature-matching loss."""
    loss = made.new_zeros(())
    for critic in critics:
        with torch.no_grad():
            wanted = critic(real)
        seen = critic(made)
        loss = loss + F.relu(1 - seen[-1]).mean()
        loss = loss + 2 * sum((a - b).abs().mean() for a, b in zip(seen, wanted, strict=True))
    return loss / len(critics)


def _save(out: Path, average: dict[str, Tensor]) -> None:
    with replacing(out / "vocoder.safetensors") as temporary:
        save_file({k: v.contiguous() for k, v in average.items()}, temporary)


def main() -> None:
    """Train from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cache", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--resume", action="store_true")
    arguments = parser.parse_args()
    train(arguments.cache, arguments.out, arguments.minutes, resume=arguments.resume)


if __name__ == "__main__":
    main()
