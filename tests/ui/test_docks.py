"""Panels and workspaces: remembered, maximised, reached by keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QByteArray, QEvent, QPoint, Qt
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication, QInputDialog, QTabBar, QToolButton

from vssflow_studio.ui.files import recent
from vssflow_studio.ui.window.main_window import MainWindow
from vssflow_studio.ui.window.workspaces import WORKSPACES

SIZES = ((1280, 720), (1920, 1080), (3840, 2160))


def shown(window: MainWindow) -> set[str]:
    return {name for name, dock in window.docks.docks.items() if not dock.isHidden()}


def again(qtbot, window: MainWindow) -> MainWindow:
    """A second start, with what the first one left."""
    window.undo_stack.setClean()
    window.close()
    other = MainWindow()
    qtbot.addWidget(other, before_close_func=lambda w: w.undo_stack.setClean())
    other.show()
    qtbot.waitExposed(other)
    return other


@pytest.mark.parametrize("name", WORKSPACES)
def test_a_workspace_shows_its_panels(qtbot, opened, name) -> None:
    opened.actions_[f"workspace_{name}"].trigger()
    workspace = WORKSPACES[name]
    assert workspace.names <= shown(opened)
    fronts = {side.split()[0] for side in (workspace.left, workspace.right, workspace.bottom)} | {"viewer"}
    qtbot.waitUntil(lambda: set(opened.docks.panels()) == fronts)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", WORKSPACES)
def test_the_panels_of_a_workspace_have_room_at_every_size(qtbot, opened, name, size) -> None:
    opened.resize(*size)
    opened.actions_[f"workspace_{name}"].trigger()
    qtbot.wait(10)
    assert opened.size().toTuple() == size  # nothing makes the window larger than the screen
    viewer = opened.docks.centralWidget()
    assert viewer.width() >= 0.2 * size[0] and viewer.height() >= 0.25 * size[1]
    for side in (WORKSPACES[name].left, WORKSPACES[name].right):
        assert opened.docks.docks[side.split()[0]].width() >= 300
    assert opened.docks.docks["timeline"].height() >= 0.2 * size[1]


def test_no_panel_is_lost_from_the_menu(opened) -> None:
    for name in opened.docks.docks:
        action = opened.actions_[f"panel_{name}"]
        assert action in opened.shell.panels.actions()
        assert action.isChecked() == (name in shown(opened))


def test_a_panel_closes_and_comes_back_with_the_keyboard(qtbot, opened) -> None:
    opened.docks.docks["cues"].close()
    assert not opened.actions_["panel_cues"].isChecked()
    opened.actions_["panel_cues"].trigger()
    assert opened.docks.docks["cues"].isVisible() and opened.docks.focused() == "cues"
    opened.actions_["panel_cues"].trigger()
    assert not opened.docks.docks["cues"].isVisible()


def test_the_panel_under_the_mouse_is_maximised_and_put_back(qtbot, opened) -> None:
    before = shown(opened)
    timeline = opened.docks.docks["timeline"]
    QCursor.setPos(timeline.mapToGlobal(QPoint(60, 60)))
    sizes = timeline.size()
    qtbot.keyClick(opened, "`")
    assert shown(opened) == {"timeline"} and not opened.docks.centralWidget().isVisible()
    qtbot.waitUntil(lambda: timeline.height() > sizes.height())
    qtbot.keyClick(opened, "`")
    assert shown(opened) == before and opened.docks.centralWidget().isVisible()
    qtbot.waitUntil(lambda: abs(timeline.height() - sizes.height()) <= 2)


def test_the_viewer_is_maximised_too(qtbot, opened) -> None:
    opened.docks.maximise("viewer")
    assert shown(opened) == set() and opened.docks.centralWidget().isVisible()
    opened.docks.maximise()
    assert "timeline" in shown(opened)


def test_f6_goes_round_all_panels_in_sight(qtbot, opened) -> None:
    seen = []
    for _ in opened.docks.panels():
        qtbot.keyClick(opened, Qt.Key.Key_F6)
        seen.append(opened.docks.focused())
    assert sorted(seen) == sorted(opened.docks.panels()) and "viewer" in seen
    qtbot.keyClick(opened, Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
    assert opened.docks.focused() == seen[-2]


@pytest.mark.parametrize("floating", [False, True])
def test_esc_leaves_a_field_and_keeps_what_was_typed(qtbot, opened, floating) -> None:
    opened.docks.docks["inspector"].setFloating(floating)
    opened.add_cue("dialogue")
    field = opened.inspector.text
    qtbot.waitUntil(field.isVisible)
    field.activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    qtbot.keyClicks(field, "Not now.")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: opened.docks.focused() == "timeline")
    assert opened.model.cue.text == "Not now."


def test_the_panel_with_the_keyboard_is_marked(opened) -> None:
    opened.docks.focus("timeline")
    assert opened.docks.docks["timeline"].widget().property("active") is True
    opened.docks.focus("cues")
    assert opened.docks.docks["timeline"].widget().property("active") is False


def test_panels_stand_where_they_stood(qtbot, opened, timeline_file) -> None:
    opened.actions_["workspace_Script"].trigger()
    opened.docks.docks["inspector"].close()
    kept = shown(opened)
    other = again(qtbot, opened)
    assert other.open(timeline_file)
    assert shown(other) == kept and "inspector" not in kept


def test_panels_are_as_wide_as_they_were(qtbot, opened, timeline_file) -> None:
    docks = opened.docks
    docks.resizeDocks([docks.docks["cues"], docks.docks["inspector"]], [420, 380], Qt.Orientation.Horizontal)
    qtbot.wait(10)
    kept = {name: docks.docks[name].size().toTuple() for name in ("cues", "inspector", "timeline")}
    for _ in range(2):  # a start at which no timeline is opened changes nothing
        other = again(qtbot, opened)
        opened = other
    other.resize(1200, 800)  # the screen of the tests is smaller, and a window is not put back larger than that
    assert other.open(timeline_file)
    qtbot.waitUntil(lambda: kept == {name: other.docks.docks[name].size().toTuple() for name in kept})


def test_a_window_that_never_had_a_timeline_keeps_no_places(qtbot, window, timeline_file) -> None:
    other = again(qtbot, window)
    assert other.open(timeline_file)
    assert WORKSPACES["Edit"].names & set(other.docks.docks) == shown(other)


def tab(window: MainWindow, name: str):
    """The tab bar that holds a panel's tab, and where on it that is."""
    title = window.docks.docks[name].windowTitle()
    for bar in window.docks.findChildren(QTabBar):
        for index in range(bar.count()):
            if bar.tabText(index) == title and bar.isVisible():
                return bar, bar.tabRect(index).center()
    raise LookupError(name)


def drag_tab_out(qtbot, window: MainWindow, name: str) -> None:
    bar, at = tab(window, name)
    qtbot.mousePress(bar, Qt.MouseButton.LeftButton, pos=at)
    for far in (8, 60, 120):
        qtbot.mouseMove(bar, at + QPoint(0, far))
    dock = window.docks.docks[name]
    qtbot.mouseMove(dock, QPoint(140, 110))
    qtbot.mouseRelease(dock, Qt.MouseButton.LeftButton, pos=QPoint(140, 110))


def test_a_tab_is_dragged_out_and_the_panel_docked_again(qtbot, opened) -> None:
    takes = opened.docks.docks["takes"]
    drag_tab_out(qtbot, opened, "takes")
    qtbot.waitUntil(lambda: takes.isFloating() and takes.isVisible())
    bar = takes.titleBarWidget()
    buttons = {button.accessibleName(): button for button in bar.findChildren(QToolButton)}
    qtbot.waitUntil(lambda: "Dock Takes" in {button.accessibleName() for button in bar.findChildren(QToolButton)})
    assert not buttons["Maximise Takes"].isVisible() and buttons["Close Takes"].isVisible()
    qtbot.mouseDClick(bar, Qt.MouseButton.LeftButton, pos=QPoint(20, 8))
    assert not takes.isFloating()
    assert tab(opened, "takes")


def test_a_tabs_menu_floats_and_closes_its_panel(qtbot, opened) -> None:
    docks = opened.docks
    said = {action.text(): action for action in docks.tabs.menu(docks.docks["cast"]).actions()}
    said["Close Cast"].trigger()
    assert not docks.docks["cast"].isVisible()
    said["Float Cast"].trigger()
    docks.docks["cast"].show()
    assert docks.docks["cast"].isFloating()


def test_a_double_click_on_a_tab_maximises_its_panel(qtbot, opened) -> None:
    bar, at = tab(opened, "takes")
    qtbot.mouseDClick(bar, Qt.MouseButton.LeftButton, pos=at)
    assert shown(opened) == {"takes"}
    opened.docks.restore_size()


def test_widgets_follow_their_window_when_the_screens_scale_changes(qtbot, opened) -> None:
    opened.resize(1200, 800)
    opened.windowHandle().resize(1000, 700)  # as X11 does it: the window's pixels stay, ours are fewer
    opened.setAttribute(Qt.WidgetAttribute.WA_PendingResizeEvent, False)
    QApplication.sendEvent(opened, QEvent(QEvent.Type.DevicePixelRatioChange))
    qtbot.waitUntil(lambda: opened.size() == opened.windowHandle().size())
    sides = sum(opened.docks.docks[name].width() for name in ("cues", "inspector"))
    assert sides + opened.docks.centralWidget().width() <= opened.width()


def test_a_maximised_panel_is_not_what_is_remembered(qtbot, opened, timeline_file) -> None:
    kept = shown(opened)
    opened.docks.maximise("timeline")
    other = again(qtbot, opened)
    assert other.open(timeline_file)
    assert shown(other) == kept


def test_tracks_are_as_large_as_they_were(qtbot, opened, timeline_file) -> None:
    opened.actions_["taller"].trigger()
    opened.timeline_view.set_header_width(201)
    size = opened.timeline_view.places.size
    assert size == "large"
    other = again(qtbot, opened)
    assert other.open(timeline_file)
    assert (other.timeline_view.places.size, other.timeline_view.headers.width()) == (size, 201)


@pytest.mark.parametrize("broken", [QByteArray(b"no places"), "text", 7])
def test_broken_places_are_passed_over(qtbot, opened, timeline_file, broken) -> None:
    opened.undo_stack.setClean()
    opened.close()
    recent.kept().setValue("panels", broken)
    recent.kept().setValue("window", broken)
    recent.kept().setValue("tracks/size", broken)
    recent.kept().setValue("tracks/width", broken)
    other = MainWindow()
    qtbot.addWidget(other)
    other.show()
    assert other.open(timeline_file)
    assert WORKSPACES["Edit"].names & set(other.docks.docks) <= shown(other)


def test_a_workspace_of_ones_own(qtbot, opened, monkeypatch) -> None:
    for name in ("cues", "inspector"):
        opened.docks.docks[name].close()
    kept = shown(opened)
    monkeypatch.setattr(QInputDialog, "getText", lambda *a, **k: ("Mine", True))
    opened.actions_["workspace_keep"].trigger()
    opened.actions_["workspace_Edit"].trigger()
    assert shown(opened) != kept
    opened.shell.workspaces.aboutToShow.emit()
    (action,) = [one for one in opened.shell.workspaces.actions() if one.text() == "Mine"]
    action.trigger()
    assert shown(opened) == kept
    opened.docks.docks["timeline"].close()
    opened.actions_["workspace_reset"].trigger()
    assert shown(opened) == kept
    monkeypatch.setattr(QInputDialog, "getItem", lambda *a, **k: ("Mine", True))
    opened.actions_["workspace_forget"].trigger()
    assert opened.shell.places.names() == []


def test_undo_history_goes_back_and_forth(qtbot, opened) -> None:
    for kind in ("dialogue", "foley"):
        opened.add_cue(kind)
    opened.docks.focus("history")
    view = opened.history
    rows = [view.model().index(row, 0).data() for row in range(view.model().rowCount())]
    assert rows == ["As it was opened", "Add line", "Add foley"]
    view.setCurrentIndex(view.model().index(1, 0))
    assert [cue.kind for cue in opened.model.project.cues] == ["dialogue"]
    view.setCurrentIndex(view.model().index(2, 0))
    assert len(opened.model.project.cues) == 2
