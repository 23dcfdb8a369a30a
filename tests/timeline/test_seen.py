"""What the timeline shows, read back from films whose frames carry their number."""

from __future__ import annotations

import av
import numpy as np
import opentimelineio as otio
import pytest
from opentimelineio.opentime import RationalTime, TimeRange

from films import numbered_frame, read_frame_number
from vssflow_studio.engine.preview import picture_spans, sound_spans
from vssflow_studio.errors import MediaError
from vssflow_studio.media.mixdown import mix
from vssflow_studio.media.preview import write_preview
from vssflow_studio.media.video import grey_frames, probe, thumbnail
from vssflow_studio.timeline.clips import clip_views, timeline_duration

SIZE = (36, 64)
RATE = 24
HOUR = 86_400


def frames(start: float, length: float) -> TimeRange:
    return TimeRange(RationalTime(start, RATE), RationalTime(length, RATE))


@pytest.fixture
def clip(movie):
    """`clip(first, length)`: so many frames of the film from its frame `first` on."""

    def made(first: int, length: int, name: str = "a", **more) -> otio.schema.Clip:
        media = otio.schema.ExternalReference(str(movie), frames(HOUR, 96))
        return otio.schema.Clip(name, media, frames(HOUR + first, length), **more)

    return made


def track(*children, kind: str = "Video", **more) -> otio.schema.Track:
    made = otio.schema.Track(kind=kind, **more)
    made.extend(children)
    return made


def dissolve(before: float, after: float) -> otio.schema.Transition:
    return otio.schema.Transition("x", "SMPTE_Dissolve", RationalTime(before, RATE), RationalTime(after, RATE))


def warp(speed: float) -> otio.schema.LinearTimeWarp:
    return otio.schema.LinearTimeWarp(time_scalar=speed)


def gap(length: float) -> otio.schema.Gap:
    return otio.schema.Gap(duration=RationalTime(length, RATE))


def nest(*tracks, start: float | None = None, length: float = 0, effects=()) -> otio.schema.Stack:
    made = otio.schema.Stack("nest", source_range=None if start is None else frames(start, length))
    made.extend(tracks)
    made.effects.extend(effects)
    return made


def grey(*tracks, folder="/nowhere") -> np.ndarray:
    """The whole timeline as the model sees it; its global start time must not matter."""
    from pathlib import Path

    made = otio.schema.Timeline("t", global_start_time=RationalTime(HOUR, RATE))
    made.tracks.extend(tracks)
    total = timeline_duration(made).value
    return grey_frames(picture_spans(made, clip_views(made, Path(folder))), total / RATE, RATE, SIZE)


def seen(*tracks, **more) -> list[int]:
    return [read_frame_number(frame) for frame in grey(*tracks, **more)]


def run(first: int, count: int, step: float = 1) -> list[int]:
    return [int(first + step * i + 1e-6) for i in range(count)]


@pytest.mark.parametrize(
    ("effects", "numbers"),
    [
        ([], run(10, 8)),
        ([warp(2)], run(10, 8, 2)),
        ([warp(0.5)], run(10, 8, 0.5)),
        ([warp(-1)], run(17, 8, -1)),
        ([warp(2), warp(1.5)], run(10, 8, 3)),
        ([otio.schema.FreezeFrame()], [10] * 8),
    ],
)
def test_retimed_clips(clip, effects, numbers):
    assert seen(track(clip(10, 8, effects=effects))) == numbers


@pytest.mark.parametrize(
    ("effects", "numbers"),
    [
        ([], [*run(12, 6), *run(50, 2)]),
        ([warp(2)], [12, 14, 16, 50, 52, 54, 56, 58]),
        ([warp(0.5)], run(12, 8, 0.5)),
        ([warp(-1)], [51, 50, *run(17, 6, -1)]),
        ([otio.schema.FreezeFrame()], [12] * 8),
    ],
)
def test_retimed_nests(clip, effects, numbers):
    """Of a nest of two clips, eight frames from its third on."""
    inside = track(clip(10, 8), clip(50, 30))
    assert seen(track(nest(inside, start=2, length=8, effects=effects))) == numbers


def test_a_retimed_clip_in_a_retimed_nest(clip):
    inside = track(clip(20, 40, effects=[warp(-1)]))
    assert seen(track(nest(inside, start=4, length=6, effects=[warp(2)]))) == run(55, 6, -2)


def test_nests_in_nests_and_the_uppermost_layer(clip):
    lower = track(clip(0, 12))
    upper = track(gap(4), nest(track(clip(30, 4)), start=0, length=4))
    assert seen(track(gap(2), nest(lower, upper))) == [0, 0, 0, 1, 2, 3, *run(30, 4), *run(8, 4)]


def test_what_is_switched_off_is_not_seen(clip):
    off, dark = clip(40, 4), track(clip(60, 8))
    off.enabled = dark.enabled = False
    assert seen(track(clip(0, 8)), track(off), dark) == run(0, 8)


def mixed(*parts: tuple[float, int]) -> np.ndarray:
    """Frames of the film, each so much."""
    return sum(level * numbered_frame(number, SIZE)[..., 0] / 255 for level, number in parts)


def test_a_dissolve_mixes_both_clips_out_of_their_handles(clip):
    got = grey(track(clip(10, 8), dissolve(4, 4), clip(50, 8)))
    assert len(got) == 16
    for index in (4, 6, 8, 11):
        share = (index - 4) / 8
        want = mixed((1 - share, 10 + index), (share, 42 + index))
        assert np.abs(got[index] - want).max() < 0.05, index
    assert [read_frame_number(got[i]) for i in (3, 12)] == [13, 54]


def test_a_fade_shows_what_lies_below(clip):
    got = grey(track(clip(80, 12)), track(gap(4), dissolve(0, 4), clip(10, 8)))
    for index, share in ((5, 0.25), (6, 0.5)):
        assert np.abs(got[index] - mixed((1 - share, 80 + index), (share, 6 + index))).max() < 0.05
    faded = grey(track(clip(10, 8), dissolve(4, 0)))
    assert np.abs(faded[6] - mixed((0.5, 16))).max() < 0.05


def test_the_preview_shows_the_dissolve_too(tmp_path, clip):
    made = otio.schema.Timeline("t")
    made.tracks.append(track(clip(10, 8), dissolve(4, 4), clip(50, 8)))
    spans = picture_spans(made, clip_views(made, tmp_path))
    write_preview(tmp_path / "p.mp4", spans, [], 16 / RATE, rate=RATE)
    image = thumbnail(tmp_path / "p.mp4", 8 / RATE, 36).mean(-1) / 255
    assert np.abs(image - mixed((0.5, 18), (0.5, 50))).mean() < 0.06


def test_sound_fades_across(tmp_path):
    import soundfile

    for name, level in (("low", 0.25), ("high", 0.5)):
        soundfile.write(tmp_path / f"{name}.wav", np.full(48_000 * 4, level, np.float32), 48_000, subtype="FLOAT")

    def heard(name: str) -> otio.schema.Clip:
        media = otio.schema.ExternalReference(f"{name}.wav", frames(0, 96))
        return otio.schema.Clip(name, media, frames(24, 24))

    made = otio.schema.Timeline("t")
    made.tracks.append(track(heard("low"), dissolve(12, 12), heard("high"), kind="Audio"))
    sound = mix(sound_spans(made, clip_views(made, tmp_path)), 2)[:, 0]
    at = [float(sound[round(second * 48_000)]) for second in (0.4, 0.75, 1.0, 1.25, 1.6)]
    assert at == pytest.approx([0.25, 0.3125, 0.375, 0.4375, 0.5], abs=1e-3)


# Numbered pictures.


@pytest.fixture
def shots(tmp_path):
    """`shots(numbers)` writes s.1001.png and so on, each carrying the end of its number."""

    def made(numbers, suffix: str = ".png") -> None:
        (tmp_path / "shots").mkdir(exist_ok=True)
        for number in numbers:
            path = tmp_path / "shots" / f"s.{number:04d}{suffix}"
            with av.open(str(path), "w", format="image2") as out:
                stream = out.add_stream("png", rate=24)
                stream.height, stream.width, stream.pix_fmt = 72, 128, "rgb24"
                out.mux(stream.encode(av.VideoFrame.from_ndarray(numbered_frame(number, (72, 128)), format="rgb24")))
                out.mux(stream.encode(None))

    return made


def sequence(first: int, count: int, step: int = 1, policy: str = "error", **more) -> otio.schema.ImageSequenceReference:
    kind = otio.schema.ImageSequenceReference.MissingFramePolicy
    return otio.schema.ImageSequenceReference(
        "shots/", "s.", ".png", first, step, RATE, 4, getattr(kind, policy), available_range=frames(HOUR, count), **more
    )


def test_numbered_pictures(tmp_path, shots):
    shots(range(1001, 1013))
    shown = otio.schema.Clip("s", sequence(1001, 12), frames(HOUR + 3, 6), effects=[])
    back = otio.schema.Clip("s", sequence(1001, 12), frames(HOUR + 3, 6), effects=[warp(-1)])
    low = 1001 % 256
    assert seen(track(shown, back), folder=tmp_path) == [*run(low + 3, 6), *run(low + 8, 6, -1)]
    (view, _) = clip_views(_with(shown, back), tmp_path)
    info = probe(view.media)
    assert (info.width, info.height, info.rate, info.duration) == (128, 72, 24, 0.5)
    assert read_frame_number(thumbnail(view.media, 2 / 24, 36)) == low + 2


def test_numbered_pictures_that_moved_are_found_in_a_search_folder(tmp_path, shots):
    shots(range(1, 5))
    (tmp_path / "shots").rename(tmp_path / "moved")
    cut = _with(otio.schema.Clip("s", sequence(1, 4)))
    elsewhere = tmp_path / "cut"
    assert clip_views(cut, elsewhere)[0].media is None
    (view,) = clip_views(cut, elsewhere, [tmp_path])
    assert read_frame_number(thumbnail(view.media, 2 / 24, 36)) == 3


def test_pictures_on_twos_stand_for_two_frames(tmp_path, shots):
    shots(range(2, 14, 2))
    assert seen(track(otio.schema.Clip("s", sequence(2, 12, 2))), folder=tmp_path) == [2, 2, 4, 4, 6, 6, 8, 8, 10, 10, 12, 12]


@pytest.mark.parametrize(("policy", "numbers"), [("hold", [1, 2, 2, 4]), ("black", [1, 2, 0, 4])])
def test_a_missing_picture_is_what_the_timeline_says(tmp_path, shots, policy, numbers):
    shots([1, 2, 4])
    assert seen(track(otio.schema.Clip("s", sequence(1, 4, policy=policy))), folder=tmp_path) == numbers


def test_a_missing_picture_is_an_error_that_names_it(tmp_path, shots):
    shots([1, 2, 4])
    with pytest.raises(MediaError, match="s.0003.png") as caught:
        seen(track(otio.schema.Clip("shot", sequence(1, 4))), folder=tmp_path)
    assert (caught.value.clip, caught.value.timecode) == ("shot", "01:00:00:00")


def test_a_proxy_of_pictures_stands_in_for_what_is_offline(tmp_path, shots):
    shots(range(1, 5))
    shown = otio.schema.Clip("s", source_range=frames(HOUR, 4))
    gone = otio.schema.ExternalReference("/gone/s.mov", frames(HOUR, 4))
    shown.set_media_references({"DEFAULT_MEDIA": gone, "proxy": sequence(1, 4)}, "DEFAULT_MEDIA")
    assert seen(track(shown), folder=tmp_path) == [1, 2, 3, 4]


def _with(*clips) -> otio.schema.Timeline:
    made = otio.schema.Timeline("t")
    made.tracks.append(track(*(one.clone() for one in clips)))
    return made
