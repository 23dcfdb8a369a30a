"""The takes panel: hear, compare, circle, rate, comment, adjust, remove, make again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from opentimelineio.opentime import RationalTime, TimeRange
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QLineEdit

from vssflow_studio.media.bwf import write_bwf
from vssflow_studio.media.sound_cache import RATE
from vssflow_studio.timeline.adjustments import heard_path
from vssflow_studio.timeline.cues import Adjustment, Cue, Take
from vssflow_studio.ui.takes.sound import with_other_take
from vssflow_studio.ui.takes.word_dialog import WordDialog

LEVELS = (0.1, 0.2, 0.4)
TONE = 330.0


def wav(path: Path, level: float, seconds: float = 3.0) -> None:
    times = np.arange(round(seconds * RATE)) / RATE
    sound = (level * np.sin(2 * np.pi * TONE * times)).astype(np.float32)
    write_bwf(path, sound, time_reference=3600 * RATE + RATE // 2, description="x", provenance={"synthetic": True})


def frames(value: float) -> RationalTime:
    return RationalTime(value, 24)


@pytest.fixture
def takes(opened):
    """The window with a line from 1 s to 3 s that has three takes, at three levels, the last one circled."""
    folder = opened.model.path.parent / "cut.takes"
    folder.mkdir()
    made = []
    for number, level in enumerate(LEVELS):
        wav(folder / f"t{number}.wav", level)
        provenance = {"synthetic": True, "seed": number, "voice": "Ada", "model": "draft", "text": "Hello there."}
        made.append(Take(f"t{number}", f"cut.takes/t{number}.wav", frames(12), frames(48), frames(12), provenance))
    cue = Cue("c", "dialogue", TimeRange(frames(24), frames(48)), "Hello there.", "ANNA", takes=tuple(made), circled="t2")
    opened.undo_stack.change(cue, "Add line")
    opened.undo_stack.clear()
    opened.model.select_cue("c")
    opened.docks.focus("takes")
    return opened


def panel_cue(window) -> Cue:
    return window.model.find("c")


def place(window, row: int, part: str) -> QPoint:
    listed = window.takes.list
    listed.scrollTo(listed.model().index(row, 0))
    where = listed.itemDelegate().places(listed.visualRect(listed.model().index(row, 0)))[part]
    return QPoint(where.left() + 4, where.center().y())


def click(qtbot, window, row: int, part: str, keys=Qt.KeyboardModifier.NoModifier) -> None:
    at = place(window, row, part)
    qtbot.mouseClick(window.takes.list.viewport(), Qt.MouseButton.LeftButton, keys, at)


def undo_names(window) -> list[str]:
    return [window.undo_stack.text(i) for i in range(window.undo_stack.count())]


def drawn(qtbot, window) -> None:
    qtbot.waitUntil(lambda: len(window.takes.rows.pictures) == 3, timeout=20_000)


def test_all_takes_newest_first_with_their_facts(qtbot, takes) -> None:
    drawn(qtbot, takes)
    rows = takes.takes.rows.rows
    assert [row.number for row in rows] == [3, 2, 1]
    assert [row.circled for row in rows] == [True, False, False]
    pictures = takes.takes.rows.pictures
    for number, level in enumerate(LEVELS):
        assert pictures[f"t{number}"].peak == pytest.approx(20 * np.log10(level), abs=0.1)
    said = takes.takes.rows.data(takes.takes.rows.index(0), Qt.ItemDataRole.AccessibleTextRole)
    assert said == "Take 3, circled, fresh, not rated"


def test_only_the_pictures_of_the_takes_in_sight_are_held(qtbot, takes) -> None:
    drawn(qtbot, takes)
    cue = panel_cue(takes)
    takes.undo_stack.change(replace(cue, takes=cue.takes[:1], circled="t0"), "Remove takes")
    assert set(takes.takes.rows.pictures) == {"t0"}
    takes.undo_stack.undo()
    drawn(qtbot, takes)


def test_the_spectrogram_shows_the_tone(qtbot, takes) -> None:
    drawn(qtbot, takes)
    spectrum = takes.takes.rows.pictures["t0"].spectrum
    low, high = (2595 * np.log10(1 + hertz / 700) for hertz in (60, 16_000))
    wanted = (2595 * np.log10(1 + TONE / 700) - low) / (high - low) * (len(spectrum) + 1) - 1
    level = np.median(spectrum, 1)
    assert abs(np.flatnonzero(level == level.max()).mean() - wanted) <= 1.5
    assert level[round(wanted) + 12] < 0.5 * level.max()


def test_states_are_told_apart(qtbot, takes) -> None:
    (takes.model.path.parent / "cut.takes" / "t0.wav").unlink()
    takes.undo_stack.change_fields("c", "Edit line", text="Something else.")
    qtbot.waitUntil(lambda: not takes.media.looking)
    with qtbot.waitSignal(takes.media.looked):
        takes.media.look()
    assert [row.state for row in takes.takes.rows.rows] == ["stale", "stale", "offline"]
    click(qtbot, takes, 2, "title")
    assert "t0.wav" in takes.message.text and takes.message.isVisible()


def test_a_double_click_and_enter_circle_and_undo_by_name(qtbot, takes) -> None:
    listed = takes.takes.list
    at = place(takes, 1, "title")
    qtbot.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.mouseDClick(listed.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert panel_cue(takes).circled == "t1"
    listed.setCurrentIndex(listed.model().index(2, 0))
    qtbot.keyClick(listed, Qt.Key.Key_Return)
    assert panel_cue(takes).circled == "t0"
    assert undo_names(takes) == ["Circle take", "Circle take"]
    takes.undo_stack.undo()
    assert panel_cue(takes).circled == "t1"


def test_stars_by_click_and_by_key(qtbot, takes) -> None:
    where = takes.takes.list.itemDelegate().places(takes.takes.list.visualRect(takes.takes.rows.index(0)))["stars"]
    at = QPoint(where.left() + 3 * 15 + 5, where.center().y())
    qtbot.mouseClick(takes.takes.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert panel_cue(takes).takes[2].rating == 4
    qtbot.keyClick(takes.takes.list, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert panel_cue(takes).takes[2].rating == 2
    assert undo_names(takes) == ["Rate take", "Rate take"]


def test_a_comment_is_typed_in_place_and_keeps_its_keys(qtbot, takes) -> None:
    click(qtbot, takes, 0, "comment")
    editor = takes.takes.list.findChild(QLineEdit)
    qtbot.keyClicks(editor, "jkl dfb ")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: panel_cue(takes).takes[2].comment == "jkl dfb", timeout=5000)
    assert panel_cue(takes).circled == "t2" and not takes.player.playing and len(takes.model.project.cues) == 1
    assert undo_names(takes) == ["Comment on take"]


def test_delete_takes_the_take_off_and_not_the_cue(qtbot, takes) -> None:
    takes.takes.list.setFocus()
    qtbot.keyClick(takes.takes.list, Qt.Key.Key_Delete)
    assert [take.id for take in panel_cue(takes).takes] == ["t0", "t1"] and panel_cue(takes).circled == "t1"
    assert (takes.model.path.parent / "cut.takes" / "t2.wav").is_file()
    takes.undo_stack.undo()
    assert panel_cue(takes).circled == "t2" and len(panel_cue(takes).takes) == 3


def test_gain_typed_in_is_rendered_heard_and_undone(qtbot, takes) -> None:
    field = takes.takes.fields.fields["gain"]
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "-6")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: panel_cue(takes).takes[2].adjustment.gain == -6, timeout=10_000)
    take, base = panel_cue(takes).takes[2], takes.model.path.parent
    assert (base / heard_path(take)).is_file() and heard_path(take) != take.path
    (span,) = [span for span in takes.model.sounds() if span.media.endswith(Path(heard_path(take)).name)]
    sound = takes.player.cache.read(span.media, round(span.media_start * RATE), RATE)
    assert np.abs(sound).max() == pytest.approx(0.4 * 10 ** (-6 / 20), rel=0.01)
    assert undo_names(takes) == ["Change take gain"]
    takes.undo_stack.undo()
    assert any(span.media.endswith("t2.wav") for span in takes.model.sounds())


@pytest.mark.parametrize("name", ["gain", "slip", "trim_in"])
def test_a_wheel_that_passes_over_a_field_turns_nothing(takes, name) -> None:
    field = takes.takes.fields.fields[name]
    takes.timeline_view.setFocus()
    at, none = QPointF(field.rect().center()), QPoint()
    up, keys = QPoint(0, 120), Qt.KeyboardModifier.NoModifier
    wheel = QWheelEvent(at, at, none, up, Qt.MouseButton.NoButton, keys, Qt.ScrollPhase.NoScrollPhase, False)
    QApplication.sendEvent(field, wheel)
    assert field.value() == 0 and not wheel.isAccepted()


def test_handles_on_the_waveform_trim_and_fade(qtbot, takes) -> None:
    drawn(qtbot, takes)
    wave = takes.takes.waves[0]
    for handle, seconds, name in (("trim_in", 0.5, "Trim take"), ("fade_out", -0.4, "Fade take")):
        at = wave.handles()[handle].toPoint()
        to = QPoint(round(wave.x_of(wave.second_at(at.x()) + seconds)), at.y())
        qtbot.mousePress(wave, Qt.MouseButton.LeftButton, pos=at)
        qtbot.mouseMove(wave, to)
        qtbot.mouseRelease(wave, Qt.MouseButton.LeftButton, pos=to)
        qtbot.waitUntil(lambda name=name: undo_names(takes)[-1:] == [name], timeout=10_000)
    done = panel_cue(takes).takes[2].adjustment
    pixel = (wave.span[1] - wave.span[0]) / wave.width()
    assert done.trim_in == pytest.approx(0.5, abs=2 * pixel) and done.fade_out == pytest.approx(0.4, abs=2 * pixel)
    clip = next(view for view in takes.model.views if view.track_name == "DX TEMP")
    assert clip.record.start_time.value == 24 + int(done.trim_in * 24 + 1e-3)


def test_a_slip_by_alt_and_mouse_and_back_again(qtbot, takes) -> None:
    drawn(qtbot, takes)
    wave, alt = takes.takes.waves[0], Qt.KeyboardModifier.AltModifier
    qtbot.mousePress(wave, Qt.MouseButton.LeftButton, alt, QPoint(100, 60))
    qtbot.mouseMove(wave, QPoint(102, 60))
    qtbot.mouseRelease(wave, Qt.MouseButton.LeftButton, alt, QPoint(102, 60))
    qtbot.waitUntil(lambda: undo_names(takes) == ["Slip take"], timeout=10_000)
    assert 0 < panel_cue(takes).takes[2].adjustment.slip < 1 / 24
    takes.actions_["take_plain"].trigger()
    qtbot.waitUntil(lambda: panel_cue(takes).takes[2].adjustment == Adjustment(), timeout=10_000)


def test_an_adjusted_wav_that_is_gone_is_made_again_on_opening(qtbot, takes) -> None:
    take = panel_cue(takes).takes[2]
    takes.adjuster.adjust("c", take, Adjustment(gain=3.0), "Change take gain")
    qtbot.waitUntil(lambda: panel_cue(takes).takes[2].adjustment.gain == 3, timeout=10_000)
    path = takes.model.path.parent / heard_path(panel_cue(takes).takes[2])
    assert takes.save()
    path.unlink()
    assert takes.open(takes.model.path)
    qtbot.waitUntil(path.is_file, timeout=10_000)
    qtbot.waitUntil(lambda: not takes.adjuster.busy, timeout=10_000)
    assert any(span.media == str(path) for span in takes.model.sounds())


def test_a_full_disk_leaves_the_take_as_it_was(qtbot, takes) -> None:
    folder = takes.model.path.parent / "cut.takes"
    (folder / "t2.wav").write_bytes(b"no sound")
    takes.adjuster.adjust("c", panel_cue(takes).takes[2], Adjustment(gain=3.0), "Change take gain")
    qtbot.waitUntil(lambda: takes.message.isVisible(), timeout=10_000)
    assert panel_cue(takes).takes[2].adjustment == Adjustment() and not undo_names(takes)


def test_two_takes_are_compared_to_one_scale(qtbot, takes) -> None:
    drawn(qtbot, takes)
    takes.takes.choose_next(2)
    takes.actions_["take_compare"].trigger()
    first, second = takes.takes.waves
    assert second.isVisible() and (first.take.id, second.take.id) == ("t0", "t2")
    assert first.span == second.span and first.full == second.full == pytest.approx(0.4, rel=0.01)


def test_ctrl_click_picks_the_two_to_compare(qtbot, takes) -> None:
    takes.resize(1400, 1400)
    click(qtbot, takes, 2, "title")
    click(qtbot, takes, 1, "title", Qt.KeyboardModifier.ControlModifier)
    assert [take.id for take in takes.takes.compared()] == ["t1", "t0"]


def test_a_click_plays_the_take_alone(qtbot, takes) -> None:
    heard = []
    takes.player.take_played.connect(heard.append)
    click(qtbot, takes, 0, "title")
    qtbot.waitUntil(lambda: heard[-1:] == [-1.0], timeout=15_000)
    assert 0.5 <= heard[0] < 1.5 and 2.3 < max(heard) <= 2.5 and heard[:-1] == sorted(heard[:-1])
    assert max(takes.viewer.meter.levels) > -40  # it falls from −8 dBFS
    assert takes.model.playhead.value == 0  # the timeline stood


def test_another_take_is_heard_at_once_while_the_timeline_plays(qtbot, takes) -> None:
    takes.model.seek(30)
    takes.player.toggle()
    qtbot.waitUntil(lambda: takes.model.playhead.value >= 34, timeout=10_000)
    takes.actions_["take_older"].trigger()
    assert takes.player.auditioned[1].id == "t1"
    heard = [span.media for span in takes.player._heard()]
    assert any(name.endswith("t1.wav") for name in heard) and not any(name.endswith("t2.wav") for name in heard)
    assert takes.takes.rows.rows[1].heard and panel_cue(takes).circled == "t2" and not undo_names(takes)
    takes.player.pause()
    assert takes.player.auditioned is None


def test_the_other_take_stands_at_the_same_place(takes) -> None:
    cue, base = panel_cue(takes), takes.model.path.resolve().parent
    longer = Take("x", "cut.takes/t0.wav", frames(24), frames(48), frames(0))
    (before,) = [span for span in takes.model.sounds() if span.media.endswith("t2.wav")]
    (after,) = [span for span in with_other_take([before], cue, longer, base, {})]
    assert (after.offset, after.duration) == (before.offset, before.duration) == (1.0, 2.0)
    assert before.media_start == 0.5 and after.media_start == 1.0


def test_a_word_is_changed_with_the_same_seed(qtbot, takes) -> None:
    asked = []
    takes.takes.again_asked.disconnect()
    takes.takes.again_asked.connect(lambda cue, sampling: asked.append((cue, sampling)))
    takes.actions_["take_words"].trigger()
    dialog = takes.takes.findChild(WordDialog)
    assert dialog.isVisible() and not dialog.make.isEnabled()
    dialog.editor.setPlainText("Hello you.")
    qtbot.mouseClick(dialog.make, Qt.MouseButton.LeftButton)
    ((cue, sampling),) = asked
    assert cue.text == "Hello you." == panel_cue(takes).text
    assert (sampling.seed, sampling.model) == (2, "draft") and undo_names(takes) == ["Change words"]


def test_no_cue_and_no_take_say_what_to_do(opened) -> None:
    assert "Select a cue" in opened.takes._hint.text()
    opened.undo_stack.add("foley")
    opened.model.select_cue(opened.model.project.cues[0].id)
    assert "Generate" in opened.takes._hint.text() and not opened.actions_["take_play"].isEnabled()
