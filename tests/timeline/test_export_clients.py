"""What programs that nobody here wrote make of our exports."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import soundfile
from opentimelineio.opentime import RationalTime, TimeRange

from cuts import CLICK, onsets, write_cut
from vssflow_studio.cli import main
from vssflow_studio.timeline.files import read_timeline, write_timeline

NTSC = 30000 / 1001

needs_melt = pytest.mark.skipif(not shutil.which("melt"), reason="melt is not installed (apt package melt)")


def rendered(project: Path, out: Path):
    """The sound that melt renders of an MLT or Kdenlive project."""
    command = ["melt", str(project), "-consumer", f"avformat:{out}", "vn=1", "acodec=pcm_s24le", "ar=48000", "ac=2"]
    done = subprocess.run(
        [*command, "real_time=-1"],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        stdin=subprocess.DEVNULL,  # else it may wait for keys
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert out.is_file(), done.stderr
    return soundfile.read(out)


@needs_melt
@pytest.mark.parametrize("suffix", ["mlt", "kdenlive"])
@pytest.mark.parametrize("rate", [24, 25, NTSC])
def test_melt_hears_our_onsets_where_they_are(tmp_path: Path, rate: float, suffix: str) -> None:
    cut = write_cut(tmp_path, rate, starts=(30, 50))  # the takes overlap: their tracks have to be mixed
    # One take is trimmed and moved by the editor, into its handles.
    timeline = read_timeline(cut)
    gap, clip = timeline.tracks[1][0], timeline.tracks[1][1]
    gap.source_range = TimeRange(RationalTime(0, rate), RationalTime(24, rate))
    begin = clip.source_range.start_time - RationalTime(8, rate)
    clip.source_range = TimeRange(begin, RationalTime(40, rate))
    write_timeline(timeline, cut)
    assert main(["export", str(cut), str(tmp_path / f"out.{suffix}")]) == 0
    sound, sample_rate = rendered(tmp_path / f"out.{suffix}", tmp_path / "melt.wav")
    assert sample_rate == 48_000
    assert len(sound) / sample_rate == pytest.approx(144 / rate, abs=1 / rate)
    # The film has a click at every second: the picture's own sound is not on any audio track.
    assert onsets(sound, rate) == pytest.approx([24 + 8 + CLICK, 50 + CLICK], abs=0.02)
    # MLT pans mono to both sides at −3 dB; a track that was mixed twice, or half, would differ.
    assert abs(sound).max() == pytest.approx(0.8 / 2**0.5, abs=0.02)
