"""The foley teacher's impacts: balls, wood, metal, glass, stone, bodies, shots.

Modal, as van den Doel & Pai (1998) have them, with a noisy contact; each sets in at sample 0.
"""

from __future__ import annotations

import numpy as np

from .foley_kit import RATE, Rng, band, contact, decay, glide, knots, mix, modes, time_of


def ball(rng: Rng) -> np.ndarray:
    base = rng.uniform(90, 210)
    t = time_of(0.25)
    glide = base * (1 + 0.6 * np.exp(-t / 0.012))
    body = np.sin(2 * np.pi * np.cumsum(glide) / RATE) * np.exp(-t / rng.uniform(0.03, 0.06))
    ring = modes(rng, 0.25, [base * 4.3, base * 6.1], [0.02, 0.012], [0.15, 0.1])
    return mix((0, body + ring), (0, 0.35 * contact(rng, 300, 2500, 0.006)))


def knock(rng: Rng) -> np.ndarray:
    f = rng.uniform(260, 620)
    ratios = np.array([1, 1.58, 2.24, 2.92]) * rng.uniform(0.97, 1.03, 4)
    wood = modes(rng, 0.2, f * ratios, [0.035, 0.025, 0.018, 0.012], [1, 0.7, 0.4, 0.3])
    return mix((0, wood), (0, 0.4 * contact(rng, 800, 4000, 0.003)))


def metal(rng: Rng) -> np.ndarray:
    f = rng.uniform(380, 1100)
    ratios = np.sort(rng.uniform(1, 9, 9))
    ratios[0] = 1
    decays = rng.uniform(0.25, 0.6) / ratios**0.6
    clang = modes(rng, 1.2, np.minimum(f * ratios, 10500), decays, rng.uniform(0.3, 1, 9))
    return mix((0, clang), (0, 1.2 * contact(rng, 2000, 10000, 0.003)))


def glass(rng: Rng) -> np.ndarray:
    crash = 1.0 * contact(rng, 3500, 11000, 0.03)
    layers = [(0.0, crash)]
    for _ in range(rng.integers(10, 22)):
        f = rng.uniform(2800, 9500)
        shard = modes(rng, 0.15, [f, min(f * 1.43, 11000)], [0.03, 0.02], [1, 0.5])
        layers.append((float(rng.exponential(0.13)), rng.uniform(0.15, 0.6) * shard))
    return mix(*layers)


def bell(rng: Rng) -> np.ndarray:
    f = rng.uniform(420, 1300)
    ratios = np.array([0.5, 1, 1.19, 1.5, 2, 2.66, 3.0, 4.1])
    decays = np.array([1.4, 1.1, 0.8, 0.7, 0.6, 0.35, 0.3, 0.2]) * rng.uniform(0.5, 1)
    return modes(rng, 2.2, f * ratios, decays, [0.3, 1, 0.5, 0.4, 0.7, 0.3, 0.25, 0.15])


def explosion(rng: Rng) -> np.ndarray:
    length = int(2.0 * RATE)
    boom = band(rng, length, 25, 160, 0.5) * decay(length, rng.uniform(0.35, 0.6))
    crack = band(rng, length, 200, 5000, 1.0) * decay(length, rng.uniform(0.06, 0.2))
    rumble = 0.4 * band(rng, length, 40, 500, 1.0) * decay(length, 0.7)
    return boom + 1.2 * crack + rumble


def clap(rng: Rng) -> np.ndarray:
    """Two palms: bursts within some milliseconds, and the hollow between them."""
    starts = np.concatenate([[0], np.cumsum(rng.uniform(0.001, 0.004, 3))])
    bursts = [(float(s), rng.uniform(0.5, 1) * contact(rng, 900, 5000, 0.006)) for s in starts]
    f = rng.uniform(900, 1500)
    return mix(*bursts, (0, modes(rng, 0.06, [f, 1.7 * f], [0.008, 0.005], [0.9, 0.4])))


def body_fall(rng: Rng) -> np.ndarray:
    """A trunk, then a limb, and the clothes."""
    f = rng.uniform(42, 75)
    thud = modes(rng, 0.5, f * np.array([1, 1.6, 2.5]), [0.1, 0.07, 0.05], [1, 0.8, 0.4])
    flop = contact(rng, 80, 650, 0.045)
    cloth = 0.12 * contact(rng, 600, 3000, 0.06)
    limb = rng.uniform(0.3, 0.6) * contact(rng, 90, 800, 0.03)
    return mix((0, thud), (0, 0.8 * flop), (0, cloth), (rng.uniform(0.09, 0.2), limb))


def punch(rng: Rng) -> np.ndarray:
    t = time_of(0.2)
    body = glide(rng.uniform(60, 85) * (1 + 1.4 * np.exp(-t / 0.02))) * np.exp(-t / 0.035)
    smack = contact(rng, 250, 2400, rng.uniform(0.009, 0.015))
    return mix((0, 0.8 * body), (0, smack), (0, 0.5 * contact(rng, 1500, 6000, 0.004)))


def cup(rng: Rng) -> np.ndarray:
    """Ceramic set down on a table: a ring that is soon damped, and a rattle."""
    f = rng.uniform(1150, 2100)
    ring = modes(rng, 0.25, f * np.array([1, 1.52, 2.31, 3.4]), [0.05, 0.035, 0.02, 0.015], [1, 0.7, 0.4, 0.3])
    table = modes(rng, 0.12, [rng.uniform(180, 320)], [0.018], [0.5])
    one = mix((0, ring), (0, table), (0, 0.3 * contact(rng, 2000, 7000, 0.002)))
    return mix((0, one), (rng.uniform(0.025, 0.07), rng.uniform(0.2, 0.5) * one))


def cutlery(rng: Rng) -> np.ndarray:
    def clink() -> np.ndarray:
        f = rng.uniform(2400, 4600)
        decays = rng.uniform(0.08, 0.16) * np.array([1, 0.7, 0.4])
        return modes(rng, 0.5, f * np.array([1, 1.38, 2.07]), decays, [1, 0.7, 0.5])

    starts = [0.0, *np.cumsum(rng.uniform(0.03, 0.09, rng.integers(1, 4)))]
    return mix(*((float(s), rng.uniform(0.4, 1) * clink()) for s in starts))


def keys(rng: Rng) -> np.ndarray:
    """A bunch: many small bright clinks, shaken."""
    layers = [(0.0, contact(rng, 5000, 11000, 0.004))]
    for start in np.sort(rng.uniform(0, 0.42, rng.integers(12, 20))):
        f = rng.uniform(5000, 9500)
        one = modes(rng, 0.1, [f, min(1.13 * f, 11000)], [0.022, 0.015], [1, 0.7])
        layers.append((float(start), rng.uniform(0.25, 0.9) * one))
    return mix(*layers)


def wood_crack(rng: Rng) -> np.ndarray:
    f = rng.uniform(500, 1300)
    snap = mix((0, 1.3 * contact(rng, 500, 8000, 0.006)), (0, modes(rng, 0.1, [f, 1.7 * f], [0.014, 0.009], [1, 0.6])))
    splinters = [
        (float(rng.uniform(0.02, 0.3)), rng.uniform(0.25, 0.8) * contact(rng, 1200, 8000, 0.0025))
        for _ in range(rng.integers(6, 12))
    ]
    return mix((0, snap), *splinters)


def stone(rng: Rng) -> np.ndarray:
    """A rock that clacks and rolls on."""
    f = rng.uniform(1300, 2600)
    clack = mix(
        (0, modes(rng, 0.06, f * np.array([1, 1.47, 2.2]), [0.009, 0.006, 0.004], [1, 0.7, 0.5])),
        (0, 0.7 * contact(rng, 700, 5000, 0.005)),
        (0, modes(rng, 0.15, [rng.uniform(140, 260)], [0.025], [0.9])),
    )
    starts = [0.0, *np.cumsum(rng.uniform(0.06, 0.15, rng.integers(1, 4)))]
    return mix(*((float(s), 0.6**n * clack) for n, s in enumerate(starts)))


def clink(rng: Rng) -> np.ndarray:
    """Two glasses touch: two rims ring long and pure."""
    f = rng.uniform(1700, 2600) * np.array([1, rng.uniform(1.06, 1.2), 2.35, 2.6])
    ring = modes(rng, 1.3, f, rng.uniform(0.25, 0.45) * np.array([1, 1, 0.5, 0.5]), [1, 0.8, 0.5, 0.4])
    return mix((0, ring), (0, 0.4 * contact(rng, 3000, 10000, 0.002)))


def gunshot(rng: Rng) -> np.ndarray:
    """A crack, and what the surroundings give back of it."""
    crack = 1.6 * contact(rng, 400, 11000, rng.uniform(0.012, 0.02))
    pop = contact(rng, 80, 350, 0.03)
    tail = band(rng, int(0.9 * RATE), 300, 3500) * decay(int(0.9 * RATE), rng.uniform(0.12, 0.22))
    return mix((0, crack), (0, pop), (rng.uniform(0.03, 0.08), rng.uniform(0.2, 0.35) * tail))


def thunder(rng: Rng) -> np.ndarray:
    """A crack that rolls on for seconds, unevenly."""
    length = int(3.2 * RATE)
    uneven = knots(rng, length, 14, 0.15, 1.0)
    rumble = band(rng, length, 28, 220, 0.4) * uneven * decay(length, rng.uniform(1.0, 1.5))
    crackle = band(rng, length, 200, 2500, 1.0) * decay(length, 0.1)
    return 1.4 * rumble + 1.1 * crackle
