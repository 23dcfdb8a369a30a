"""The sound that plays is the mix, whole: without a wait, a gap or a click where stretches meet."""

from __future__ import annotations

import time
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from vssflow_studio.media.mixdown import mix
from vssflow_studio.media.sound_cache import RATE, SoundCache
from vssflow_studio.media.span import Span
from vssflow_studio.ui.viewer.monitor import Monitor, MonitorDevice
from vssflow_studio.ui.viewer.programme import Course, Programme

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


def played(spans, begin: float, end: float, speed: float = 1.0, loop=None, seconds: float | None = None) -> np.ndarray:
    """float32 [samples, 2] that a device would get, in pieces of 10 ms, each when it is ready."""
    programme = Programme(lambda: spans, Course(begin, end, speed, loop), SoundCache())
    wanted, pieces = round((seconds or programme.course.length) * RATE), []
    while (done := sum(map(len, pieces))) < wanted:
        count = min(480, wanted - done)
        pieces.append(read_when_ready(programme, count))
    programme.close()
    return np.concatenate(pieces)


def read_when_ready(programme: Programme, count: int) -> np.ndarray:
    deadline = time.monotonic() + 20
    while programme.waiting < count and time.monotonic() < deadline:
        time.sleep(0.001)
    return programme.read(count)


def steps(sound: np.ndarray) -> float:
    """The largest second difference: a click stands out of a tone."""
    return float(np.abs(np.diff(sound[:, 0], 2)).max())


def test_what_is_played_is_the_mix(wav: Path) -> None:
    spans = [Span(str(wav), 0.0, 0.0, 5.0), Span(str(wav), 1.25, 3.5, 6.0), Span(str(wav), 4.0, 9.5, 2.0, speed=-1.0)]
    whole = mix(spans, SECONDS, RATE)[round(0.7 * RATE) :]
    heard = played(spans, 0.7, SECONDS)
    assert len(heard) == len(whole)
    assert np.abs(heard - whole).max() < 1e-4


def test_joints_of_compressed_sound_do_not_click(aac: Path) -> None:
    spans = [Span(str(aac), 0.0, 0.0, 11.0)]
    sound, whole = played(spans, 0.0, 11.0), mix(spans, 11.0, RATE)
    for joint in range(1, 10):
        near = slice(joint * RATE - RATE // 10, joint * RATE + RATE // 10)
        assert steepest(sound[near]) < 1.05 * steepest(whole[near])
        loud = np.sqrt((sound[near, 0].reshape(-1, 960) ** 2).mean(1))  # each 20 ms
        assert loud.min() > 0.8 * loud.max()


def test_too_loud_a_sum_is_turned_down_without_a_click_and_stays_down(wav: Path) -> None:
    spans = [Span(str(wav), 0.0, 0.0, 11.0), *(Span(str(wav), 0.0, 4.0, 4.0) for _ in range(2))]
    sound = played(spans, 0.0, 11.0)
    assert np.abs(sound).max() <= 1.0
    assert steepest(sound) < 1.1 * 2 * np.pi * TONE / RATE
    last = sound[-RATE:]
    assert np.abs(last).max() == pytest.approx(0.5 / 1.5, rel=0.05)


def test_a_loop_goes_round_without_a_gap_or_a_click(wav: Path) -> None:
    spans = [Span(str(wav), 0.0, 0.0, 11.0)]
    begin, end = 1.0, 1.5004  # no whole number of the tone's periods
    sound = played(spans, 1.2, 9.0, loop=(begin, end), seconds=2.5)
    whole = mix(spans, SECONDS, RATE)
    first = round((end - 1.2) * RATE)
    assert np.abs(sound[:first] - whole[round(1.2 * RATE) :][:first]).max() < 1e-4
    again = sound[first + 960 : first + round(0.5 * RATE)]
    assert np.abs(again - whole[RATE + 960 :][: len(again)]).max() < 1e-4
    assert np.abs(sound[480:, 0]).reshape(-1)[: 2 * RATE].reshape(-1, 480).max(1).min() > 0.3  # nowhere silent
    assert steps(sound) < 3 * steps(whole[:RATE])


@pytest.mark.parametrize("speed", (2.0, 0.25, -1.0, -2.0))
def test_other_speeds_sound_as_tape_does(wav: Path, speed: float) -> None:
    spans = [Span(str(wav), 0.0, 0.0, 11.0)]
    sound = played(spans, 4.0, 8.0, speed, seconds=1.0)[:, 0]
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    assert spectrum.argmax() * RATE / len(sound) == pytest.approx(TONE * abs(speed), abs=2)


def test_a_change_is_heard_at_once_without_a_gap_or_a_click(tmp_path: Path, wav: Path) -> None:
    other = tmp_path / "other.wav"
    soundfile.write(other, tone(SECONDS, 0.2), RATE, subtype="FLOAT")
    spans = [Span(str(wav), 0.0, 0.0, 11.0)]
    programme = Programme(lambda: spans, Course(0.0, 11.0), SoundCache())
    before = read_when_ready(programme, 2 * RATE)
    spans = [Span(str(other), 0.0, 0.0, 11.0)]
    programme.renew()
    time.sleep(0.5)  # the device would read meanwhile; what it then reads first tells the same
    after = read_when_ready(programme, RATE)
    programme.close()
    expected = mix(spans, SECONDS, RATE)[2 * RATE : 3 * RATE]
    assert np.abs(after[: RATE // 100] - 2.5 * expected[: RATE // 100]).max() < 1e-3
    swapped = RATE * 35 // 1000
    assert np.abs(after[swapped:] - expected[swapped:]).max() < 1e-4
    assert steps(np.concatenate([before, after])) < 2 * steps(before)


def test_a_device_reads_the_whole_programme(wav: Path) -> None:
    spans, monitor = [Span(str(wav), 0.0, 0.0, 11.0)], Monitor()
    programme = Programme(lambda: spans, Course(0.0, 11.0), SoundCache())
    device, heard = MonitorDevice(monitor), b""
    assert monitor.add(programme) == 0
    for _ in range(110):
        deadline = time.monotonic() + 20
        while programme.waiting < RATE // 10 and time.monotonic() < deadline:
            time.sleep(0.001)
        heard += device.read(4 * RATE // 10).data()
    expected = (mix(spans, 11.0, RATE) * 32767).astype(np.int16)
    got = np.frombuffer(heard, np.int16).reshape(-1, 2).astype(int)
    assert np.abs(got - expected).max() <= 2
    assert not any(device.read(4000).data()) and not monitor.sounding  # silence after the end
    programme.close()


def test_sound_that_comes_late_stays_in_time(wav: Path) -> None:
    programme = Programme(lambda: [Span(str(wav), 0.0, 0.0, 11.0)], Course(0.0, 11.0), SoundCache())
    programme.read(RATE // 2)  # more than can be there so soon, or what is there: time goes on either way
    got = read_when_ready(programme, 480)
    assert got[:, 0] == pytest.approx(tone(1, 0.5)[RATE // 2 :][:480], abs=1e-4)
    programme.close()


def test_what_is_mixed_ahead_is_bounded(wav: Path) -> None:
    programme = Programme(lambda: [Span(str(wav), 0.0, 0.0, 11.0)], Course(0.0, 11.0), SoundCache())
    time.sleep(1.5)
    assert 3 * RATE <= programme.waiting <= 4 * RATE
    programme.close()


def test_volume_and_mute_go_without_a_click_and_the_meter_shows_what_is_played(wav: Path) -> None:
    monitor = Monitor()
    programme = Programme(lambda: [Span(str(wav), 0.0, 0.0, 11.0)], Course(0.0, 11.0), SoundCache())
    read_when_ready(programme, 0)
    while programme.waiting < RATE:
        time.sleep(0.001)
    monitor.add(programme)
    loud = monitor.pull(4800)
    assert np.abs(loud).max() / 32767 == pytest.approx(0.5, abs=0.01)
    monitor.muted = True
    going = monitor.pull(4800)
    assert steepest(going / 32767) < 1.5 * 2 * np.pi * TONE * 0.5 / RATE
    assert not monitor.pull(480).any()
    assert monitor.peaks()[0] == pytest.approx(0.5, abs=0.01)
    monitor.muted = False
    monitor.pull(480)
    monitor.remove(programme)
    gone = np.concatenate([loud[-1:], monitor.pull(960)])
    assert not monitor.sounding and not gone[-480:].any()
    programme.close()
