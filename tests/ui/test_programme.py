"""The sound that plays is the mix, whole: without a wait, a gap or a click where stretches meet."""

from __future__ import annotations

import time
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from vssflow_studio.media.mixdown import mix
from vssflow_studio.media.span import Span
from vssflow_studio.ui import programme
from vssflow_studio.ui.programme import RATE, Programme, ProgrammeDevice, stretches

SECONDS = 11.3
TONE = 330.0


def tone(seconds: float, level: float, rate: int = RATE) -> np.ndarray:
    times = np.arange(round(seconds * rate)) / rate
    return (level * np.sin(2 * np.pi * TONE * times)).astype(np.float32)


@pytest.fixture(scope="module")
def wav(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("sound") / "tone.wav"
    soundfile.write(path, tone(SECONDS, 0.5), RATE, subtype="FLOAT")
    return path


@pytest.fixture(scope="module")
def aac(tmp_path_factory) -> Path:
    """44.1 kHz AAC: a decoder that begins elsewhere gives samples that differ a little."""
    path = tmp_path_factory.mktemp("sound") / "tone.m4a"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("aac", rate=44_100, layout="mono")
        frame = av.AudioFrame.from_ndarray(tone(SECONDS, 0.5, 44_100)[None], format="fltp", layout="mono")
        frame.sample_rate = 44_100
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def steepest(sound: np.ndarray) -> float:
    return float(np.abs(np.diff(sound[:, 0])).max())


def test_stretches_add_up_to_the_mix(wav: Path) -> None:
    spans = [Span(str(wav), 0.0, 0.0, 5.0), Span(str(wav), 1.25, 3.5, 6.0), Span(str(wav), 4.0, 9.5, 2.0, speed=-1.0)]
    pieces = list(stretches(lambda: spans, 0.7, SECONDS))
    assert [len(piece) / RATE for piece in pieces] == pytest.approx([1, 2, 4, 3.6], abs=1e-4)
    whole = mix(spans, SECONDS, RATE)[round(0.7 * RATE) :]
    assert np.abs(np.concatenate(pieces) - whole).max() < 1e-4


def test_joints_of_compressed_sound_do_not_click(aac: Path) -> None:
    spans = [Span(str(aac), 0.0, 0.0, 11.0)]
    sound, whole = np.concatenate(list(stretches(lambda: spans, 0.0, 11.0))), mix(spans, 11.0, RATE)
    for joint in (1, 3, 7):
        near = slice(joint * RATE - RATE // 10, joint * RATE + RATE // 10)
        assert steepest(sound[near]) < 1.05 * steepest(whole[near])
        loud = np.sqrt((sound[near, 0].reshape(-1, 960) ** 2).mean(1))  # each 20 ms
        assert loud.min() > 0.8 * loud.max()


def test_too_loud_a_sum_is_turned_down_without_a_click_and_stays_down(wav: Path) -> None:
    spans = [Span(str(wav), 0.0, 0.0, 11.0), *(Span(str(wav), 0.0, 4.0, 4.0) for _ in range(2))]
    sound = np.concatenate(list(stretches(lambda: spans, 0.0, 11.0)))
    assert np.abs(sound).max() <= 1.0
    assert steepest(sound) < 1.1 * 2 * np.pi * TONE / RATE
    last = sound[-RATE:]
    assert np.abs(last).max() == pytest.approx(0.5 / 1.5, rel=0.05)


def test_a_device_reads_the_whole_programme(qtbot, wav: Path) -> None:
    begun = []
    spans = [Span(str(wav), 0.0, 0.0, 11.0)]
    sound = Programme(lambda: spans, 0.0, 11.0, lambda: begun.append(True))
    device, heard = ProgrammeDevice(sound), b""
    qtbot.waitUntil(lambda: bool(begun), timeout=5000)
    for _ in range(11):
        qtbot.waitUntil(lambda: len(sound._ready) >= 4 * RATE, timeout=10_000)
        heard += b"".join(device.read(4 * RATE // 10).data() for _ in range(10))
    expected = (mix(spans, 11.0, RATE) * 32767).astype(np.int16)
    got = np.frombuffer(heard, np.int16).reshape(-1, 2).astype(int)
    assert np.abs(got - expected).max() <= 2
    assert not any(device.read(4000).data())  # silence after the end
    sound.close()


def test_sound_that_comes_late_stays_in_time(wav: Path) -> None:
    spans = [Span(str(wav), 0.0, 0.0, 11.0)]
    sound = Programme(lambda: spans, 0.0, 11.0, lambda: None)
    sound._missed = 4 * 1000  # as after reading 1000 samples before anything was there
    deadline = time.monotonic() + 10
    while not sound._ready and time.monotonic() < deadline:
        time.sleep(0.01)
    got = np.frombuffer(sound.read(4 * 480), np.int16)[::2]
    assert got == pytest.approx(32767 * tone(1, 0.5)[1000:1480], abs=2)
    sound.close()


def test_what_is_mixed_ahead_is_bounded(qtbot, monkeypatch, wav: Path) -> None:
    monkeypatch.setattr(programme, "_LONGEST", RATE // 10)
    monkeypatch.setattr(programme, "_FIRST", RATE // 10)
    monkeypatch.setattr(programme, "_AHEAD", RATE // 5)
    sound = Programme(lambda: [Span(str(wav), 0.0, 0.0, 11.0)], 0.0, 11.0, lambda: None)
    qtbot.waitUntil(lambda: len(sound._ready) > 4 * RATE // 5, timeout=10_000)
    qtbot.wait(200)
    assert len(sound._ready) <= 4 * (RATE // 5 + RATE // 10)
    sound.close()
