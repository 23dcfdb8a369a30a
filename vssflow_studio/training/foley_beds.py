"""The foley teacher's ambiences: beds that go on, (rng, samples) → sound."""

from __future__ import annotations

import numpy as np

from .foley_kit import RATE, Rng, band, blip, contact, glide, knots, modes, strewn, time_of


def rain(rng: Rng, length: int) -> np.ndarray:
    hiss = band(rng, length, rng.uniform(900, 2500), 11000)
    drops = (rng.random(length) < 0.002) * rng.exponential(1, length)
    patter = np.convolve(drops, contact(rng, 1500, 8000, 0.0015), "same")
    return hiss + 0.6 * patter / max(patter.std(), 1e-9)


def wind(rng: Rng, length: int) -> np.ndarray:
    """Gusts of a second or so, which howl the more the harder they blow."""
    pace = rng.uniform(0.5, 0.8)
    gusts = 10 ** (knots(rng, length, 2 + round(length / RATE / pace), -14, 2) / 20)
    low = band(rng, length, 60, 420, 1.0)
    howl = band(rng, length, rng.uniform(350, 500), rng.uniform(650, 900))
    return gusts * low + 0.5 * gusts**2 * howl


def engine(rng: Rng, length: int) -> np.ndarray:
    f = rng.uniform(32, 80) * (1 + 0.01 * np.interp(np.arange(length), np.linspace(0, length, 12), rng.normal(size=12)))
    phase = 2 * np.pi * np.cumsum(f) / RATE
    hum = sum(rng.uniform(0.4, 1) / k**0.8 * np.sin(k * phase + rng.uniform(0, 6)) for k in range(1, 14))
    return hum + 0.3 * band(rng, length, 100, 900, 1.0)


def fire(rng: Rng, length: int) -> np.ndarray:
    crackle = (rng.random(length) < 0.0007) * rng.exponential(1.5, length)
    snaps = np.convolve(crackle, contact(rng, 1200, 9000, 0.0015), "same")
    return 0.5 * band(rng, length, 50, 500, 1.0) + 1.2 * snaps / max(snaps.std(), 1e-9)


def clock(rng: Rng, length: int) -> np.ndarray:
    """Tick, tock, over the quiet of the room it hangs in."""
    half, f = rng.uniform(0.35, 0.6), rng.uniform(1700, 2600)

    def tick(hertz: float) -> np.ndarray:
        wood = modes(rng, 0.06, [hertz, 1.6 * hertz, 0.24 * hertz], [0.008, 0.005, 0.012], [1, 0.6, 0.5])
        return wood + 0.5 * contact(rng, 2000, 7000, 0.01)[: len(wood)]

    starts = np.arange(rng.uniform(0, half), length / RATE, half)
    ticks = [(float(s), tick(f * (1, 0.87)[n % 2])) for n, s in enumerate(starts)]
    quiet = band(rng, length, 60, 800, 1.0)
    return strewn(length, ticks) + 0.02 * quiet


def birds(rng: Rng, length: int) -> np.ndarray:
    """Phrases of whistles, each bird with its own."""
    songs = []
    for _ in range(max(2, round(length / RATE * rng.uniform(1.1, 2.2)))):
        start, f, beat = rng.uniform(-0.3, length / RATE), rng.uniform(2600, 5600), rng.uniform(0.08, 0.16)
        bend, depth, loud = rng.uniform(-0.35, 0.35), rng.uniform(0, 0.15), rng.uniform(0.3, 1)
        for note in range(rng.integers(2, 7)):
            t = time_of(rng.uniform(0.05, 0.09))
            whistle = f * (1 + bend * t / t[-1] + depth * np.sin(2 * np.pi * 28 * t))
            songs.append((start + note * beat, loud * glide(whistle) * np.hanning(len(t))))
    air = band(rng, length, 300, 5000, 1.0)
    return strewn(length, songs) + 0.05 * air


def crickets(rng: Rng, length: int) -> np.ndarray:
    """A few that chirp at their own pace, in the night's air."""
    t = np.arange(length) / RATE
    night = 0.12 * band(rng, length, 150, 1500, 1.0)
    for _ in range(rng.integers(2, 5)):
        f, pulse, pace = rng.uniform(3800, 5200), rng.uniform(28, 42), rng.uniform(1.6, 2.8)
        trill = np.sin(2 * np.pi * f * t) * (0.5 - 0.5 * np.cos(2 * np.pi * pulse * t)) ** 1.5
        chirps = (np.sin(2 * np.pi * pace * t + rng.uniform(0, 6)) > -0.1).astype(float)
        night = night + rng.uniform(0.4, 1) * trill * np.convolve(chirps, np.hanning(240) / 120, "same")
    return night


def crowd(rng: Rng, length: int) -> np.ndarray:
    """Voices without words: buzz and breath in vowels' bands, each with its own syllables."""
    murmur = np.zeros(length)
    for _ in range(7):
        f = knots(rng, length, max(4, length // 9000), 0.85, 1.15) * rng.choice([115, 130, 200, 225])
        syllables = knots(rng, length, max(4, length // 3600), -0.4, 1).clip(0)
        first, second = rng.uniform(350, 750), rng.uniform(1000, 1900)
        turns = 2 * np.pi * np.cumsum(f) / RATE
        centre = float(f.mean())
        for k in range(1, 13):
            near = np.exp(-(((k * centre - first) / 180) ** 2)) + 0.5 * np.exp(-(((k * centre - second) / 250) ** 2))
            murmur += syllables * (near + 0.03) * np.sin(k * turns)
    return murmur / max(murmur.std(), 1e-9) + 0.35 * band(rng, length, 300, 3000, 0.8)


def sea(rng: Rng, length: int) -> np.ndarray:
    """Waves that rise slowly, break and run out."""
    seconds = length / RATE
    t = np.arange(length) / RATE
    waves, start = np.full(length, 0.12), rng.uniform(-3, 0)
    while start < seconds:
        age, rise = t - start, rng.uniform(0.9, 1.6)
        waves += rng.uniform(0.6, 1) * np.where(age < rise, (age / rise).clip(0) ** 2, np.exp(-(age - rise) / 1.1))
        start += rng.uniform(2.4, 4.2)
    return waves * band(rng, length, 150, 2500, 0.7) + 0.5 * waves**2 * band(rng, length, 2500, 9000)


def stream(rng: Rng, length: int) -> np.ndarray:
    """Many bubbles over running water."""
    count = round(45 * length / RATE)
    bubbles = [
        (float(s), rng.uniform(0.2, 1) * blip(rng.uniform(450, 1700), 5, rng.uniform(0.008, 0.02)))
        for s in rng.uniform(-0.05, length / RATE, count)
    ]
    bubbling = strewn(length, bubbles)
    return bubbling / max(bubbling.std(), 1e-9) + 0.7 * band(rng, length, 400, 4500, 0.6)


def traffic(rng: Rng, length: int) -> np.ndarray:
    """A road some way off: rumble, and vehicles that pass."""
    t = np.arange(length) / RATE
    road = 0.6 * band(rng, length, 35, 350, 1.0)
    tyres = band(rng, length, 500, 2600, 0.5)
    start = rng.uniform(-1, 1)
    while start < length / RATE + 1:
        near = np.exp(-(((t - start) / rng.uniform(0.5, 0.9)) ** 2))
        f = rng.uniform(70, 110) * (1 - 0.05 * np.tanh(t - start))
        motor = sum(glide(k * f) / k for k in range(1, 7))
        road = road + near * rng.uniform(0.5, 1) * (0.8 * tyres + 0.5 * motor)
        start += rng.uniform(0.9, 2.0)
    return road


def room_tone(rng: Rng, length: int) -> np.ndarray:
    """Nothing happens: air, and a trace of the mains."""
    t = np.arange(length) / RATE
    mains = float(rng.choice([50, 60]))
    hum = sum(a * np.sin(2 * np.pi * k * mains * t + rng.uniform(0, 6)) for k, a in ((2, 1), (4, 0.4), (6, 0.2)))
    return band(rng, length, 50, 900, 1.2) + rng.uniform(0.15, 0.4) * hum
