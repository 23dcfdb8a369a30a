from __future__ import annotations

import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.stream import Disposition

from films import clicks, numbered_frame, turn
from vssflow_studio.errors import Cancelled, MediaError
from vssflow_studio.media.span import Span
from vssflow_studio.media.video import colour_frames, grey_frames, probe, thumbnail

SIZE = (36, 64)


def span(media, start=0.0, offset=0.0, duration=1.0, **more) -> Span:
    return Span(str(media), start, offset, duration, clip="sh010", timecode="01:00:02:00", **more)


def test_probe(movie, tmp_path, make_movie):
    info = probe(movie)
    assert (info.width, info.height, info.rate, info.has_video, info.has_audio) == (128, 72, 24, True, True)
    assert info.duration == pytest.approx(4, abs=0.05)
    silent = probe(make_movie(tmp_path / "s.mkv", 1, 25, sound=False))
    assert (silent.has_video, silent.has_audio, silent.rate) == (True, False, 25)


def test_frames_are_those_seen(movie, frame_number):
    got = grey_frames([span(movie, 1.0, 0.0, 2.0)], 2.0, 24, SIZE)
    assert got.dtype == np.float32 and got.shape == (48, *SIZE)
    assert [frame_number(frame) for frame in got] == list(range(24, 72))


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_picture_that_lies_on_its_side_is_turned(quarters, tmp_path, make_movie, frame_number):
    film = turn(make_movie(tmp_path / "phone.mov", 1), quarters)
    tall, wide = (128, 72) if quarters % 2 else (72, 128)
    got = grey_frames([span(film)], 1.0, 24, (tall // 2, wide // 2))
    assert [frame_number(np.rot90(frame, -quarters)) for frame in got[:3]] == [0, 1, 2]
    coloured = colour_frames([span(film)], 1.0, 24, (tall // 2, wide // 2))
    assert frame_number(np.rot90(coloured[11], -quarters)) == 11
    small = thumbnail(film, 0.5, tall // 2)
    assert small.shape == (tall // 2, wide // 2, 3) and frame_number(np.rot90(small, -quarters)) == 12


def test_grey_runs_from_black_to_white(movie):
    got = grey_frames([span(movie, 1.0)], 1.0, 24, SIZE)  # frame 24 has bits 3 and 4
    assert got[0].min() < 0.02 and got[0].max() > 0.98


def test_colour_is_the_same_picture_in_rgb(tmp_path, frame_number):
    path = tmp_path / "red.mp4"
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=24)
        video.height, video.width, video.pix_fmt = 72, 128, "yuv420p"
        for index in range(24):
            picture = numbered_frame(index, (72, 128)) * np.uint8([1, 0, 0])
            out.mux(video.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        out.mux(video.encode())
    got = colour_frames([span(path, 0.0, 0.5, 0.5)], 1.0, 24, (36, 64))
    assert got.dtype == np.uint8 and got.shape == (24, 36, 64, 3)
    assert not got[:12].any() and got[..., 0].max() > 230 and got[..., 1:].max() < 40
    assert [frame_number(frame * 3.0) for frame in got[12:]] == list(range(12))


@pytest.mark.parametrize("rate", [Fraction(24000, 1001), 25, Fraction(30000, 1001), 50])
@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_each_rate_is_seen_at_the_models_rate(tmp_path, make_movie, frame_number, rate, suffix):
    path = make_movie(tmp_path / f"a.{suffix}", 2, rate, sound=False)
    got = grey_frames([span(path, 0.0, 0.0, 1.9)], 1.9, 25, SIZE)
    step = Fraction(1, 1000) if suffix == "mkv" else Fraction(1, 10_000)  # a Matroska has milliseconds
    begins = [round(k / rate / step) * step - step * 6 / 10 for k in range(100)]
    want = [sum(begin <= Fraction(i, 25) for begin in begins) - 1 for i in range(len(got))]
    assert [frame_number(frame) for frame in got] == want


def test_spans_stand_at_their_offsets_and_black_between(movie, frame_number):
    spans = [span(movie, 2.0, 0.5, 0.5), span(movie, 0.0, 1.5, 9.0)]
    got = grey_frames(spans, 2.0, 24, SIZE)
    numbers = [frame_number(frame) for frame in got]
    assert numbers == [0] * 12 + list(range(48, 60)) + [0] * 12 + list(range(12))
    assert not got[:12].any() and not got[24:36].any()


def test_a_span_that_began_before_the_window(movie, frame_number):
    got = grey_frames([span(movie, 0.0, -1.0, 1.5)], 1.0, 24, SIZE)
    assert [frame_number(frame) for frame in got] == [*range(24, 36), *[0] * 12]


@pytest.mark.parametrize(
    ("speed", "numbers"),
    [(2.0, [24, 26, 28]), (0.5, [24, 24, 25]), (0.0, [24, 24, 24]), (-1.0, [23, 22, 21])],
)
def test_speed(movie, frame_number, speed, numbers):
    got = grey_frames([span(movie, 1.0, 0.0, 0.5, speed=speed)], 0.5, 24, SIZE)
    assert [frame_number(frame) for frame in got[:3]] == numbers


def test_variable_frame_rate_goes_by_timestamps(tmp_path, frame_number):
    path = tmp_path / "phone.mp4"
    begins = [0, 40, 100, 400, 420, 900]  # milliseconds
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=1000)
        stream.height, stream.width, stream.pix_fmt = 72, 128, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        for number, begin in enumerate(begins, start=1):
            frame = av.VideoFrame.from_ndarray(numbered_frame(number, (72, 128)), format="rgb24")
            frame.pts, frame.time_base = begin, Fraction(1, 1000)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    got = grey_frames([span(path)], 1.0, 50, SIZE)
    want = [sum(begin <= i * 20 for begin in begins) for i in range(50)]
    assert [frame_number(frame) for frame in got] == want


def test_a_still_is_seen_for_ever(tmp_path, frame_number):
    path = tmp_path / "card.png"
    image = av.VideoFrame.from_ndarray(numbered_frame(9, (72, 128)), format="rgb24")
    with av.open(str(path), "w", format="image2") as out:
        stream = out.add_stream("png", rate=25)
        stream.height, stream.width, stream.pix_fmt = 72, 128, "rgb24"
        out.mux(stream.encode(image))
        out.mux(stream.encode(None))
    got = grey_frames([span(path, 0.0, 0.0, 6.0)], 6.0, 5, SIZE)
    assert [frame_number(frame) for frame in got] == [9] * 30


def test_the_last_frame_stands_for_a_second_and_no_longer(movie, frame_number):
    got = grey_frames([span(movie, 3.5, 0.0, 1.2)], 1.2, 24, SIZE)
    assert frame_number(got[-1]) == 95
    with pytest.raises(MediaError, match="ends at 4.00 s"):
        grey_frames([span(movie, 3.5, 0.0, 3.0)], 3.0, 24, SIZE)
    with pytest.raises(MediaError, match="before the clip does"):
        grey_frames([span(movie, 3600.0)], 1.0, 24, SIZE)


def bad(kind: str, folder: Path, movie: Path, make_movie) -> Path:
    path = folder / f"{kind}.mp4"
    if kind == "text":
        path.write_text("this is no film")
    elif kind == "empty":
        path.touch()
    elif kind == "cut":  # the index of an .mp4 stands at its end
        path.write_bytes(movie.read_bytes()[:9000])
    elif kind == "folder":
        path.mkdir()
    elif kind == "sound":
        import soundfile

        path = folder / "sound.wav"
        soundfile.write(path, np.zeros(4800), 48_000)
    return path


@pytest.mark.parametrize("kind", ["missing", "text", "empty", "cut", "folder", "sound"])
def test_bad_media_is_named_with_clip_and_timecode(tmp_path, movie, make_movie, kind):
    path = bad(kind, tmp_path, movie, make_movie)
    with pytest.raises(MediaError) as caught:
        grey_frames([span(path)], 1.0, 24, SIZE)
    error = caught.value
    assert (error.file, error.clip, error.timecode) == (str(path), "sh010", "01:00:02:00")
    assert error.remedy


def test_a_film_cut_short_in_the_middle_ends_early(tmp_path, make_movie):
    whole = make_movie(tmp_path / "whole.mkv", 6, sound=False).read_bytes()
    path = tmp_path / "short.mkv"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(MediaError, match="before the clip does"):
        grey_frames([span(path, 0.0, 0.0, 6.0)], 6.0, 24, SIZE)


def test_a_cover_is_no_picture(tmp_path):
    path = tmp_path / "song.mp4"
    with av.open(str(path), "w") as out:
        sound = out.add_stream("aac", rate=48_000, layout="mono")
        cover = out.add_stream("mjpeg", rate=1)
        cover.height, cover.width, cover.pix_fmt = 72, 128, "yuvj420p"
        cover.disposition = Disposition.attached_pic
        image = av.VideoFrame.from_ndarray(numbered_frame(9, (72, 128)), format="rgb24")
        out.mux(cover.encode(image))
        out.mux(cover.encode(None))
        block = av.AudioFrame.from_ndarray(clicks(1)[None], format="fltp", layout="mono")
        block.sample_rate, block.pts = 48_000, 0
        out.mux(sound.encode(block))
        out.mux(sound.encode(None))
    info = probe(path)
    assert (info.has_video, info.width, info.has_audio) == (False, 0, True)
    with pytest.raises(MediaError, match="no picture"):
        grey_frames([span(path)], 1.0, 24, SIZE)


def test_check_stops_the_decoding(movie):
    calls = []

    def check():
        calls.append(1)
        if len(calls) == 10:
            raise Cancelled

    with pytest.raises(Cancelled):
        grey_frames([span(movie, 0.9, 0.0, 3.0)], 3.0, 24, SIZE, check)
    assert len(calls) == 10


def test_thumbnail(movie, frame_number):
    image = thumbnail(movie, 2.5, 36)
    assert image.dtype == np.uint8 and image.shape == (36, 64, 3)
    assert frame_number(image) == 60


def test_hd_is_decoded_faster_than_it_plays(tmp_path, make_movie):
    path = make_movie(tmp_path / "hd.mp4", 2, 25, size=(1080, 1920), sound=False)
    begun = time.monotonic()
    grey_frames([span(path, 1.0, 0.0, 1.0)], 1.0, 25, SIZE)
    assert time.monotonic() - begun < 3.0
