from __future__ import annotations

import os
import subprocess
import sys
from fractions import Fraction

import av
import numpy as np
import pytest

from films import combed, turn, write_interlaced
from vssflow_studio.errors import Cancelled, MediaError, StorageError
from vssflow_studio.media.preview import write_preview
from vssflow_studio.media.sound import read_sound
from vssflow_studio.media.span import Span
from vssflow_studio.media.video import colour_frames, grey_frames, probe, thumbnail

RATE = 48_000


def span(media, start=0.0, offset=0.0, duration=1.0, **more) -> Span:
    return Span(str(media), start, offset, duration, **more)


@pytest.mark.parametrize("rate", [24, 25, Fraction(30000, 1001), 23.976])
def test_picture_and_sound_are_in_step(tmp_path, movie, frame_number, rate):
    path, steps = tmp_path / "p.mp4", []
    write_preview(
        path,
        [span(movie, 1.0, 0.0, 2.0)],
        [span(movie, 1.5, 0.5, 1.5)],
        2.0,
        rate=rate,
        on_step=lambda done, total: steps.append((done, total)),
    )
    info = probe(path)
    assert (info.height, info.width, info.has_audio) == (360, 640, True)
    assert info.rate == pytest.approx(float(rate), abs=1e-3)
    got = grey_frames([span(path, 0.0, 0.0, 1.9)], 1.9, float(rate), (36, 64))
    want = [24 + int(i / float(rate) * 24 + 1e-3) for i in range(len(got))]
    assert [frame_number(frame) for frame in got] == want
    loud = np.flatnonzero(np.abs(read_sound(path)[:, 0]) > 0.3)
    assert loud[0] == pytest.approx(RATE, abs=48)  # the film's click at its second second
    assert steps[0] == (1, steps[0][1]) and steps[-1] == (steps[0][1],) * 2
    with av.open(str(path)) as container:
        assert container.streams.audio[0].channels == 2
        assert container.streams.audio[0].rate == RATE


def test_the_two_fields_of_an_interlaced_film_make_no_combs(tmp_path):
    film, path = write_interlaced(tmp_path / "fields.mp4"), tmp_path / "p.mp4"
    write_preview(path, [span(film, 0.0, 0.0, 0.4)], [], 0.4, rate=25, size=(240, 320))
    assert max(map(combed, _red(path))) < 2 < 5 < min(map(combed, _red(film)))
    assert combed(thumbnail(film, 0.2, 240)[:, :, 0].astype(int)) < 0.5


def _red(film):
    return colour_frames([span(film, 0.0, 0.0, 0.4)], 0.4, 25, (240, 320))[:, :, :, 0].astype(int)


def test_black_where_no_picture_lies_and_where_it_can_not_be_read(tmp_path, movie, frame_number):
    path, broken = tmp_path / "p.mp4", tmp_path / "broken.mp4"
    broken.write_text("no film")
    spans = [span(movie, 1.0, 0.5, 0.5), span(broken, 0.0, 1.0, 0.5), span(movie, 2.0, 1.5, 0.25)]
    write_preview(path, spans, [span(broken)], 2.0, rate=24)
    got = grey_frames([span(path, 0.0, 0.0, 2.0)], 2.0, 24, (36, 64))
    numbers = [frame_number(frame) for frame in got]
    assert numbers == [0] * 12 + [*range(24, 36)] + [0] * 12 + [*range(48, 54)] + [0] * 6


def test_a_clip_in_reverse(tmp_path, movie, frame_number):
    write_preview(tmp_path / "p.mp4", [span(movie, 1.0, 0.0, 0.5, speed=-1.0)], [], 0.5, rate=24)
    got = grey_frames([span(tmp_path / "p.mp4", 0.0, 0.0, 0.5)], 0.5, 24, (36, 64))
    assert [frame_number(frame) for frame in got] == list(range(23, 11, -1))


@pytest.mark.parametrize("quarters", [0, 3])
def test_the_aspect_is_kept(tmp_path, make_movie, quarters):
    """A tall picture, also one that a phone has laid on its side."""
    tall = make_movie(tmp_path / "tall.mp4", 0.5, size=(64, 128) if quarters else (128, 64), sound=False)
    if quarters:
        turn(tall, quarters)
    write_preview(tmp_path / "p.mp4", [span(tall, 0.25, 0.0, 0.2)], [], 0.2, rate=25, size=(181, 321))
    image = thumbnail(tmp_path / "p.mp4", 0.0, 180)
    assert image.shape == (180, 320, 3)
    lit = np.flatnonzero(image.mean((0, 2)) > 60)
    assert 115 <= lit[0] and lit[-1] < 205  # 90 of 320 columns, in the middle


def test_pixels_that_are_no_squares_are_widened(tmp_path):
    with av.open(str(tmp_path / "dv.mp4"), "w") as out:
        video = out.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = 64, 72, "yuv420p"
        video.codec_context.sample_aspect_ratio = Fraction(2, 1)
        for _ in range(5):
            out.mux(video.encode(av.VideoFrame.from_ndarray(np.full((72, 64, 3), 200, np.uint8), format="rgb24")))
        out.mux(video.encode(None))
    assert thumbnail(tmp_path / "dv.mp4", 0.0, 36).shape == (36, 64, 3)
    write_preview(tmp_path / "p.mp4", [span(tmp_path / "dv.mp4", 0.0, 0.0, 0.2)], [], 0.2, rate=25, size=(180, 320))
    assert thumbnail(tmp_path / "p.mp4", 0.0, 180).mean((0, 2)).min() > 150, "no black beside it"


def test_stopping_leaves_nothing(tmp_path, movie):
    def stop(done, total):
        if done == 5:
            raise Cancelled

    with pytest.raises(Cancelled):
        write_preview(tmp_path / "p.mp4", [span(movie)], [], 1.0, rate=24, on_step=stop)
    assert os.listdir(tmp_path) == []


def test_nothing_to_show(tmp_path):
    with pytest.raises(MediaError, match="nothing to show"):
        write_preview(tmp_path / "p.mp4", [], [], 0.0, rate=24)
    assert os.listdir(tmp_path) == []


def test_no_such_folder(tmp_path, movie):
    with pytest.raises(StorageError):
        write_preview(tmp_path / "none" / "p.mp4", [span(movie)], [], 1.0, rate=24)


def test_a_full_disk(tmp_path, movie):
    script = f"""
import resource, signal
from pathlib import Path
from vssflow_studio.errors import StorageError
from vssflow_studio.media.preview import write_preview
from vssflow_studio.media.span import Span
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
film = {str(movie)!r}
try:
    write_preview(Path({str(tmp_path / "p.mp4")!r}), [Span(film, 0, 0, 3)], [Span(film, 0, 0, 3)], 3.0, rate=24)
except StorageError as error:
    print(error)
"""
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert "nothing was changed" in out.stdout, out.stderr
    assert os.listdir(tmp_path) == []
