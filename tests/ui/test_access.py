"""The window as a screen reader reads it, through Qt's accessibility interface."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QApplication, QDialog, QWidget

ROLES = QAccessible.Role
SPOKEN = {
    ROLES.Button, ROLES.PushButton, ROLES.CheckBox, ROLES.RadioButton, ROLES.EditableText, ROLES.ComboBox,
    ROLES.SpinBox, ROLES.Slider, ROLES.Table, ROLES.List, ROLES.Tree, ROLES.PageTab, ROLES.MenuItem,
}
DIALOGS = ("shortcuts", "keyboard_map", "about", "guide", "palette", "offline", "temp")


def tree(interface: QAccessibleInterface, depth: int = 0) -> Iterator[QAccessibleInterface]:
    """An interface and all below it, the cells of tables left out."""
    yield interface
    if depth > 30 or interface.role() in (ROLES.Table, ROLES.List, ROLES.Tree):
        return
    for number in range(interface.childCount()):
        child = interface.child(number)
        if child is not None and child.isValid():
            yield from tree(child, depth + 1)


def read(widget: QWidget) -> list[QAccessibleInterface]:
    return list(tree(QAccessible.queryAccessibleInterface(widget)))


def name_of(interface: QAccessibleInterface) -> str:
    return interface.text(QAccessible.Text.Name).strip()


def nameless(widget: QWidget) -> list[str]:
    """What takes the keyboard or acts, is in sight, and has no name."""
    found = []
    for one in read(widget):
        state, thing = one.state(), one.object()
        acts = one.role() in SPOKEN or state.focusable
        # What belongs to a larger widget that is named itself: a spin box's field, a list's pop-up.
        inner = isinstance(thing, QWidget) and (thing.objectName().startswith("qt_") or thing.focusProxy() is not None)
        if acts and not state.invisible and not inner and not name_of(one):
            parent = one.parent()
            found.append(f"{type(thing).__name__} {one.role()} in {type(parent.object()).__name__ if parent else ''}")
    return found


def test_everything_on_the_first_page_has_a_name(window) -> None:
    assert nameless(window) == []


@pytest.mark.parametrize("select", ["nothing", "clip", "dialogue", "foley"])
def test_everything_in_every_panel_has_a_name(qtbot, opened, select) -> None:
    if select == "clip":
        opened.model.select_clip(opened.model.views[0])
    elif select != "nothing":
        opened.add_cue(select)
    for name in opened.docks.docks:
        opened.docks.focus(name)
        qtbot.wait(10)  # tab bars come with the panels
        assert nameless(opened.docks.docks[name]) == [], name
    assert nameless(opened) == []


@pytest.mark.parametrize("name", DIALOGS)
def test_everything_in_every_dialog_has_a_name(opened, name) -> None:
    opened.actions_[name].trigger()
    (dialog,) = [one for one in QApplication.topLevelWidgets() if isinstance(one, QDialog) and one.isVisible()]
    try:
        assert nameless(dialog) == []
    finally:
        dialog.close()


def test_what_is_focused_is_read_with_its_name_and_value(qtbot, opened) -> None:
    opened.add_cue("dialogue")
    opened.inspector.text.setPlainText("Hello there.")
    heard = QAccessible.queryAccessibleInterface(opened.inspector.text)
    assert name_of(heard) and heard.role() == ROLES.EditableText
    assert heard.text(QAccessible.Text.Value) == "Hello there."
    clock = QAccessible.queryAccessibleInterface(opened.viewer.clock)
    assert "timecode" in name_of(clock).lower() or "01:00:00:00" in name_of(clock)


def test_buttons_can_be_pressed_and_commands_tell_their_state(opened) -> None:
    opened.add_cue("dialogue")
    button = QAccessible.queryAccessibleInterface(opened.inspector.generate)
    assert button.role() in (ROLES.Button, ROLES.PushButton) and "Generate" in name_of(button)
    bar = [one for one in read(opened) if one.role() in (ROLES.Button, ROLES.PushButton)]
    named = {name_of(one): one for one in bar}
    assert not named["Add Line"].state().disabled and named["Cancel All Jobs"].state().disabled


def test_the_cues_are_read_row_by_row(opened) -> None:
    opened.add_cue("foley")
    cue = opened.model.project.cues[0]
    opened.undo_stack.change_fields(cue.id, "Edit prompt", text="a door closes")
    table = next(one for one in read(opened.cue_table) if one.role() == ROLES.Table)
    cells = [name_of(table.child(number)) for number in range(table.childCount())]
    assert any("a door closes" in cell for cell in cells) and any("wanted" in cell for cell in cells)


def test_tab_reaches_every_part_and_comes_round(qtbot, opened) -> None:
    opened.add_cue("dialogue")
    opened.docks.focus("inspector")
    seen, panels = [], set()
    for _ in range(200):
        focus = QApplication.focusWidget()
        if focus in seen:
            break
        seen.append(focus)
        panels.add(opened.docks.focused())
        qtbot.keyClick(focus, Qt.Key.Key_Tab)
    assert len(seen) < 200 and {"viewer", "cues", "inspector"} <= panels


def test_states_are_never_told_by_colour_alone(opened) -> None:
    from vssflow_studio.ui.look import theme as themes

    marks = [themes.mark(state) for state in ("wanted", "queued", "40 %", "ready", "stale", "failed")]
    assert len(set(marks)) == len(marks)
