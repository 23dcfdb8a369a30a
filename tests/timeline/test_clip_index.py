"""Only the clips near a range are looked at, and what is seen there stays the same."""

from __future__ import annotations

from pathlib import Path

import opentimelineio as otio
import pytest
from opentimelineio.opentime import RationalTime, TimeRange

from vssflow_studio.timeline.clip_index import ClipIndex
from vssflow_studio.timeline.clips import ClipView, clip_views
from vssflow_studio.timeline.dissolves import shown_picture


def frames(start: float, length: float, rate: float = 24) -> TimeRange:
    return TimeRange(RationalTime(start, rate), RationalTime(length, rate))


def track(name: str, *pieces: str, kind: str = "Video") -> otio.schema.Track:
    """Of `A40` (a clip of 40 frames), `_25` (a gap) and `x8` (a dissolve of 8 frames on each side)."""
    made = otio.schema.Track(name, kind=kind)
    for piece in pieces:
        sort, length = piece[0], int(piece[1:])
        if sort == "_":
            made.append(otio.schema.Gap(source_range=frames(0, length)))
        elif sort == "x":
            offset = RationalTime(length, 24)
            made.append(otio.schema.Transition(transition_type="SMPTE_Dissolve", in_offset=offset, out_offset=offset))
        else:
            reference = otio.schema.ExternalReference(f"{sort}.mov", frames(0, 200))
            made.append(otio.schema.Clip(f"{name} {sort}", reference, frames(50, length)))
    return made


@pytest.fixture(scope="module")
def views() -> tuple[ClipView, ...]:
    """A cut with dissolves, titles over it, a short clip below a long one, and a bed under all."""
    timeline = otio.schema.Timeline("cut", global_start_time=RationalTime(0, 24))
    timeline.tracks.append(track("V1", "A40", "x8", "B30", "C50", "_25", "D40", "x6", "E40"))
    timeline.tracks.append(track("V2", "_60", "T20", "_70", "U10"))
    timeline.tracks.append(track("A1", "M225", kind="Audio"))
    return clip_views(timeline, Path("/nowhere"))


@pytest.mark.parametrize("length", [1, 13, 60, 500])
def test_what_is_seen_is_the_same_by_the_clips_near_it(views, length: int) -> None:
    index = ClipIndex(views)
    for start in range(0, 240):
        range_ = frames(start, length)
        assert shown_picture(index.near(range_), range_) == shown_picture(views, range_)


def test_those_near_are_few_in_their_order_and_reach_as_far_as_their_dissolves(views) -> None:
    index = ClipIndex(views)
    assert [view.name for view in index.near(frames(70, 5))] == ["V1 C", "V2 T", "A1 M"]
    assert [view.name for view in index.near(frames(33, 1))] == ["V1 A", "V1 B", "A1 M"]
    assert [view.name for view in index.near(frames(31, 1))] == ["V1 A", "A1 M"]
    assert index.near(frames(10, 20)) == index.near(frames(12.5, 25, 30))
    assert index.near(frames(300, 5)) == () == ClipIndex(()).near(frames(0, 5))
