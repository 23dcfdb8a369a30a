"""J-K-L with K held, stepping and scrubbing with sound, loops, in to out, solos, volume, meter, full screen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import opentimelineio as otio
import pytest
import soundfile
from opentimelineio.opentime import RationalTime, TimeRange
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage

from vssflow_studio.media.sound_cache import RATE
from vssflow_studio.ui.viewer.full_screen import FullScreen
from vssflow_studio.ui.viewer.listening import stem_tracks
from vssflow_studio.ui.viewer.screen import Screen
from vssflow_studio.ui.window.main_window import MainWindow


@pytest.fixture
def sounding(window, tmp_path: Path, movie, make_timeline):
    """Eight seconds of picture with a tone under it."""
    times = np.arange(8 * RATE) / RATE
    soundfile.write(tmp_path / "tone.wav", 0.5 * np.sin(2 * np.pi * 330 * times), RATE, subtype="PCM_16")
    timeline = make_timeline(movie, movie, frames=96)
    range_ = TimeRange(RationalTime(0, 24), RationalTime(192, 24))
    track = otio.schema.Track("A1", kind="Audio")
    track.append(otio.schema.Clip("tone", otio.schema.ExternalReference(str(tmp_path / "tone.wav"), range_), range_))
    timeline.tracks.append(track)
    path = tmp_path / "sounding.otio"
    otio.adapters.write_to_file(timeline, str(path))
    assert window.open(path)
    window.timeline_view.setFocus()
    return window


def at(window) -> float:
    return window.model.playhead.value


def is_silent(monitor, heard: list = [0]) -> bool:
    """Whether 50 ms were played since this was last asked, and nothing was in them."""
    if monitor.pulled < heard[0] + RATE // 20:
        heard[0] = min(heard[0], monitor.pulled)
        return False
    heard[0] = monitor.pulled
    return monitor.peaks() == (0.0, 0.0)


def test_k_held_with_l_plays_slowly_until_it_is_released(qtbot, sounding) -> None:
    view, player = sounding.timeline_view, sounding.player
    sounding.model.seek(48)
    qtbot.keyPress(view, Qt.Key.Key_K)
    qtbot.keyPress(view, Qt.Key.Key_L)
    assert player.speed == 0.25 and sounding.viewer._speed.text() == "▶ ¼×"
    qtbot.waitUntil(lambda: at(sounding) >= 52, timeout=10_000)
    qtbot.keyRelease(view, Qt.Key.Key_L)
    assert not player.playing
    qtbot.keyPress(view, Qt.Key.Key_J)
    assert player.speed == -0.25
    qtbot.keyRelease(view, Qt.Key.Key_K)
    assert not player.playing
    qtbot.keyPress(view, Qt.Key.Key_L)
    assert player.speed == 1
    qtbot.keyRelease(view, Qt.Key.Key_L)
    assert player.speed == 1  # as always without K
    player.pause()


def test_a_tap_of_k_with_j_or_l_is_one_frame(qtbot, sounding) -> None:
    view = sounding.timeline_view
    sounding.model.seek(48)
    qtbot.keyPress(view, Qt.Key.Key_K)
    for key, frame in ((Qt.Key.Key_L, 49), (Qt.Key.Key_L, 50), (Qt.Key.Key_J, 49)):
        qtbot.keyClick(view, key)
        assert at(sounding) == frame and not sounding.player.playing
    qtbot.keyRelease(view, Qt.Key.Key_K)


def test_a_step_sounds_that_frame(qtbot, sounding) -> None:
    monitor = sounding.player.monitor
    sounding.viewer.meter.hide()
    monitor.peaks()
    qtbot.keyClick(sounding.timeline_view, Qt.Key.Key_Right)
    assert at(sounding) == 1
    qtbot.waitUntil(lambda: monitor.peaks()[0] > 0.4, timeout=10_000)
    qtbot.waitUntil(lambda: not monitor.sounding, timeout=10_000)


def test_dragging_the_playhead_sounds_and_a_click_elsewhere_does_not(qtbot, sounding) -> None:
    monitor, view = sounding.player.monitor, sounding.timeline_view.viewport()
    sounding.viewer.meter.hide()
    monitor.peaks()
    sounding.model.seek(20)  # by a command, not by hand
    qtbot.wait(150)
    assert monitor.peaks() == (0.0, 0.0)
    x = [round(sounding.timeline_view.places.x_of(frame)) for frame in (30, 60, 61)]
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(x[0], 8))
    qtbot.mouseMove(view, QPoint(x[1], 8))
    qtbot.waitUntil(lambda: monitor.peaks()[0] > 0.4, timeout=10_000)
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(x[1], 8))
    assert at(sounding) == pytest.approx(60, abs=1) and not sounding.player.scrubbing


def test_the_marked_range_goes_round(qtbot, sounding) -> None:
    model = sounding.model
    model.mark(RationalTime(24, 24), RationalTime(36, 24))
    seen = []
    model.listen("playhead", lambda: seen.append(at(sounding)))
    sounding.actions_["loop"].trigger()
    qtbot.waitUntil(lambda: sum(b < a for a, b in zip(seen, seen[1:], strict=False)) >= 2, timeout=15_000)
    assert sounding.player.looping and set(seen[1:]) <= set(range(24, 36))
    sounding.actions_["loop"].trigger()
    assert not sounding.player.playing


def test_a_selected_cue_goes_round_with_pre_roll(qtbot, sounding) -> None:
    sounding.model.seek(72)
    cue = sounding.undo_stack.add("foley")
    sounding.model.select_cue(cue.id)
    sounding.actions_["loop"].trigger()
    assert at(sounding) == 72 - 12 and sounding.player._loop == (2.5, 5.0)
    sounding.model.seek(150)  # somewhere else: it plays on from there
    qtbot.waitUntil(lambda: at(sounding) > 152, timeout=10_000)
    assert sounding.player.playing and not sounding.player.looping
    sounding.player.pause()


def test_in_to_out_stops_at_the_out_point(qtbot, sounding) -> None:
    sounding.model.mark(RationalTime(48, 24), RationalTime(60, 24))
    sounding.actions_["play_marked"].trigger()
    assert at(sounding) == 48
    qtbot.waitUntil(lambda: not sounding.player.playing, timeout=10_000)
    assert at(sounding) == 59
    assert "01:00:02:00" in sounding.viewer.marked.text() and "01:00:02:12" in sounding.viewer.marked.text()


def test_a_solo_is_heard_at_once_and_shown(qtbot, sounding) -> None:
    stems = sounding.viewer.stems
    assert stem_tracks(sounding.model)["original"] == {1} and not stems.buttons["dialogue"].isEnabled()
    sounding.player.toggle()
    qtbot.waitUntil(lambda: at(sounding) >= 3, timeout=10_000)
    sounding.model.set_heard(frozenset({1}), frozenset())
    sounding.viewer.meter.hide()
    qtbot.waitUntil(lambda: is_silent(sounding.player.monitor), timeout=10_000)
    assert sounding.player.playing
    qtbot.mouseClick(stems.buttons["original"], Qt.MouseButton.LeftButton)
    assert sounding.model.soloed == {1} and stems.buttons["original"].isChecked()
    qtbot.waitUntil(lambda: sounding.player.monitor.peaks()[0] > 0.4, timeout=5000)
    qtbot.mouseClick(stems.buttons["original"], Qt.MouseButton.LeftButton)
    assert sounding.model.soloed == frozenset()
    sounding.player.pause()


def test_volume_and_mute_are_remembered(qtbot, sounding) -> None:
    volume = sounding.viewer.volume
    volume.slider.setValue(40)
    qtbot.mouseClick(volume.mute, Qt.MouseButton.LeftButton)
    assert sounding.player.monitor.muted and sounding.player.monitor.volume == 0.4
    other = MainWindow()
    qtbot.addWidget(other)
    assert other.viewer.volume.slider.value() == 40 and other.player.monitor.muted
    other.close()


def test_the_meter_shows_what_is_played(qtbot, sounding) -> None:
    meter = sounding.viewer.meter
    sounding.player.toggle()
    qtbot.waitUntil(lambda: max(meter.levels) > -6.5, timeout=10_000)
    assert max(meter.levels) == pytest.approx(-6.0, abs=0.3)
    assert "dBFS" in meter.accessibleDescription()
    sounding.player.pause()
    qtbot.waitUntil(lambda: max(meter.levels) == -60, timeout=10_000)


def test_dropped_frames_are_said_only_where_there_are_any(sounding) -> None:
    viewer = sounding.viewer
    assert viewer.dropped.isHidden()
    sounding.player.dropped_changed.emit(3)
    assert viewer.dropped.isVisible() and viewer.dropped.text() == "3 dropped"
    sounding.player.dropped_changed.emit(0)
    assert viewer.dropped.isHidden()


def test_an_offline_clip_says_its_name(qtbot, window, tmp_path: Path, make_movie, make_timeline) -> None:
    film = make_movie(tmp_path / "gone.mp4", 2)
    otio.adapters.write_to_file(make_timeline(film), str(tmp_path / "cut.otio"))
    film.unlink()
    assert window.open(tmp_path / "cut.otio")
    assert window.screen_.note.startswith("Offline: gone.mp4\nTimeline ▸ Offline Media")
    qtbot.waitUntil(lambda: window.screen_.image is not None and window.screen_.image.isNull(), timeout=5000)
    image, middle = window.screen_.grab().toImage(), window.screen_.height() // 2
    first = middle - window.screen_.fontMetrics().lineSpacing() // 2  # of two lines
    colours = {image.pixelColor(x, first).name() for x in range(window.screen_.width())}
    assert len(colours) > 2  # it is written there


def test_the_picture_has_its_own_aspect(qtbot, tmp_path: Path, movie) -> None:
    import av

    from vssflow_studio.ui.viewer.frames import Frames

    wide = tmp_path / "anamorphic.mp4"
    with av.open(str(movie)) as source, av.open(str(wide), "w") as out:
        stream = out.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 128, 72, "yuv420p"
        stream.codec_context.sample_aspect_ratio = 2
        for frame in source.decode(video=0):
            out.mux(stream.encode(frame.reformat(128, 72, "yuv420p")))
            break
        out.mux(stream.encode(None))
    image = Frames(str(wide), 0.0).at(0.0)
    assert image.width() / image.height() == pytest.approx(2 * 128 / 72, rel=0.02)
    screen = Screen()
    qtbot.addWidget(screen)
    screen.resize(400, 400)
    screen.show_image(image)
    where = screen.picture_rect()
    assert where.width() == 400 and where.height() == pytest.approx(400 * 72 / 256, abs=1) and where.center().y() == 200


def test_safe_areas_are_off_until_asked_for(qtbot, sounding) -> None:
    screen = sounding.screen_
    screen.show_image(QImage(64, 36, QImage.Format.Format_RGB888))
    screen.image.fill(0)
    before = screen.grab().toImage()
    sounding.actions_["safe_areas"].trigger()
    assert screen.safe_areas and screen.grab().toImage() != before
    sounding.actions_["safe_areas"].trigger()
    assert screen.grab().toImage() == before


def _has_picture(screen: Screen) -> bool:
    return screen.image is not None and not screen.image.isNull()


def test_full_screen_keeps_the_keys_and_esc_leaves(qtbot, sounding) -> None:
    qtbot.waitUntil(lambda: _has_picture(sounding.screen_), timeout=5000)
    first = sounding.screen_.image
    sounding.actions_["viewer_full"].trigger()
    view = sounding.findChild(FullScreen)
    assert view.isFullScreen() and view.screen_.image == first
    sounding.model.seek(30)
    qtbot.waitUntil(lambda: view.screen_.image == sounding.screen_.image != first, timeout=5000)
    qtbot.waitExposed(view)
    view.activateWindow()
    qtbot.keyClick(view, Qt.Key.Key_L)
    assert sounding.player.speed == 1
    qtbot.keyClick(view, Qt.Key.Key_K)
    assert not sounding.player.playing
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: sounding.transport.full_screen is None, timeout=5000)


def test_a_device_that_goes_is_no_halt(qtbot, sounding) -> None:
    player = sounding.player
    player.toggle()
    qtbot.waitUntil(lambda: at(sounding) >= 3, timeout=10_000)
    before, was = player._output, at(sounding)
    player._reopen()
    assert player._output is not before
    qtbot.waitUntil(lambda: at(sounding) >= was + 6, timeout=10_000)
    assert player.playing
    player.pause()
