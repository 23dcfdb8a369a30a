"""The first run, as somebody who reads nothing does it: from the start to the first line that is heard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from vssflow_studio.ui.window import first_run
from vssflow_studio.ui.window.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton


def click_clip(qtbot, window, number: int = 0) -> None:
    view = window.timeline_view
    at = view.places.clip_rect(window.model.views[number]).center().toPoint()
    qtbot.mouseClick(view.viewport(), LEFT, pos=at)


def test_from_the_welcome_page_to_the_first_line(qtbot, window) -> None:
    assert window.welcome.isVisible() and window.welcome.open_button.hasFocus()
    qtbot.mouseClick(window.welcome.sample_button, LEFT)
    coach = window.coach
    assert coach.isVisible() and coach.step == first_run.SELECT
    click_clip(qtbot, window, 1)
    assert coach.step == first_run.TYPE
    qtbot.keyClick(window.timeline_view, "d")
    qtbot.keyClicks(window.inspector.text, "Hello there.")
    assert coach.step == first_run.GENERATE
    qtbot.keyClick(window.inspector.text, "g", Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: coach.step == first_run.WAIT)
    qtbot.waitUntil(lambda: coach.step == first_run.HEARD, timeout=120_000)
    qtbot.waitUntil(lambda: window.player.playing, timeout=10_000)
    (cue,) = [cue for cue in window.model.project.cues if cue.text == "Hello there."]
    start = cue.range.start_time.value
    qtbot.waitUntil(lambda: window.model.playhead.value > start, timeout=10_000)
    window.player.pause()
    window.model.seek(window.model.duration.value)
    qtbot.mouseClick(coach.again, LEFT)
    qtbot.waitUntil(lambda: window.player.playing and window.model.playhead.value > start, timeout=10_000)
    end = cue.range.end_time_exclusive().value
    qtbot.waitUntil(lambda: not window.player.playing, timeout=20_000)
    assert window.model.playhead.value == end - 1  # of the line, not of the timeline
    qtbot.mouseClick(coach.close_, LEFT)
    assert not coach.isVisible()


def test_once_dismissed_it_never_comes_again_but_by_the_menu(qtbot, opened, timeline_file) -> None:
    assert opened.coach.isVisible()
    qtbot.mouseClick(opened.coach.close_, LEFT)
    click_clip(qtbot, opened)
    assert not opened.coach.isVisible()
    other = MainWindow()
    qtbot.addWidget(other)
    opened.guard.leave()
    other.show()
    assert other.open(timeline_file)
    assert not other.coach.isVisible()
    other.actions_["coach"].trigger()
    assert other.coach.isVisible()


def test_recent_timelines_are_cards_on_the_first_page(qtbot, opened, timeline_file) -> None:
    opened.undo_stack.setClean()
    opened.close()
    other = MainWindow()
    qtbot.addWidget(other)
    other.show()
    (card,) = other.welcome.cards
    assert timeline_file.name in card.accessibleName()
    qtbot.keyClick(card, Qt.Key.Key_Space)
    assert other.model.path == timeline_file


@pytest.mark.parametrize("button", ["open_button", "sample_button"])
def test_enter_presses_the_buttons_of_the_first_page(qtbot, window, button) -> None:
    one = getattr(window.welcome, button)
    one.clicked.disconnect()
    one.setFocus()
    with qtbot.waitSignal(one.clicked):
        qtbot.keyClick(one, Qt.Key.Key_Return)


def test_a_card_for_what_is_gone_is_not_shown(qtbot, window, tmp_path) -> None:
    from vssflow_studio.ui.files import recent

    recent.remember(tmp_path / "gone.otio")
    window.welcome._fill()
    assert window.welcome.cards == []


@pytest.mark.parametrize("panel", ["cue_table", "inspector", "takes"])
def test_empty_panels_say_what_to_do(opened, panel) -> None:
    image = getattr(opened, panel).grab().toImage()
    colours = {image.pixel(x, y) for x in range(0, image.width(), 2) for y in range(0, image.height(), 2)}
    assert len(colours) > 4  # words, not a blank
