"""From what a model made to what an editor gets: 48 kHz, level, clean ends."""

from __future__ import annotations

import numpy as np

from .request import SAMPLE_RATE, Request

_SPEECH_LEVEL = 10 ** (-25 / 20)
_CEILING = 10 ** (-3 / 20)
_FADE = round(0.005 * SAMPLE_RATE)


def finish(sound: np.ndarray, sample_rate: int, request: Request) -> np.ndarray:
    """Mono float32 at 48 kHz, exactly as many samples as the request is long."""
    import torch
    import torchaudio

    resampled = torchaudio.functional.resample(torch.from_numpy(sound), sample_rate, SAMPLE_RATE)
    out = _fitted(resampled.numpy().astype(np.float32), round(request.total * SAMPLE_RATE))
    out = out - out.mean()
    if request.kind == "dialogue":
        out = out * (_SPEECH_LEVEL / max(active_level(out), 1e-4))
    peak = float(np.abs(out).max(initial=0.0))
    out = out * min(1.0, _CEILING / max(peak, 1e-9))
    ramp = np.linspace(0, 1, min(_FADE, len(out) // 2), dtype=np.float32)
    out[: len(ramp)] *= ramp
    out[len(out) - len(ramp) :] *= ramp[::-1]
    return out.astype(np.float32)


def active_level(sound: np.ndarray) -> float:
    """RMS of the 20 ms stretches that are within 25 dB of the loudest."""
    block = SAMPLE_RATE // 50
    blocks = sound[: len(sound) // block * block].reshape(-1, block)
    powers = (blocks**2).mean(1) if len(blocks) else np.zeros(1)
    return float(np.sqrt(powers[powers >= powers.max() * 10**-2.5].mean()))


def _fitted(sound: np.ndarray, samples: int) -> np.ndarray:
    return np.pad(sound[:samples], (0, max(0, samples - len(sound))))
