from __future__ import annotations

import os
import struct
import subprocess
import sys

import numpy as np
import pytest
import soundfile

from vssflow_studio.errors import MediaError, StorageError
from vssflow_studio.media.bwf import read_bwf_info, write_bwf
from vssflow_studio.media.sound import read_sound

FACTS = {"synthetic": True, "model": "draft", "seed": 7, "text": "Ça & <va>"}


def tone(seconds: float = 1.0) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * 440 * np.arange(round(48_000 * seconds)) / 48_000)).astype(np.float32)


def write(path, samples=None, **more):
    settings = {"time_reference": 172_800_000, "description": "ANNA: hello", "provenance": FACTS} | more
    write_bwf(path, tone() if samples is None else samples, **settings)
    return path


def test_facts_come_back(tmp_path):
    info = read_bwf_info(write(tmp_path / "a.wav"))
    assert info == {
        "description": "ANNA: hello",
        "originator": "VSSFlow Studio",
        "channels": 1,
        "time_reference": 172_800_000,
        "sample_rate": 48_000,
        "samples": 48_000,
        "provenance": FACTS,
    }


def test_chunks_stand_as_the_standard_says(tmp_path):
    data = write(tmp_path / "a.wav", tone()[:4801]).read_bytes()
    assert (data[:4], data[8:12]) == (b"RIFF", b"WAVE")
    assert struct.unpack_from("<I", data, 4)[0] == len(data) - 8
    assert data[12:16] == b"bext" and struct.unpack_from("<I", data, 16)[0] > 602  # 602 and the coding history
    body = data[20:622]
    assert body[256:270] == b"VSSFlow Studio"
    assert struct.unpack_from("<QH", body, 338) == (172_800_000, 1)
    assert len(data) % 2 == 0  # an odd chunk is padded
    assert b"<BWFXML>" in data and b"SYNTHETIC" in data


@pytest.mark.parametrize("channels", [1, 2])
def test_other_readers_read_it(tmp_path, channels):
    samples = tone() if channels == 1 else np.stack([tone(), -tone()], 1)
    path = write(tmp_path / "a.wav", samples)
    assert soundfile.info(path).subtype == "PCM_24"
    sound, rate = soundfile.read(path, always_2d=True)
    assert rate == 48_000 and sound.shape == (48_000, channels)
    assert np.abs(sound - samples.reshape(-1, channels)).max() < 2.1 / 2**23
    assert np.abs(read_sound(path, channels=channels) - samples.reshape(-1, channels)).max() < 1e-6


def test_dither_is_triangular_and_the_same_each_time(tmp_path):
    low = np.full(48_000, 0.3 / 2**23, np.float32)  # less than half a step
    one, two = write(tmp_path / "a.wav", low), write(tmp_path / "b.wav", low)
    sound = soundfile.read(one)[0] * 2**23
    assert sound.mean() == pytest.approx(0.3, abs=0.02)  # the tone is in the noise
    assert set(np.round(sound)) == {-1, 0, 1}
    assert one.read_bytes()[-1000:] == two.read_bytes()[-1000:]


def test_what_is_no_number_or_too_loud_does_no_harm(tmp_path):
    samples = np.array([np.nan, np.inf, -np.inf, 3.0, -3.0, 0.5], np.float32)
    sound = soundfile.read(write(tmp_path / "a.wav", samples))[0]
    assert sound == pytest.approx([0, 1, -1, 1, -1, 0.5], abs=1e-6)


@pytest.mark.parametrize("text", ["x" * 1000, "日本語", "bell\x07 and\x00null", ""])
def test_any_description(tmp_path, text):
    info = read_bwf_info(write(tmp_path / "a.wav", description=text))
    assert info["provenance"] == FACTS
    assert len(info["description"]) <= 256


@pytest.mark.parametrize("cut", [0, 10, 300, 700])
def test_a_file_cut_short_is_named(tmp_path, cut):
    path = write(tmp_path / "a.wav")
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(MediaError) as caught:
        read_bwf_info(path)
    assert caught.value.file == str(path)


def test_a_plain_wav_is_no_bwf(tmp_path):
    soundfile.write(tmp_path / "a.wav", tone(), 48_000)
    with pytest.raises(MediaError):
        read_bwf_info(tmp_path / "a.wav")


def test_no_such_folder(tmp_path):
    with pytest.raises(StorageError, match="not there"):
        write(tmp_path / "none" / "a.wav")


def test_a_full_disk_leaves_the_earlier_take(tmp_path):
    path = write(tmp_path / "a.wav", tone(0.1))
    before = path.read_bytes()
    script = f"""
import resource, signal
import numpy as np
from vssflow_studio.errors import StorageError
from vssflow_studio.media.bwf import write_bwf
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000))
try:
    write_bwf({str(path)!r}, np.zeros(48000, np.float32), time_reference=0, description="", provenance={{}})
except StorageError as error:
    print(error)
"""
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert str(path) in out.stdout and "nothing was changed" in out.stdout
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["a.wav"]
