from __future__ import annotations

import tracemalloc
from fractions import Fraction

import av
import numpy as np
import pytest
import soundfile

from films import numbered_frame
from vssflow_studio.errors import MediaError
from vssflow_studio.media.sound import peaks, read_sound

RATE = 48_000


def onsets(sound: np.ndarray) -> list[int]:
    """First samples of the clicks."""
    loud = np.flatnonzero(np.abs(sound) > 0.3)
    return [int(at) for i, at in enumerate(loud) if i == 0 or at - loud[i - 1] > 1000]


def wav(path, *clicks: int, rate: int = RATE, seconds: float = 4, channels: int = 1):
    sound = np.zeros((round(seconds * rate), channels), np.float32)
    for at in clicks:
        sound[at] = 0.9
    soundfile.write(path, sound, rate, subtype="FLOAT")
    return path


def test_a_wav_is_read_to_the_sample(tmp_path):
    path = wav(tmp_path / "a.wav", 100, 100_001)
    assert onsets(read_sound(path)[:, 0]) == [100, 100_001]
    assert onsets(read_sound(path, 2.0, 1.0)[:, 0]) == [4001]
    assert onsets(read_sound(path, 2 + 4001 / RATE, 0.5)[:, 0]) == [0]
    assert len(read_sound(path, 2.0, 0.5)) == 24_000


@pytest.mark.parametrize("rate", [22_050, 44_100, 96_000])
def test_other_rates_keep_their_time(tmp_path, rate):
    path = wav(tmp_path / "a.wav", rate, rate * 3, rate=rate)
    sound = read_sound(path)[:, 0]
    assert len(sound) == pytest.approx(4 * RATE, abs=2)
    for second in (1, 3):
        near = np.abs(sound[second * RATE - 50 : second * RATE + 50])
        assert np.argmax(near) == 50


def test_a_films_sound_stands_with_its_picture(movie):
    assert onsets(read_sound(movie)[:, 0]) == pytest.approx([0, RATE, 2 * RATE, 3 * RATE], abs=24)
    assert onsets(read_sound(movie, 2.5, 1.0)[:, 0]) == pytest.approx([RATE // 2], abs=24)


def test_sound_that_begins_after_the_picture_stays_late(tmp_path):
    path = tmp_path / "late.mkv"
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=25)
        video.height, video.width, video.pix_fmt = 72, 128, "yuv420p"
        audio = out.add_stream("pcm_s16le", rate=RATE, layout="mono")
        for index in range(50):
            image = av.VideoFrame.from_ndarray(numbered_frame(index, (72, 128)), format="rgb24")
            image.pts, image.time_base = index, Fraction(1, 25)
            out.mux(video.encode(image))
        out.mux(video.encode(None))
        block = np.zeros((1, RATE // 2), np.int16)
        block[0, 4800] = 30_000
        frame = av.AudioFrame.from_ndarray(block, format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, RATE // 2, Fraction(1, RATE)
        out.mux(audio.encode(frame))
        out.mux(audio.encode(None))
    assert onsets(read_sound(path)[:, 0]) == [RATE // 2 + 4800]
    assert onsets(read_sound(path, 0.55, 0.4)[:, 0]) == [2400]


def test_levels_survive_a_change_of_channels(tmp_path):
    mono, stereo = wav(tmp_path / "m.wav", 9), wav(tmp_path / "s.wav", 9, channels=2)
    for path in (mono, stereo):
        for channels in (1, 2):
            sound = read_sound(path, channels=channels)
            assert sound.shape == (4 * RATE, channels)
            assert sound[9] == pytest.approx(0.9, abs=1e-6)


@pytest.mark.parametrize("kind", ["missing", "text", "silent"])
def test_bad_media_is_named(tmp_path, make_movie, kind):
    path = tmp_path / f"{kind}.mp4"
    if kind == "text":
        path.write_text("no sound at all")
    if kind == "silent":
        make_movie(path, 1, sound=False)
    with pytest.raises(MediaError) as caught:
        read_sound(path)
    assert caught.value.file == str(path) and caught.value.remedy


def test_a_start_after_the_end_is_nothing(tmp_path):
    assert read_sound(wav(tmp_path / "a.wav", 9), 30.0, 1.0).shape == (0, 1)


def test_peaks_are_lowest_and_highest(tmp_path):
    sound = np.zeros(RATE * 4, np.float32)
    sound[10], sound[RATE], sound[4 * RATE - 1] = 0.5, -0.75, 0.25
    soundfile.write(tmp_path / "a.wav", sound, RATE, subtype="FLOAT")
    got = peaks(tmp_path / "a.wav", 4)
    assert got.dtype == np.float32
    assert got.tolist() == [[0, 0.5], [-0.75, 0], [0, 0], [0, 0.25]]
    assert peaks(tmp_path / "a.wav", 1000)[250].tolist() == [-0.75, 0]


def test_peaks_hold_little_of_a_long_file(tmp_path):
    path = wav(tmp_path / "long.wav", 9, seconds=120)
    tracemalloc.start()
    peaks(path, 500)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 2e6  # the file is 23 MB
