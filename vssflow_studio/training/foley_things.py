"""The foley teacher's things that are handled, pass by, pour or call; and doors."""

from __future__ import annotations

import numpy as np

from .foley_kit import (
    RATE,
    Rng,
    band,
    blip,
    contact,
    decay,
    glide,
    grains,
    knots,
    mix,
    modes,
    strewn,
    swell,
    time_of,
)


def door(rng: Rng) -> np.ndarray:
    f = rng.uniform(55, 95)
    thud = modes(rng, 0.6, f * np.array([1, 1.9, 3.1, 4.7]), [0.11, 0.08, 0.05, 0.03], [1, 0.8, 0.5, 0.3])
    slam = 0.7 * contact(rng, 150, 1800, 0.03)
    latch = 0.35 * contact(rng, 1500, 6000, 0.004)
    return mix((0, thud), (0, slam), (0.0, latch), (rng.uniform(0.03, 0.06), 0.8 * latch))


def splash(rng: Rng) -> np.ndarray:
    length = int(0.7 * RATE)
    burst = band(rng, length, 500, 7000, 0.5) * np.minimum(1, time_of(0.7) / 0.003) * decay(length, 0.13)
    layers = [(0.0, burst)]
    for _ in range(rng.integers(5, 12)):
        t = time_of(0.05)
        rise = rng.uniform(400, 1400) * (1 + 6 * t)
        drop = np.sin(2 * np.pi * np.cumsum(rise) / RATE) * np.exp(-t / 0.012)
        layers.append((rng.uniform(0.03, 0.6), rng.uniform(0.3, 0.9) * drop))
    return mix(*layers)


def switch(rng: Rng) -> np.ndarray:
    f = rng.uniform(1600, 3400)
    click = modes(rng, 0.04, [f, f * 1.7, f * 2.6], [0.004, 0.003, 0.002], [1, 0.7, 0.5])
    return mix((0, click), (rng.uniform(0.012, 0.03), -0.6 * click))


def key(rng: Rng) -> np.ndarray:
    press = contact(rng, 900, 5000, 0.005)
    body = modes(rng, 0.06, [rng.uniform(250, 500)], [0.012], [1.2])
    return mix((0, press), (0, body), (rng.uniform(0.05, 0.08), 0.35 * contact(rng, 1500, 6000, 0.003)))


def whoosh(rng: Rng) -> np.ndarray:
    seconds = rng.uniform(0.35, 0.8)
    t = time_of(seconds)
    centre = np.exp(-(((t / seconds - 0.5) / 0.17) ** 2))
    low = band(rng, len(t), 200, 900)
    high = band(rng, len(t), 900, 4500)
    return centre * (low + centre * high)


def metal_door(rng: Rng) -> np.ndarray:
    f = rng.uniform(75, 130)
    ratios = np.array([1, 1.7, 2.6, 3.9, 5.3, 7.7, 11.2])
    decays = rng.uniform(0.3, 0.5) / ratios**0.35
    clang = modes(rng, 1.2, f * ratios, decays, [0.8, 1, 0.9, 0.7, 0.6, 0.5, 0.4])
    slam = contact(rng, 200, 2500, 0.02)
    bolt = 0.6 * contact(rng, 2000, 8000, 0.006)
    return mix((0, clang), (0, 0.8 * slam), (0, bolt), (rng.uniform(0.07, 0.14), bolt))


SLIDE_ROLL, SLIDE_STOP = 0.5, 0.3  # seconds of rolling before a sliding door stops, and after


def sliding_door(rng: Rng) -> np.ndarray:
    """Rollers in a rail, then the stop."""
    t = time_of(SLIDE_ROLL)
    wheels = 1 + 0.5 * np.sin(2 * np.pi * rng.uniform(14, 26) * t)
    roll = (t / SLIDE_ROLL) ** 0.7 * wheels * band(rng, len(t), 250, 2200, 0.5)
    f = rng.uniform(110, 190)
    stop = modes(rng, SLIDE_STOP, f * np.array([1, 1.8, 2.9]), [0.05, 0.035, 0.02], [2.5, 1.5, 1])
    return np.concatenate([0.5 * roll, mix((0, stop), (0, 2 * contact(rng, 300, 4000, 0.01)))])


def creak(rng: Rng) -> np.ndarray:
    """Stick and slip: pulses that wander in rate and ring in the wood."""
    seconds = rng.uniform(0.55, 0.95)
    length = int(seconds * RATE)
    rate = knots(rng, length, 5, 35, 130)
    turns = np.cumsum(rate) / RATE
    pulses = np.diff(np.floor(turns), prepend=0.0) * rng.uniform(0.6, 1, length)
    f = rng.uniform(450, 800)
    grain = modes(rng, 0.03, f * np.array([1, 1.9, 3.1]), [0.006, 0.004, 0.003], [1, 0.8, 0.6])
    hump = np.sin(np.pi * np.arange(length) / length) ** 0.6
    return np.convolve(pulses, grain)[:length] * hump


def cloth(rng: Rng) -> np.ndarray:
    length = int(0.4 * RATE)
    t = time_of(0.4)[:length]
    second = rng.uniform(0.12, 0.22)
    moves = np.exp(-t / 0.05) * swell(length, 0.006) + 0.7 * np.exp(-(((t - second) / 0.05) ** 2))
    return band(rng, length, 500, 4500, 0.8) * moves * knots(rng, length, 30, 0.5, 1)


def paper(rng: Rng) -> np.ndarray:
    """A page turns: it crackles in steps, and its folds snap."""
    length = int(0.45 * RATE)
    steps = np.repeat(rng.exponential(1, 60), length // 60 + 1)[:length]
    t = time_of(0.45)[:length]
    arc = np.minimum(1, t / 0.002) * (np.exp(-t / 0.05) + np.exp(-(((t - 0.22) / 0.09) ** 2)))
    snaps = grains(rng, length, 0.002, contact(rng, 1500, 7000, 0.0015))
    snaps[:200] += 4 * contact(rng, 1500, 7000, 0.002)[:200]
    return (band(rng, length, 1200, 6500) * steps + 1.5 * snaps) * arc


def sword(rng: Rng) -> np.ndarray:
    """Steel drawn along steel, which rings."""
    length = int(0.9 * RATE)
    t = time_of(0.9)[:length]
    scrape = band(rng, length, 3500, 11000) * (0.35 + (t / 0.1).clip(0, 1)) * decay(length, 0.14)
    f = rng.uniform(2300, 3300)
    ring = modes(rng, 0.9, f * np.array([1, 1.31, 1.77, 2.4]), [0.5, 0.4, 0.3, 0.2], [0.6, 0.6, 0.5, 0.4])
    return scrape + 0.7 * ring * swell(length, 0.05)


def pour(rng: Rng) -> np.ndarray:
    """A vessel fills: bubbles whose pitch rises over a thin hiss."""
    seconds = rng.uniform(0.9, 1.3)
    length = int(seconds * RATE)
    low = rng.uniform(380, 600)
    starts = np.sort(rng.uniform(0, seconds - 0.05, 90))
    bubbles = [(float(s), rng.uniform(0.3, 1) * blip(low * (1 + s / seconds) * rng.uniform(0.8, 1.3), 5, 0.011)) for s in starts]
    bubbles.append((0.0, blip(low, 5, 0.015)))
    hiss = 0.3 * band(rng, length, 1200, 6000, 0.5)
    ends = np.minimum(1, (length - np.arange(length)) / (0.15 * RATE)) * swell(length, 0.006)
    return (strewn(length, bubbles) + hiss) * ends


def drip(rng: Rng) -> np.ndarray:
    drop = blip(rng.uniform(800, 1500), 14, 0.016)
    second = rng.uniform(0.2, 0.5) * blip(rng.uniform(1200, 2200), 14, 0.01)
    return mix((0, drop), (0, 0.15 * contact(rng, 2500, 9000, 0.001)), (rng.uniform(0.05, 0.12), second))


def phone(rng: Rng) -> np.ndarray:
    """Two gongs struck in turn by a clapper, some twenty times a second."""
    seconds, f = rng.uniform(0.7, 1.0), rng.uniform(1000, 1500)
    every = 1 / rng.uniform(19, 24)
    layers = []
    for n in range(int(seconds / every)):
        pitch = f * (1, 1.26)[n % 2]
        layers.append((n * every, modes(rng, 0.25, [pitch, 2.7 * pitch], [0.06, 0.03], [1, 0.4])))
    return mix(*layers)


def beep(rng: Rng) -> np.ndarray:
    seconds, f = rng.uniform(0.09, 0.18), rng.uniform(900, 2200)
    t = time_of(seconds)
    edges = np.minimum(1, np.minimum(t, seconds - t) / 0.004)
    tone = (np.sin(2 * np.pi * f * t) + 0.25 * np.sin(6 * np.pi * f * t)) * edges
    return mix((0, tone), (seconds + 0.05, tone)) if rng.random() < 0.5 else tone


def horn(rng: Rng) -> np.ndarray:
    """A car's: two reeds a third apart."""
    seconds, f = rng.uniform(0.35, 0.7), rng.uniform(330, 480)
    t = time_of(seconds)
    reeds = sum(
        np.sin(2 * np.pi * k * g * t + rng.uniform(0, 6)) / k**0.7 for g in (f, 1.26 * f) for k in range(1, 10)
    )
    return reeds * np.minimum(1, np.minimum(t / 0.006, (seconds - t) / 0.05))


def car_pass(rng: Rng) -> np.ndarray:
    """Tyres and motor come and go; the pitch drops as it passes."""
    seconds = rng.uniform(1.6, 2.2)
    t = time_of(seconds) - seconds / 2
    near = 1 / (1 + (t / rng.uniform(0.16, 0.26)) ** 2) - 1 / (1 + (seconds / 0.52) ** 2)
    f = rng.uniform(75, 120) * (1 - 0.09 * np.tanh(t / 0.2))
    motor = sum(glide(k * f) / k**0.6 for k in range(1, 12))
    tyres = band(rng, len(t), 350, 4000, 0.5)
    return near * (tyres + 0.45 * motor / max(motor.std(), 1e-9))
