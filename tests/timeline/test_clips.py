from __future__ import annotations

import time
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest
from opentimelineio.opentime import RationalTime, TimeRange

from vssflow_studio.timeline.clips import (
    clip_views,
    clips_in,
    record_timecode,
    start_time,
    timeline_duration,
    timeline_rate,
    track_names,
    visible_picture,
)

HERE = Path("/nowhere")


def frames(start: float, length: float, rate: float = 24) -> TimeRange:
    return TimeRange(RationalTime(start, rate), RationalTime(length, rate))


def clip(name: str, source: TimeRange | None, available: TimeRange | None = None, **more):
    reference = otio.schema.ExternalReference(f"{name}.mov", available)
    return otio.schema.Clip(name, reference, source, **more)


def track(*children, kind: str = "Video", **more) -> otio.schema.Track:
    made = otio.schema.Track(kind=kind, **more)
    made.extend(children)
    return made


def timeline(*tracks, start: RationalTime | None = None) -> otio.schema.Timeline:
    made = otio.schema.Timeline("t", global_start_time=start)
    made.tracks.extend(tracks)
    return made


def places(views) -> list[tuple[str, float, float]]:
    return [(v.name, v.record.start_time.value, v.record.duration.value) for v in views]


def test_clips_gaps_and_transitions_in_record_time():
    made = timeline(
        track(
            clip("a", frames(0, 10)),
            otio.schema.Transition("dissolve", in_offset=RationalTime(3, 24), out_offset=RationalTime(3, 24)),
            clip("b", frames(100, 20)),
            otio.schema.Gap(duration=RationalTime(5, 24)),
            clip("none", frames(0, 0)),
            clip("c", None, frames(0, 8)),
            clip("unknown", None),
        )
    )
    assert places(clip_views(made, HERE)) == [("a", 0, 10), ("b", 10, 20), ("c", 35, 8)]
    assert timeline_duration(made) == RationalTime(43, 24)


def test_media_start_counts_from_the_first_frame_of_the_file():
    hour = 86_400
    made = timeline(track(clip("a", frames(hour + 48, 24), frames(hour, 240))))
    (view,) = clip_views(made, HERE)
    assert (view.media_start, view.media_duration) == (2, 1)
    assert view.key.source_start == 2.0


def test_a_source_range_without_available_range_counts_from_zero():
    (view,) = clip_views(timeline(track(clip("a", frames(48, 24)))), HERE)
    assert view.media_start == 2


def test_a_nest_is_cut_to_its_source_range():
    nest = otio.schema.Stack("nest", source_range=frames(6, 12))
    nest.extend([track(clip("low", frames(0, 10)), clip("late", frames(0, 10))), track(clip("high", frames(0, 24)))])
    made = timeline(track(otio.schema.Gap(duration=RationalTime(24, 24)), nest))
    views = clip_views(made, HERE)
    assert places(views) == [("low", 24, 4), ("late", 28, 8), ("high", 24, 12)]
    assert [v.media_start for v in views] == [Fraction(6, 24), 0, Fraction(6, 24)]
    assert [(v.name, r.duration.value) for v, r in visible_picture(views, frames(24, 12))] == [("high", 12)]


def test_a_nest_on_a_video_track_gives_its_picture_only():
    def nest():
        made = otio.schema.Stack("nest")
        made.extend([track(clip("see", frames(0, 10))), track(clip("hear", frames(0, 10)), kind="Audio")])
        return made

    views = clip_views(timeline(track(nest()), track(nest(), kind="Audio")), HERE)
    assert [(v.name, v.kind) for v in views] == [("see", "Video"), ("hear", "Audio")]


@pytest.mark.parametrize(
    ("effects", "speed", "start", "used"),
    [
        ([otio.schema.LinearTimeWarp(time_scalar=2.0)], 2, 1, 2),
        ([otio.schema.LinearTimeWarp(time_scalar=0.5)], 0.5, 1, Fraction(1, 2)),
        ([otio.schema.FreezeFrame()], 0, 1, 0),
        ([otio.schema.LinearTimeWarp(time_scalar=-1.0)], -1, 2, 1),
        ([otio.schema.Effect(effect_name="Blur")], 1, 1, 1),
    ],
)
def test_speed(effects, speed, start, used):
    (view,) = clip_views(timeline(track(clip("a", frames(24, 24), effects=effects))), HERE)
    assert (view.speed, view.media_start, view.media_duration) == (speed, start, used)


def test_what_is_disabled_is_listed_but_not_seen():
    off = clip("off", frames(0, 24))
    off.enabled = False
    dark = track(clip("dark", frames(0, 24)))
    dark.enabled = False
    views = clip_views(timeline(track(clip("low", frames(0, 24))), track(off), dark), HERE)
    assert [(v.name, v.enabled) for v in views] == [("low", True), ("off", False), ("dark", False)]
    assert [v.name for v, _ in visible_picture(views, frames(0, 24))] == ["low"]


def test_the_topmost_picture_is_seen_in_pieces():
    top = track(otio.schema.Gap(duration=RationalTime(10, 24)), clip("top", frames(0, 5)))
    views = clip_views(timeline(track(clip("low", frames(0, 40))), top), HERE)
    seen = visible_picture(views, frames(5, 20))
    assert [(v.name, r.start_time.value, r.duration.value) for v, r in seen] == [
        ("low", 5, 5),
        ("top", 10, 5),
        ("low", 15, 10),
    ]
    assert [v.name for v in clips_in(views, frames(15, 5))] == ["low"]


def test_rate_and_start():
    made = timeline(track(clip("a", frames(0, 25, 25))))
    assert timeline_rate(made) == 25
    assert start_time(made) == RationalTime(0, 25)
    made = timeline(track(clip("a", frames(0, 25, 25))), start=RationalTime(86_400, 23.98))
    assert timeline_rate(made) == 23.98
    assert record_timecode(made, RationalTime(24, 23.98)) == "01:00:01:00"
    assert timeline_rate(timeline()) == 24


def test_a_start_at_a_rate_of_no_picture_is_told_in_frames():
    made = timeline(track(clip("a", frames(0, 25, 25))), start=RationalTime(3600, 1))
    assert (timeline_rate(made), start_time(made)) == (25, RationalTime(90_000, 25))
    assert timeline_rate(timeline(track(clip("s", frames(0, 9, 48_000)), kind="Audio"))) == 48_000
    mixed = timeline(track(clip("s", frames(0, 9, 48_000)), kind="Audio"), track(clip("a", frames(0, 25, 30))))
    assert timeline_rate(mixed) == 30


def test_sound_at_a_sample_rate_stands_to_the_frame():
    made = timeline(
        track(clip("picture", frames(0, 48, 23.976))),
        track(
            otio.schema.Gap(duration=RationalTime(24_024, 48_000)),
            clip("sound", frames(96_096, 48_048, 48_000), frames(0, 480_000, 48_000)),
            kind="Audio",
        ),
    )
    sound = clip_views(made, HERE)[1]
    assert sound.record == frames(12, 24, 23.976)
    assert sound.media_start == Fraction(96_096, 48_000)


def test_no_picture_but_a_name_for_missing_media_and_sequences():
    sequence = otio.schema.ImageSequenceReference("file:///shots/", "sh010.", ".exr", available_range=frames(0, 9))
    made = timeline(
        track(
            otio.schema.Clip("shot", sequence, frames(0, 9)),
            otio.schema.Clip("gone", otio.schema.MissingReference(), frames(0, 9)),
        )
    )
    shot, gone = clip_views(made, HERE)
    assert (shot.media, shot.media_name) == (None, "sh010.")
    assert (gone.media, gone.media_name) == (None, "")


def test_a_proxy_stands_in_for_the_original(tmp_path):
    (tmp_path / "proxy.mp4").touch()
    made = otio.schema.Clip("a", source_range=frames(86_424, 24))
    made.set_media_references(
        {
            "DEFAULT_MEDIA": otio.schema.ExternalReference("original.mxf", frames(86_400, 240)),
            "proxy": otio.schema.ExternalReference("proxy.mp4", frames(0, 240)),
        },
        "DEFAULT_MEDIA",
    )
    (view,) = clip_views(timeline(track(made)), tmp_path)
    assert view.media == tmp_path / "proxy.mp4"
    assert view.media_start == 1


def test_five_thousand_clips_on_many_tracks_are_quick():
    tracks = [
        track(*(part for i in range(1250) for part in (clip(f"c{i}", frames(0, 24)), otio.schema.Gap(duration=RationalTime(7, 24)))))
        for _ in range(4)
    ]
    made = timeline(*tracks)
    begun = time.process_time()
    views = clip_views(made, HERE)
    pieces = visible_picture(views, TimeRange(RationalTime(0, 24), timeline_duration(made)))
    took = time.process_time() - begun
    assert (len(views), len(pieces)) == (5000, 1250)
    assert took < 1.5


def test_tracks_without_a_name_are_counted_by_kind() -> None:
    tracks = [otio.schema.Track(name, kind=kind) for name, kind in (("", "Video"), ("", "Audio"), ("ROOM", "Audio"), ("", "Audio"))]
    assert track_names(otio.schema.Timeline("t", tracks=tracks)) == ("V1", "A1", "ROOM", "A3")
