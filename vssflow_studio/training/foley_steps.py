"""The foley teacher's steps, one for each ground; each sets in at sample 0."""

from __future__ import annotations

import numpy as np

from .foley_kit import RATE, Rng, band, blip, contact, decay, grains, mix, modes, time_of


def step(rng: Rng) -> np.ndarray:
    heel = modes(rng, 0.15, rng.uniform(110, 420, 3), [0.02, 0.015, 0.01], [1, 0.6, 0.4])
    heel = mix((0, heel), (0, 0.6 * contact(rng, 700, 4500, rng.uniform(0.004, 0.009))))
    toe = rng.uniform(0.25, 0.5) * contact(rng, 500, 3000, 0.012)
    return mix((0, heel), (rng.uniform(0.06, 0.1), toe))


def gravel(rng: Rng) -> np.ndarray:
    length = int(0.28 * RATE)
    grains = (rng.random(length) < 0.012) * rng.exponential(1, length)
    grains[:40] += 1.5
    envelope = np.minimum(1, time_of(0.28)[:length] / 0.004) * decay(length, 0.08)
    stones = np.convolve(grains * envelope, contact(rng, 1800, 8000, 0.002))[:length]
    return stones + 0.25 * band(rng, length, 1500, 9000) * envelope


def concrete(rng: Rng) -> np.ndarray:
    """Hard and dry: no board rings under it; the sole scrapes."""
    f = rng.uniform(800, 1500)
    heel = mix(
        (0, contact(rng, 1800, 9000, rng.uniform(0.003, 0.005))),
        (0, modes(rng, 0.05, [f, 2.1 * f], [0.006, 0.004], [0.6, 0.4])),
    )
    scrape = 0.3 * contact(rng, 2500, 10000, 0.022)
    return mix((0, heel), (0.004, scrape), (rng.uniform(0.06, 0.1), 0.5 * contact(rng, 1800, 8000, 0.006)))


def snow(rng: Rng) -> np.ndarray:
    """Packed under heel and ball: a dense, dull, creaking crunch."""
    length = int(0.36 * RATE)
    t = time_of(0.36)[:length]
    crunch = grains(rng, length, 0.05, contact(rng, 500, 2600, 0.0025))
    envelope = np.minimum(1, t / 0.003) * (np.exp(-t / 0.06) + 0.8 * np.exp(-(((t - 0.16) / 0.05) ** 2)))
    crunch[:120] += contact(rng, 500, 2600, 0.004)[:120]
    return (crunch + 0.3 * band(rng, length, 300, 1500)) * envelope


def leaves(rng: Rng) -> np.ndarray:
    """Grass or dry leaves: a long bright rustle with a few crackles."""
    length = int(0.45 * RATE)
    envelope = np.minimum(1, time_of(0.45)[:length] / 0.006) * decay(length, 0.13)
    rustle = band(rng, length, 4000, 11000)
    crackles = grains(rng, length, 0.004, contact(rng, 3000, 11000, 0.0012))
    return (rustle + 0.8 * crackles) * envelope


def mud(rng: Rng) -> np.ndarray:
    """A foot sinks in, and is sucked out again."""
    squelch = contact(rng, 150, 1100, 0.05)
    pops = [
        (float(rng.uniform(0.08, 0.26)), rng.uniform(0.4, 1.0) * blip(rng.uniform(180, 420), 9, 0.022))
        for _ in range(rng.integers(3, 6))
    ]
    return mix((0, squelch), (0, 0.25 * contact(rng, 1000, 5000, 0.02)), *pops)


def metal(rng: Rng) -> np.ndarray:
    """A grate or a gangway, which rings on."""
    f = rng.uniform(170, 330)
    ratios = np.array([1, 1.83, 2.71, 4.1, 6.3, 8.9]) * rng.uniform(0.95, 1.05, 6)
    ring = modes(rng, 0.6, f * ratios, rng.uniform(0.1, 0.17) / ratios**0.3, [1, 0.8, 0.7, 0.6, 0.4, 0.3])
    tap = contact(rng, 1200, 7000, 0.003)
    return mix((0, ring), (0, 0.7 * tap), (rng.uniform(0.07, 0.11), 0.35 * ring))
