"""The foley teacher's voice: procedural sounds at 24 kHz, mono float32.

Impacts are modal (a sum of decaying partials, van den Doel & Pai 1998) with a noisy
contact; beds are filtered noise. Every event begins with its onset at sample 0.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

RATE = 24_000
Rng = np.random.Generator


def event(kind: str, rng: Rng, gain: float = 1.0) -> np.ndarray:
    """One event of `kind`, peak about −8 dBFS times `gain`, no DC."""
    sound = _EVENTS[kind](rng)
    sound = sound - sound.mean() * np.minimum(1, np.arange(len(sound))[::-1] / 200)
    sound = sound * _fade_out(len(sound))
    return (0.4 * gain * sound / max(np.abs(sound).max(), 1e-9)).astype(np.float32)


def bed(kind: str, rng: Rng, length: int) -> np.ndarray:
    """`length` samples of an ambience, RMS about −30 dBFS."""
    sound = _BEDS[kind](rng, length)
    sound = sound - sound.mean()
    return (0.032 * sound / max(sound.std(), 1e-9)).clip(-0.5, 0.5).astype(np.float32)


def reverberate(sound: np.ndarray, rng: Rng) -> np.ndarray:
    """A little room: a short exponentially decaying noise tail under the dry sound."""
    seconds, level = rng.uniform(0.1, 0.5), rng.uniform(0.0, 0.25)
    tail = rng.normal(size=int(seconds * RATE)) * _decay(int(seconds * RATE), seconds / 5)
    tail[: int(0.004 * RATE)] = 0
    tail *= level / np.sqrt((tail**2).sum())
    size = len(sound) + len(tail)
    wet = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(tail, size), size)[: len(sound)]
    return (sound + wet).astype(np.float32)


def _time(seconds: float) -> np.ndarray:
    return np.arange(int(seconds * RATE)) / RATE


def _decay(length: int, seconds: float) -> np.ndarray:
    return np.exp(-np.arange(length) / (seconds * RATE))


def _fade_out(length: int) -> np.ndarray:
    return np.minimum(1, np.arange(length)[::-1] / min(480, length))


def _band(rng: Rng, length: int, low: float, high: float, slope: float = 0.0) -> np.ndarray:
    """Noise between `low` and `high` Hz with soft edges, falling by `slope` (power of f)."""
    spectrum = np.fft.rfft(rng.normal(size=length))
    f = np.fft.rfftfreq(length, 1 / RATE) + 1e-3
    shape = 1 / (1 + (low / f) ** 6) / (1 + (f / high) ** 6) * f**-slope
    noise = np.fft.irfft(spectrum * np.sqrt(shape), length)
    return noise / max(noise.std(), 1e-12)


def _modes(rng: Rng, seconds: float, freqs, decays, gains) -> np.ndarray:
    t = _time(seconds)[:, None]
    phases = rng.uniform(0, 0.5, len(freqs))
    partials = np.sin(2 * np.pi * np.asarray(freqs) * t + phases) * np.exp(-t / np.asarray(decays))
    return partials @ np.asarray(gains)


def _contact(rng: Rng, low: float, high: float, seconds: float) -> np.ndarray:
    length = int(6 * seconds * RATE)
    return _band(rng, length, low, high) * _decay(length, seconds)


def _mix(*layers: tuple[float, np.ndarray]) -> np.ndarray:
    """Layers as (start in seconds, sound), summed."""
    ends = [int(start * RATE) + len(sound) for start, sound in layers]
    out = np.zeros(max(ends))
    for (start, sound), end in zip(layers, ends, strict=True):
        out[int(start * RATE) : end] += sound
    return out


def _ball(rng: Rng) -> np.ndarray:
    base = rng.uniform(90, 210)
    t = _time(0.25)
    glide = base * (1 + 0.6 * np.exp(-t / 0.012))
    body = np.sin(2 * np.pi * np.cumsum(glide) / RATE) * np.exp(-t / rng.uniform(0.03, 0.06))
    ring = _modes(rng, 0.25, [base * 4.3, base * 6.1], [0.02, 0.012], [0.15, 0.1])
    return _mix((0, body + ring), (0, 0.35 * _contact(rng, 300, 2500, 0.006)))


def _step(rng: Rng) -> np.ndarray:
    heel = _modes(rng, 0.15, rng.uniform(110, 420, 3), [0.02, 0.015, 0.01], [1, 0.6, 0.4])
    heel = _mix((0, heel), (0, 0.6 * _contact(rng, 700, 4500, rng.uniform(0.004, 0.009))))
    toe = rng.uniform(0.25, 0.5) * _contact(rng, 500, 3000, 0.012)
    return _mix((0, heel), (rng.uniform(0.06, 0.1), toe))


def _gravel(rng: Rng) -> np.ndarray:
    length = int(0.28 * RATE)
    grains = (rng.random(length) < 0.012) * rng.exponential(1, length)
    grains[:40] += 1.5
    envelope = np.minimum(1, _time(0.28)[:length] / 0.004) * _decay(length, 0.08)
    stones = np.convolve(grains * envelope, _contact(rng, 1800, 8000, 0.002))[:length]
    return stones + 0.25 * _band(rng, length, 1500, 9000) * envelope


def _door(rng: Rng) -> np.ndarray:
    f = rng.uniform(55, 95)
    thud = _modes(rng, 0.6, f * np.array([1, 1.9, 3.1, 4.7]), [0.11, 0.08, 0.05, 0.03], [1, 0.8, 0.5, 0.3])
    slam = 0.7 * _contact(rng, 150, 1800, 0.03)
    latch = 0.35 * _contact(rng, 1500, 6000, 0.004)
    return _mix((0, thud), (0, slam), (0.0, latch), (rng.uniform(0.03, 0.06), 0.8 * latch))


def _knock(rng: Rng) -> np.ndarray:
    f = rng.uniform(260, 620)
    ratios = np.array([1, 1.58, 2.24, 2.92]) * rng.uniform(0.97, 1.03, 4)
    wood = _modes(rng, 0.2, f * ratios, [0.035, 0.025, 0.018, 0.012], [1, 0.7, 0.4, 0.3])
    return _mix((0, wood), (0, 0.4 * _contact(rng, 800, 4000, 0.003)))


def _metal(rng: Rng) -> np.ndarray:
    f = rng.uniform(380, 1100)
    ratios = np.sort(rng.uniform(1, 9, 9))
    ratios[0] = 1
    decays = rng.uniform(0.25, 0.6) / ratios**0.6
    clang = _modes(rng, 1.2, np.minimum(f * ratios, 10500), decays, rng.uniform(0.3, 1, 9))
    return _mix((0, clang), (0, 1.2 * _contact(rng, 2000, 10000, 0.003)))


def _glass(rng: Rng) -> np.ndarray:
    crash = 1.0 * _contact(rng, 3500, 11000, 0.03)
    layers = [(0.0, crash)]
    for _ in range(rng.integers(10, 22)):
        f = rng.uniform(2800, 9500)
        shard = _modes(rng, 0.15, [f, min(f * 1.43, 11000)], [0.03, 0.02], [1, 0.5])
        layers.append((float(rng.exponential(0.13)), rng.uniform(0.15, 0.6) * shard))
    return _mix(*layers)


def _bell(rng: Rng) -> np.ndarray:
    f = rng.uniform(420, 1300)
    ratios = np.array([0.5, 1, 1.19, 1.5, 2, 2.66, 3.0, 4.1])
    decays = np.array([1.4, 1.1, 0.8, 0.7, 0.6, 0.35, 0.3, 0.2]) * rng.uniform(0.5, 1)
    return _modes(rng, 2.2, f * ratios, decays, [0.3, 1, 0.5, 0.4, 0.7, 0.3, 0.25, 0.15])


def _splash(rng: Rng) -> np.ndarray:
    length = int(0.7 * RATE)
    burst = _band(rng, length, 500, 7000, 0.5) * np.minimum(1, _time(0.7) / 0.003) * _decay(length, 0.13)
    layers = [(0.0, burst)]
    for _ in range(rng.integers(5, 12)):
        t = _time(0.05)
        rise = rng.uniform(400, 1400) * (1 + 6 * t)
        drop = np.sin(2 * np.pi * np.cumsum(rise) / RATE) * np.exp(-t / 0.012)
        layers.append((rng.uniform(0.03, 0.6), rng.uniform(0.3, 0.9) * drop))
    return _mix(*layers)


def _switch(rng: Rng) -> np.ndarray:
    f = rng.uniform(1600, 3400)
    click = _modes(rng, 0.04, [f, f * 1.7, f * 2.6], [0.004, 0.003, 0.002], [1, 0.7, 0.5])
    return _mix((0, click), (rng.uniform(0.012, 0.03), -0.6 * click))


def _key(rng: Rng) -> np.ndarray:
    press = _contact(rng, 900, 5000, 0.005)
    body = _modes(rng, 0.06, [rng.uniform(250, 500)], [0.012], [1.2])
    return _mix((0, press), (0, body), (rng.uniform(0.05, 0.08), 0.35 * _contact(rng, 1500, 6000, 0.003)))


def _whoosh(rng: Rng) -> np.ndarray:
    seconds = rng.uniform(0.35, 0.8)
    t = _time(seconds)
    centre = np.exp(-(((t / seconds - 0.5) / 0.17) ** 2))
    low = _band(rng, len(t), 200, 900)
    high = _band(rng, len(t), 900, 4500)
    return centre * (low + centre * high)


def _explosion(rng: Rng) -> np.ndarray:
    length = int(2.0 * RATE)
    boom = _band(rng, length, 25, 160, 0.5) * _decay(length, rng.uniform(0.35, 0.6))
    crack = _band(rng, length, 200, 5000, 1.0) * _decay(length, rng.uniform(0.06, 0.2))
    rumble = 0.4 * _band(rng, length, 40, 500, 1.0) * _decay(length, 0.7)
    return boom + 1.2 * crack + rumble


def _rain(rng: Rng, length: int) -> np.ndarray:
    hiss = _band(rng, length, rng.uniform(900, 2500), 11000)
    drops = (rng.random(length) < 0.002) * rng.exponential(1, length)
    patter = np.convolve(drops, _contact(rng, 1500, 8000, 0.0015), "same")
    return hiss + 0.6 * patter / max(patter.std(), 1e-9)


def _wind(rng: Rng, length: int) -> np.ndarray:
    gusts = np.interp(np.arange(length), np.linspace(0, length, 9), rng.uniform(0.3, 1.2, 9))
    low = _band(rng, length, 60, 420, 1.0)
    howl = _band(rng, length, rng.uniform(350, 500), rng.uniform(650, 900))
    return gusts * low + 0.5 * gusts**2 * howl


def _engine(rng: Rng, length: int) -> np.ndarray:
    f = rng.uniform(32, 80) * (1 + 0.01 * np.interp(np.arange(length), np.linspace(0, length, 12), rng.normal(size=12)))
    phase = 2 * np.pi * np.cumsum(f) / RATE
    hum = sum(rng.uniform(0.4, 1) / k**0.8 * np.sin(k * phase + rng.uniform(0, 6)) for k in range(1, 14))
    return hum + 0.3 * _band(rng, length, 100, 900, 1.0)


def _fire(rng: Rng, length: int) -> np.ndarray:
    crackle = (rng.random(length) < 0.0007) * rng.exponential(1.5, length)
    snaps = np.convolve(crackle, _contact(rng, 1200, 9000, 0.0015), "same")
    return 0.5 * _band(rng, length, 50, 500, 1.0) + 1.2 * snaps / max(snaps.std(), 1e-9)


_EVENTS: dict[str, Callable[[Rng], np.ndarray]] = {
    "ball": _ball,
    "footsteps": _step,
    "gravel": _gravel,
    "door": _door,
    "knock": _knock,
    "metal": _metal,
    "glass": _glass,
    "bell": _bell,
    "splash": _splash,
    "switch": _switch,
    "keyboard": _key,
    "whoosh": _whoosh,
    "explosion": _explosion,
}
_BEDS: dict[str, Callable[[Rng, int], np.ndarray]] = {
    "rain": _rain,
    "wind": _wind,
    "engine": _engine,
    "fire": _fire,
}
