"""The foley teacher's picture: small rendered scenes whose motion causes the sound.

Frames are grey 36 × 64 at 25 fps, drawn straight at the size that the model sees.
The look varies widely (contrast, polarity, texture, line or fill, noise, shake, held
drawings); only the motion tells when something sounds.
"""

from __future__ import annotations

import random
import zlib
from dataclasses import dataclass

import numpy as np

from . import foley_sounds
from .foley_kit import RATE, Rng
from .prompts import MOTIONS, prompt_for

FRAME_RATE = 25.0
_QUIET = 0.08
"""How often nothing makes contact."""
HEIGHT, WIDTH = 36, 64
_Y, _X = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)


@dataclass(frozen=True)
class Scene:
    """frames float32 [time, 36, 64] in 0…1; sound float32 mono at 24 kHz; onsets in seconds."""

    kind: str
    prompt: str
    frames: np.ndarray
    sound: np.ndarray
    onsets: tuple[float, ...]


def scene(kind: str, seed: int, seconds: float = 5.0, *, eventful: bool = False) -> Scene:
    """A scene of `kind`; the same seed gives the same scene.

    A few have no event, unless `eventful`: what doesn't move must not sound.
    """
    rng = np.random.default_rng([seed, zlib.crc32(kind.encode())])
    words = random.Random(seed)
    motion = str(rng.choice(MOTIONS[kind]))
    times = _shown_times(rng, seconds)
    quiet = motion != "bed" and not eventful and rng.random() < _QUIET
    alpha, onsets = _MOTIONS[motion](rng, times, seconds, quiet)
    if motion == "bed":
        sound = foley_sounds.bed(kind, rng, round(seconds * RATE))
    else:
        sound = _score(kind, rng, onsets, seconds)
    frames = _finish(rng, alpha, times, flash=onsets if motion == "flash" else ())
    return Scene(kind, prompt_for(kind, words), frames, sound, tuple(onsets))


def moving(
    motion: str, seed: int, seconds: float = 5.0, *, eventful: bool = True
) -> tuple[np.ndarray, tuple[float, ...]]:
    """The picture alone of a motion, and when it makes contact: as `scene` has them.

    The motion "bed" makes none, nor do a few of the others, unless `eventful`.
    """
    rng = np.random.default_rng([seed, zlib.crc32(motion.encode())])
    times = _shown_times(rng, seconds)
    quiet = not eventful and rng.random() < _QUIET
    alpha, onsets = _MOTIONS[motion](rng, times, seconds, quiet)
    return _finish(rng, alpha, times, flash=onsets if motion == "flash" else ()), tuple(onsets)


def _shown_times(rng: Rng, seconds: float) -> np.ndarray:
    """The moment each frame shows; animation is drawn at 24 or held on twos."""
    times = np.arange(round(seconds * FRAME_RATE)) / FRAME_RATE
    held = rng.choice([0, 0, 24, 12])
    return np.floor(times * held + 1e-6) / held if held else times


def _score(kind: str, rng: Rng, onsets: tuple[float, ...], seconds: float) -> np.ndarray:
    """Events at their onsets; one scene's events are alike, as one object makes them."""
    out = np.zeros(round(seconds * RATE) + 4 * RATE, dtype=np.float32)
    loud = rng.uniform(0.5, 1.0)
    state = rng.integers(2**31)
    for onset in onsets:
        alike = np.random.default_rng(state + int(rng.integers(2)))
        sound = foley_sounds.event(kind, alike, loud * rng.uniform(0.7, 1.0))
        start = round(onset * RATE) - foley_sounds.lead(kind, len(sound))
        sound, start = sound[max(0, -start) :], max(0, start)
        out[start : start + len(sound)] += sound
    out = foley_sounds.reverberate(out, rng) if rng.random() < 0.5 else out
    return out[: round(seconds * RATE)].clip(-0.9, 0.9)


# --- motions: (rng, times [T], seconds, quiet) → coverage [T, 36, 64], onsets ---


def _bounce(rng: Rng, times: np.ndarray, seconds: float, quiet: bool):
    radius, floor = rng.uniform(2.5, 7), rng.uniform(24, 34)
    start, height = rng.uniform(0, 1.5), rng.uniform(10, 24)
    gravity, keep = rng.uniform(60, 220), rng.uniform(0.6, 0.93)
    onsets, t = [], start + np.sqrt(2 * height / gravity)
    speed, arcs = keep * np.sqrt(2 * gravity * height), []
    while not quiet and t < seconds and speed > 7 and len(onsets) < 14:
        onsets.append(float(t))
        arcs.append((t, speed))
        t += 2 * speed / gravity
        speed *= keep
    lift = np.where(times < start, height, height - gravity / 2 * (times - start) ** 2)
    if quiet:
        lift = np.full_like(times, height)
    for begin, velocity in arcs:
        age = times - begin
        lift = np.where(age >= 0, velocity * age - gravity / 2 * age**2, lift)
    lift = lift.clip(0)
    squash = 1 - 0.3 * np.exp(-np.min([np.abs(times - o) for o in onsets] or [times * 0 + 9], 0) / 0.03)
    x = rng.uniform(10, 54) + rng.uniform(-8, 8) * (times - start).clip(0) * (not quiet)
    alpha = _ellipse(x, floor - radius * squash - lift, radius / squash, radius * squash)
    return np.maximum(alpha, _ground(rng, floor)), tuple(onsets)


def _walk(rng: Rng, times: np.ndarray, seconds: float, quiet: bool):
    period, phase = rng.uniform(0.34, 0.75), rng.uniform(0, 1)
    begin, end = rng.uniform(-0.5, 1.2), rng.uniform(3.2, 6)
    hip_y, leg = rng.uniform(8, 16), rng.uniform(14, 20)
    stride, thick = rng.uniform(4, 9), rng.uniform(1.0, 2.5)
    gait = np.where(quiet, 0.0, (times.clip(begin, end) - begin) / period + phase)
    contacts = begin + (np.arange(1, 30) - phase) * period
    onsets = () if quiet else tuple(float(c) for c in contacts if 0 <= c < min(end, seconds))
    moved = np.floor(gait) + _ease(gait % 1)
    tracking = rng.random() < 0.6
    x = rng.uniform(20, 44) + (0 if tracking else 1) * rng.choice([-1, 1]) * stride * (moved - moved.mean()) * 0.5
    alpha = 0
    for foot in (0, 1):
        swing = (gait + foot) / 2 % 1  # one foot: in the air for the first half
        air = (swing * 2).clip(0, 1)
        forward = np.where(swing < 0.5, -1 + 2 * _ease(air), 1 - 4 * (swing - 0.5))
        lift = 4 * np.sin(np.pi * air) * (swing < 0.5)
        foot_x, foot_y = x + stride * forward, hip_y + leg - lift
        alpha = np.maximum(alpha, _line(x, np.full_like(x, hip_y), foot_x, foot_y, thick))
        alpha = np.maximum(alpha, _ellipse(foot_x + 1.5, foot_y, 2.8, 1.4))
    bob = 0.8 * np.abs(np.sin(np.pi * gait))
    body = _ellipse(x, hip_y - 7 - bob, rng.uniform(3, 5), 8)
    return np.maximum(alpha, body), onsets


def _strike(rng: Rng, times: np.ndarray, seconds: float, quiet: bool):
    onsets = () if quiet else _spread(rng, seconds, rng.integers(1, 7), 0.3)
    rise, fall = rng.uniform(0.12, 0.3), rng.uniform(0.05, 0.12)
    away = np.zeros_like(times)
    for onset in onsets:
        age = times - onset
        down = (-age / fall).clip(0, 1) ** 0.8 * (age > -fall)
        wind_up = np.where((age <= -fall) & (age > -fall - rise), 1 - (-fall - age) / rise, 0)
        rebound = np.where((age >= 0) & (age < 0.2), 0.3 * np.sin(np.pi * age.clip(0, 0.2) / 0.2), 0)
        away = np.maximum(away, np.maximum(np.maximum(down, wind_up), rebound))
    angle, reach = rng.uniform(0, 2 * np.pi), rng.uniform(7, 18)
    x0, y0, size = rng.uniform(18, 46), rng.uniform(12, 26), rng.uniform(2, 5.5)
    x, y = x0 + np.cos(angle) * reach * away, y0 + np.sin(angle) * reach * away
    tool = _ellipse(x, y, size, size * rng.uniform(0.6, 1.2))
    arm = _line(x + np.cos(angle) * 30, y + np.sin(angle) * 30, x, y, rng.uniform(1, 2.5))
    anvil = _box(x0 - np.cos(angle) * size * 1.8, y0 - np.sin(angle) * size * 1.8, rng.uniform(2, 9), rng.uniform(2, 7))
    return np.maximum(np.maximum(tool, arm), 0.6 * anvil[None]), onsets


def _fall(rng: Rng, times: np.ndarray, seconds: float, quiet: bool):
    onsets = () if quiet else _spread(rng, seconds, rng.integers(1, 4), 0.9)
    floor, gravity, size = rng.uniform(24, 34), rng.uniform(90, 260), rng.uniform(2, 5)
    splits = rng.random() < 0.5
    alpha = _ground(rng, floor)[None] * np.ones((len(times), 1, 1), np.float32)
    for onset in onsets:
        age = times - onset
        height = np.where(age < 0, gravity / 2 * age**2, 0)
        x = rng.uniform(10, 54) + rng.uniform(-8, 8) * np.minimum(age, 0)
        whole = _ellipse(x, floor - size - height, size, size) * _during(age, -2, 0.0 if splits else 0.7)
        alpha = np.maximum(alpha, whole)
        for _ in range(5 * splits):
            vx, vy = rng.uniform(-18, 18), rng.uniform(10, 40)
            t = age.clip(0)
            y = floor - 1 - (vy * t - 60 * t**2).clip(0)
            alpha = np.maximum(alpha, _ellipse(x + vx * t.clip(0, 0.6), y, 1.3, 1.3) * _during(age, 0, 0.7))
    return alpha, onsets


def _door(rng: Rng, times: np.ndarray, seconds: float, quiet: bool):
    onsets = () if quiet else _spread(rng, seconds, rng.integers(1, 3), 1.6)
    swing = rng.uniform(0.3, 1.0)
    left, top = rng.uniform(14, 28), rng.uniform(2, 8)
    wide, tall = rng.uniform(12, 24), rng.uniform(24, 30)
    opened = np.full_like(times, 1.0 if rng.random() < 0.7 or quiet else 0.0)
    for onset in onsets:
        age = times - onset
        closing = (-age / swing).clip(0, 1) ** rng.uniform(0.6, 1.0)
        opened = np.where((age < 0) & (age > -1.5), closing, opened)
        reopen = ((age - 0.6) / 0.5).clip(0, 1) if len(onsets) > 1 else 0 * age
        opened = np.where(age >= 0, reopen, opened)
    edge = left + wide * np.cos(opened * rng.uniform(1.0, 1.45)).clip(0.08)
    leaf = _soft(_X[None] - left) * _soft(edge[:, None, None] - _X[None])
    leaf = leaf * (_soft(_Y - top) * _soft(top + tall - _Y))[None]
    frame = _box(left + wide / 2, top + tall / 2, wide / 2 + 1.5, tall / 2 + 1.5)
    return np.maximum(leaf * rng.uniform(0.6, 1), 0.4 * frame[None]), onsets


def _flash(rng: Rng, times: np.ndarray, seconds: float, quiet: bool):
    onsets = () if quiet else _spread(rng, seconds, rng.integers(1, 4), 0.8)
    x, y = rng.uniform(12, 52), rng.uniform(8, 28)
    alpha = np.zeros((len(times), HEIGHT, WIDTH), np.float32)
    for onset in onsets:
        age = (times - onset).clip(0)
        glow = (times >= onset) * np.exp(-age / rng.uniform(0.15, 0.5))
        size = 3 + rng.uniform(10, 40) * (1 - np.exp(-age / 0.15))
        alpha = np.maximum(alpha, _ellipse(np.full_like(times, x), np.full_like(times, y), size, size) * glow[:, None, None])
    return alpha.astype(np.float32), onsets


def _pass(rng: Rng, times: np.ndarray, seconds: float, quiet: bool):
    onsets = () if quiet else _spread(rng, seconds, rng.integers(1, 4), 0.8)
    alpha = np.zeros((len(times), HEIGHT, WIDTH), np.float32)
    for onset in onsets:
        speed, y, size = rng.uniform(90, 300) * rng.choice([-1, 1]), rng.uniform(8, 28), rng.uniform(2, 7)
        x = 32 + speed * (times - onset)
        alpha = np.maximum(alpha, _ellipse(x, y + rng.uniform(-15, 15) * (times - onset), size * 2, size))
    return alpha, onsets


def _tap(rng: Rng, times: np.ndarray, seconds: float, quiet: bool):
    onsets = () if quiet else _spread(rng, seconds, rng.integers(3, 16), 0.11)
    base = rng.uniform(16, 26)
    alpha = np.broadcast_to(_box(32, base + 7, rng.uniform(14, 24), 3)[None] * 0.6, (len(times), HEIGHT, WIDTH))
    fingers = rng.uniform(18, 46, 4)
    press = np.zeros((4, len(times)))
    for onset in onsets:
        finger = rng.integers(4)
        age = times - onset
        stroke = np.where(age < 0, 1 + age / 0.06, 1 - age / 0.1).clip(0, 1)
        press[finger] = np.maximum(press[finger], stroke)
    for x, down in zip(fingers, press, strict=True):
        tip = base - 2 + 5 * down
        alpha = np.maximum(alpha, _line(np.full_like(times, x + 6), tip - 12, np.full_like(times, x), tip, 1.8))
    return alpha, onsets


def _bed(rng: Rng, times: np.ndarray, seconds: float, quiet: bool):
    """Rain streaks, swaying shapes, flicker, or nothing that moves at all."""
    kind = rng.integers(4)
    if kind == 0:
        return np.zeros((len(times), HEIGHT, WIDTH), np.float32), ()
    alpha = 0
    for _ in range(6):
        x, y, size = rng.uniform(0, 64), rng.uniform(0, 36), rng.uniform(1, 7)
        rate, reach = rng.uniform(0.2, 2.0), rng.uniform(0.5, 4)
        if kind == 1:
            drop = (y + rng.uniform(40, 120) * times) % 42 - 3
            alpha = np.maximum(alpha, _ellipse(np.full_like(times, x), drop, 0.6, 2.5))
        elif kind == 2:
            sway = x + reach * np.sin(2 * np.pi * rate * times + rng.uniform(0, 6))
            alpha = np.maximum(alpha, _ellipse(sway, np.full_like(times, y), size, 2 * size))
        else:
            flicker = 0.6 + 0.4 * rng.uniform(size=len(times))
            alpha = np.maximum(alpha, _ellipse(np.full_like(times, x), y - reach * flicker, size, size) * flicker[:, None, None])
    return alpha, ()


_MOTIONS = {
    "bounce": _bounce,
    "walk": _walk,
    "strike": _strike,
    "fall": _fall,
    "door": _door,
    "flash": _flash,
    "pass": _pass,
    "tap": _tap,
    "bed": _bed,
}


# --- drawing ---


def _finish(rng: Rng, alpha: np.ndarray, times: np.ndarray, flash=()) -> np.ndarray:
    """Coverage to picture: backgrounds, line or fill, distractors, camera, noise, levels."""
    alpha = np.asarray(alpha, np.float32)
    if rng.random() < 0.3 and not len(flash):
        alpha = (4 * alpha * (1 - alpha) + 0.15 * alpha).clip(0, 1)
    dark, light = rng.uniform(0, 0.45), rng.uniform(0.5, 1)
    if rng.random() < 0.5 and not len(flash):
        dark, light = light, dark
    background = dark + _texture(rng)
    if rng.random() < 0.3:
        drift = rng.uniform(-4, 4) * times + rng.uniform(0, 64)
        other = _ellipse(drift % 64, np.full_like(times, rng.uniform(4, 32)), rng.uniform(1, 5), rng.uniform(1, 5))
        background = background + 0.3 * (light - dark) * other
    frames = background * (1 - alpha) + light * alpha
    frames = _shake(rng, np.broadcast_to(frames, alpha.shape))
    frames = frames + rng.normal(size=frames.shape).astype(np.float32) * rng.choice([0, 0.005, 0.02])
    if rng.random() < 0.2:
        frames = frames.copy()
        bar = rng.integers(2, 6)
        frames[:, :bar] = frames[:, -bar:] = 0
    return frames.clip(0, 1).astype(np.float32)


def _texture(rng: Rng) -> np.ndarray:
    coarse = rng.normal(size=(rng.integers(2, 7), rng.integers(2, 9))) * rng.uniform(0, 0.12)
    rows = np.linspace(0, coarse.shape[0] - 1.001, HEIGHT)
    columns = np.linspace(0, coarse.shape[1] - 1.001, WIDTH)
    r, c = rows.astype(int), columns.astype(int)
    fr, fc = (rows - r)[:, None], (columns - c)[None]
    top = coarse[r][:, c] * (1 - fc) + coarse[r][:, c + 1] * fc
    bottom = coarse[r + 1][:, c] * (1 - fc) + coarse[r + 1][:, c + 1] * fc
    return (top * (1 - fr) + bottom * fr).astype(np.float32)[None]


def _shake(rng: Rng, frames: np.ndarray) -> np.ndarray:
    """A hand-held camera: whole-pixel wander, slowly."""
    if rng.random() < 0.75:
        return frames
    steps = np.cumsum(rng.choice([-1, 0, 0, 0, 0, 0, 1], size=(len(frames), 2)), 0) % 5 - 2
    return np.stack([np.roll(f, tuple(s), (0, 1)) for f, s in zip(frames, steps, strict=True)])


def _spread(rng: Rng, seconds: float, count: int, gap: float) -> tuple[float, ...]:
    """`count` random times at least `gap` apart, fewer when they don't fit."""
    times: list[float] = []
    for t in np.sort(rng.uniform(0.3, seconds - 0.15, count)):
        if not times or t - times[-1] >= gap:
            times.append(float(t))
    return tuple(times)


def _ease(t: np.ndarray) -> np.ndarray:
    return t * t * (3 - 2 * t)


def _during(age: np.ndarray, start: float, end: float) -> np.ndarray:
    return ((age >= start) & (age < end)).astype(np.float32)[:, None, None]


def _soft(distance: np.ndarray) -> np.ndarray:
    return (distance + 0.5).clip(0, 1)


def _ellipse(x, y, wide, tall) -> np.ndarray:
    x, y, wide, tall = (np.asarray(v, np.float32).reshape(-1, 1, 1) for v in (x, y, wide, tall))
    distance = np.sqrt(((_X - x) / wide) ** 2 + ((_Y - y) / tall) ** 2)
    return _soft((1 - distance) * np.minimum(wide, tall))


def _box(x: float, y: float, half_wide: float, half_tall: float) -> np.ndarray:
    return _soft(half_wide - np.abs(_X - x)) * _soft(half_tall - np.abs(_Y - y))


def _ground(rng: Rng, floor: float) -> np.ndarray:
    return _soft(_Y - floor) * np.float32(rng.uniform(0, 0.5))


def _line(x0, y0, x1, y1, thick: float) -> np.ndarray:
    x0, y0, x1, y1 = (np.asarray(v, np.float32).reshape(-1, 1, 1) for v in (x0, y0, x1, y1))
    dx, dy = x1 - x0, y1 - y0
    along = (((_X - x0) * dx + (_Y - y0) * dy) / (dx**2 + dy**2 + 1e-6)).clip(0, 1)
    return _soft(thick - np.hypot(_X - x0 - along * dx, _Y - y0 - along * dy))
