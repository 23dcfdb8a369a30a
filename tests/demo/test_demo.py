from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vssflow_studio.demo import animatic
from vssflow_studio.demo.run import run_demo
from vssflow_studio.media.sound import read_sound
from vssflow_studio.media.video import grey_frames, probe
from vssflow_studio.paths import sample
from vssflow_studio.timeline.clips import clip_views
from vssflow_studio.timeline.files import read_timeline
from vssflow_studio.timeline.metadata import read_project


def track_names(path: Path) -> list[str]:
    timeline = read_timeline(path)  # its tracks go when it goes
    return [track.name for track in timeline.tracks]


def test_the_shipped_sample_is_what_the_code_renders(tmp_path: Path) -> None:
    shot = animatic.SHOTS[2]
    animatic._render_shot(shot, tmp_path / "shot.mp4")
    from vssflow_studio.media.span import Span

    length = (shot.frames + 2 * animatic.HANDLE) / animatic.RATE
    ours, shipped = (
        grey_frames([Span(str(path), 0, 0, length)], length, 12.0, (36, 64))
        for path in (tmp_path / "shot.mp4", sample() / "sc010_sh030.mp4")
    )
    assert np.abs(ours - shipped).mean() < 0.01


def test_the_sample_is_small_and_whole() -> None:
    assert sum(p.stat().st_size for p in sample().iterdir()) < 2e6
    timeline = read_timeline(sample() / "animatic.otio")
    views = clip_views(timeline, sample())
    assert len(views) == 5 and all(view.media for view in views)
    assert 18 < sum(probe(v.media).duration - 1 for v in views) < 22
    cues = read_project(timeline).cues
    assert [c.kind for c in cues].count("dialogue") >= 2
    assert [c.kind for c in cues].count("foley") >= 2


@pytest.mark.parametrize("cue", ["ball"])
def test_foley_events_are_seen_where_they_are_said_to_be(cue: str) -> None:
    """The ball's lowest drawings stand at its contacts."""
    shot = animatic.SHOTS[2]
    for contact in animatic.BALL_CONTACTS[:3]:
        heights = []
        for offset in (-0.08, 0.0, 0.08):
            image = animatic.picture(shot, contact + offset)
            heights.append(_lowest_red(image))
        assert heights[1] >= max(heights[0], heights[2])


def _lowest_red(image) -> int:
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(540, -1)[:, : 960 * 3].reshape(540, 960, 3)
    red = (pixels[..., 0] > 180) & (pixels[..., 1] < 100) & (pixels[..., 2] < 120)
    return int(np.flatnonzero(red.any(1)).max())


def test_the_demo_leaves_timeline_takes_and_preview(tmp_path: Path) -> None:
    report, preview = run_demo(tmp_path / "out", "cpu")
    assert set(report.takes) == {"mia", "tom", "door", "ball", "steps"} and not report.errors
    names = track_names(report.timeline)
    assert names == ["V1", "DX TEMP", "FOLEY TEMP"]
    info = probe(preview)
    assert info.has_video and info.has_audio and 19 < info.duration < 20
    sound = read_sound(preview)[:, 0]
    line = sound[round(1.0 * 48_000) : round(3.9 * 48_000)]
    assert np.sqrt((line**2).mean()) > 0.01
