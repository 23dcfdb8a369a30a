"""Playing: J-K-L, starting at once, and following whoever moves the playhead."""

from __future__ import annotations

import time
from pathlib import Path

import av
import numpy as np
import opentimelineio as otio
import pytest
from PySide6.QtCore import Qt

from films import combed, turn, write_interlaced
from vssflow_studio.ui.viewer.frames import FrameReader, Frames


def press(qtbot, window, key: Qt.Key) -> None:
    window.timeline_view.setFocus()
    qtbot.keyClick(window.timeline_view, key)


@pytest.fixture
def long_cut(window, tmp_path: Path, movie, make_timeline):
    """Four minutes of picture, and of sound on two tracks."""
    timeline = make_timeline(*[movie] * 60, frames=96)
    for name in ("A1", "A2"):
        track = otio.schema.Track(name, kind="Audio")
        track.extend(clip.clone() for clip in timeline.tracks[0])
        timeline.tracks.append(track)
    path = tmp_path / "long.otio"
    otio.adapters.write_to_file(timeline, str(path))
    assert window.open(path)
    return window


def test_keys_shuttle_as_editors_know_it(qtbot, opened) -> None:
    player, speeds = opened.player, []
    opened.model.seek(48)
    for key in "LLLLJJJJL":
        press(qtbot, opened, getattr(Qt.Key, f"Key_{key}"))
        speeds.append(player.speed)
    assert speeds == [1, 2, 4, 8, -1, -2, -4, -8, 1]
    press(qtbot, opened, Qt.Key.Key_K)
    assert player.speed == 0 and not player.playing


def test_speeds_move_the_playhead_as_fast_as_they_say(qtbot, long_cut) -> None:
    model, player = long_cut.model, long_cut.player

    def now() -> tuple[float, float]:
        player.tick()
        return model.playhead.value, time.monotonic()

    for times, direction in ((1, 1), (2, 1), (3, 1), (4, 1), (1, -1), (2, -1)):
        player.pause()
        model.seek(2000)
        for _ in range(times):
            player.shuttle(direction)
        qtbot.waitUntil(player._timer.isActive, timeout=20_000)
        begin, begun = now()
        qtbot.wait(400)
        end, ended = now()
        moved, passed = end - begin, ended - begun
        expected = direction * 2 ** (times - 1) * 24 * passed
        assert moved == pytest.approx(expected, abs=abs(expected) * 0.1 + 4)
    player.pause()


def test_backwards_ends_at_the_first_frame(qtbot, opened) -> None:
    opened.model.seek(8)
    opened.player.shuttle(-1)
    qtbot.waitUntil(lambda: not opened.player.playing, timeout=5000)
    assert opened.model.playhead.value == 0
    opened.player.shuttle(-1)
    assert not opened.player.playing


def test_forwards_ends_at_the_last_frame_and_begins_anew(qtbot, opened) -> None:
    opened.model.seek(86)
    opened.player.toggle()
    qtbot.waitUntil(lambda: not opened.player.playing, timeout=8000)
    assert opened.model.playhead.value == 95
    opened.player.toggle()
    assert opened.model.playhead.value == 0 and opened.player.playing
    opened.player.pause()


def test_the_speed_is_said_where_it_is_not_the_usual_one(opened) -> None:
    opened.model.seek(48)
    opened.player.shuttle(-1)
    opened.player.shuttle(-1)
    assert opened.viewer._speed.text() == "◀ 2×"
    opened.player.pause()
    assert opened.viewer._speed.text() == ""


def test_play_begins_at_once_on_a_long_timeline(qtbot, long_cut) -> None:
    took = []
    for _ in range(4):  # the first may load the sound system; a busy machine may stumble
        begun = time.monotonic()
        long_cut.player.toggle()
        qtbot.waitUntil(lambda: long_cut.player._timer.isActive(), timeout=8000)
        took.append(time.monotonic() - begun)
        long_cut.player.pause()
    assert min(took) < 0.3


def test_a_moved_playhead_is_followed_while_playing(qtbot, long_cut) -> None:
    long_cut.player.shuttle(1)
    qtbot.waitUntil(lambda: long_cut.model.playhead.value >= 3, timeout=8000)
    long_cut.model.seek(3000)
    qtbot.waitUntil(lambda: long_cut.model.playhead.value >= 3003, timeout=8000)
    assert long_cut.player.playing and long_cut.model.playhead.value < 3100
    long_cut.player.pause()


def test_frames_are_right_forwards_and_backwards(movie, frame_number) -> None:
    import numpy as np

    frames = Frames(str(movie), 1.5)
    for wanted in (36, 37, 50, 49, 48, 40, 41, 36):
        second = (wanted + 0.25) / 24
        if not frames.has_near(second):
            frames = Frames(str(movie), second)
        image = frames.at(second)
        pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
        assert frame_number(pixels[:, : 3 * image.width()].reshape(image.height(), -1, 3)) == wanted


def test_a_film_from_a_phone_stands_upright(make_movie, frame_number, tmp_path) -> None:
    image = Frames(str(turn(make_movie(tmp_path / "phone.mov", 1), 3)), 0.0).at(0.5)
    assert (image.width(), image.height()) == (72, 128)
    seen = np.frombuffer(image.constBits(), np.uint8).reshape(128, image.bytesPerLine())[:, : 3 * 72]
    assert frame_number(np.rot90(seen.reshape(128, 72, 3), -3)) == 12


def test_the_two_fields_of_an_interlaced_film_make_no_combs(tmp_path) -> None:
    film = write_interlaced(tmp_path / "fields.mp4")
    with av.open(str(film)) as container:
        decoded = list(container.decode(video=0))
    assert all(frame.interlaced_frame for frame in decoded)
    for number, frame in enumerate(decoded):
        image = Frames(str(film), 0.0).at((number + 0.5) / 25)
        seen = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
        seen = seen[:, : 3 * image.width() : 3].astype(int)
        assert combed(frame.to_ndarray(format="rgb24")[:, :, 0].astype(int)) > 5
        assert combed(seen) < 0.5
        assert seen.max() > 200 and (seen[:, 64 + 8 * number] > 200).all()  # the bar is where the first field has it


def test_a_picture_that_is_shown_is_not_decoded_again_but_one_that_failed_is(qtbot, movie, tmp_path) -> None:
    reader, shown, failed, missing = FrameReader(), [], [], str(tmp_path / "gone.mp4")
    reader.shown.connect(lambda image: shown.append(image.isNull()))
    reader.failed.connect(failed.append)
    reader.want(str(movie), 0.5)
    qtbot.waitUntil(lambda: shown == [False])
    for _ in range(2):
        reader.want(str(movie), 0.5)  # as every edit does
        qtbot.wait(50)
    reader.want(missing, 0.5)
    qtbot.waitUntil(lambda: failed == [missing])
    assert shown == [False, True]
    reader.want(missing, 0.5)  # it may be back
    qtbot.waitUntil(lambda: failed == [missing] * 2)
    reader.close()
