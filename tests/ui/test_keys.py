"""Commands and their keys: the map, the editor, the palette, and what text fields keep."""

from __future__ import annotations

import json
from collections import Counter, defaultdict

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialogButtonBox, QMenu

from vssflow_studio import paths
from vssflow_studio.ui.keys import commands, keymap, shortcuts
from vssflow_studio.ui.keys.command_palette import CommandPalette, score
from vssflow_studio.ui.keys.keyboard_map import KeyboardMap, as_html, write_pdf
from vssflow_studio.ui.keys.shortcut_editor import ShortcutEditor


def keys_of(window) -> dict[str, list[str]]:
    return {name: [one.toString() for one in action.shortcuts()] for name, action in window.actions_.items()}


@pytest.mark.parametrize("preset", keymap.PRESETS)
def test_no_two_commands_have_the_same_keys(window, preset) -> None:
    shortcuts.apply(window.actions_, keymap.Keymap(preset))
    holders = defaultdict(list)
    for name, keys in keys_of(window).items():
        for one in keys:
            holders[one].append(name)
    assert {one: names for one, names in holders.items() if len(names) > 1} == {}


def test_all_keys_can_be_read(window) -> None:
    for name, action in window.actions_.items():
        for one in (action.property("keys") or "").split("; "):
            assert not one or not QKeySequence(one).isEmpty(), (name, one)


def test_every_command_stands_in_a_menu_with_an_icon(window) -> None:
    for name, action in window.actions_.items():
        assert action.property("where"), name
        assert not action.icon().isNull(), name


def menus_of(window) -> list[QMenu]:
    bar = window.menuBar()
    top = [action.menu() for action in bar.actions()]
    return top + [a.menu() for menu in top for a in menu.actions() if a.menu()]


def mnemonic(text: str) -> str:
    at = text.replace("&&", "  ").find("&")
    return text[at + 1].casefold() if at >= 0 else ""


def test_mnemonics_do_not_collide(window) -> None:
    bar = [mnemonic(action.text()) for action in window.menuBar().actions()]
    assert all(bar) and len(set(bar)) == len(bar)
    for menu in menus_of(window):
        found = Counter(filter(None, (mnemonic(a.text()) for a in menu.actions())))
        assert [letter for letter, times in found.items() if times > 1] == [], menu.title()


def test_menus_are_in_the_order_of_editing_programs(window) -> None:
    titles = [action.text().replace("&", "") for action in window.menuBar().actions()]
    assert titles[:3] == ["File", "Edit", "Timeline"] and titles[-3:] == ["View", "Window", "Help"]


def test_typing_in_a_text_field_calls_no_command(qtbot, opened) -> None:
    opened.add_cue("dialogue")
    field = opened.inspector.text
    cues = len(opened.model.project.cues)
    typed = "dfbjkl DFBJKL io!@+-=`\\ 1"
    qtbot.keyClicks(field, typed)
    assert field.toPlainText() == typed
    assert len(opened.model.project.cues) == cues and not opened.player.playing
    qtbot.keyClick(field, Qt.Key.Key_Home)
    qtbot.keyClick(field, Qt.Key.Key_Delete)
    assert field.toPlainText() == typed[1:] and opened.model.playhead.value == 0
    cues_filter = opened.cue_table.filter
    qtbot.keyClicks(cues_filter, "d f 1!")
    assert cues_filter.text() == "d f 1!" and len(opened.model.project.cues) == cues


def test_a_key_calls_its_command(qtbot, opened) -> None:
    opened.docks.focus("timeline")
    qtbot.keyClick(opened.timeline_view, "f")
    assert [cue.kind for cue in opened.model.project.cues] == ["foley"]


def test_the_map_is_kept_and_read_again(window) -> None:
    made = keymap.Keymap("Avid").with_keys("line", "Ctrl+L", "D")
    keymap.write_keymap(made)
    assert keymap.read_keymap() == made


@pytest.mark.parametrize("text", ["", "{", "[]", '{"preset": "Moviola", "own": 3}', '{"own": {"line": 5}}'])
def test_a_broken_map_is_passed_over(window, text) -> None:
    file = paths.settings() / "shortcuts.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    assert keymap.read_keymap() == keymap.Keymap()


def editor_of(window) -> ShortcutEditor:
    window.actions_["shortcuts"].trigger()
    return window.findChild(ShortcutEditor)


def test_new_keys_are_recorded_and_used_and_kept(qtbot, opened) -> None:
    editor = editor_of(opened)
    editor.search.setText("ambience")
    rows = [editor.list.topLevelItem(n) for n in range(editor.list.topLevelItemCount())]
    assert [row.text(0) for row in rows if not row.isHidden()] == ["Add Ambience"]
    editor.choose("ambience")
    qtbot.keyClick(editor.record, "y")
    qtbot.mouseClick(editor.set_, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(editor.buttons.button(QDialogButtonBox.StandardButton.Ok), Qt.MouseButton.LeftButton)
    assert keys_of(opened)["ambience"] == ["Y"]
    assert json.loads((paths.settings() / "shortcuts.json").read_text())["own"] == {"ambience": "Y"}
    assert "(Y)" in opened.actions_["ambience"].toolTip()


def test_keys_of_another_command_are_said_and_taken(qtbot, opened) -> None:
    editor = editor_of(opened)
    editor.choose("ambience")
    editor.record.setKeySequence(QKeySequence("D"))
    assert "Add Line" in editor.said.text()
    qtbot.mouseClick(editor.set_, Qt.MouseButton.LeftButton)
    assert editor.keys("ambience") == "D" and editor.keys("line") == ""
    editor.choose("line")
    qtbot.mouseClick(editor.reset, Qt.MouseButton.LeftButton)
    assert editor.keys("line") == "D" and editor.keys("ambience") == ""
    qtbot.mouseClick(editor.reset_all, Qt.MouseButton.LeftButton)
    assert editor.keymap == keymap.Keymap()
    editor.reject()
    assert keys_of(opened)["ambience"] == ["B"]


def test_a_preset_changes_what_differs(qtbot, opened) -> None:
    editor = editor_of(opened)
    editor.preset.setCurrentText("Avid")
    editor._accept()
    assert keys_of(opened)["zoom_in"] == ["Ctrl+]"] and keys_of(opened)["line"] == ["D"]


def test_letters_find_what_was_meant() -> None:
    texts = ["Generate All", "Go to End", "Zoom to Fit", "Add Line", "Cancel All Jobs"]

    def best(letters):
        return max(texts, key=lambda text: score(letters, text) if score(letters, text) is not None else -1)

    assert best("gen all") == best("ga") == "Generate All"
    assert best("fit") == "Zoom to Fit" and best("al") == "Add Line" and best("caj") == "Cancel All Jobs"
    assert score("xq", "Add Line") is None


def palette_of(window) -> CommandPalette:
    window.actions_["palette"].trigger()
    return next(one for one in window.findChildren(CommandPalette) if one.isVisible())


def test_the_palette_runs_a_command_and_remembers_it(qtbot, opened) -> None:
    palette = palette_of(opened)
    qtbot.keyClicks(palette.field, "addfol")
    assert palette.list.currentItem().text() == "Add Foley"
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert [cue.kind for cue in opened.model.project.cues] == ["foley"]
    qtbot.waitUntil(lambda: opened.findChild(CommandPalette) is None)
    assert palette_of(opened).list.item(0).text() == "Add Foley"


def test_the_palette_finds_cues_and_recent_timelines(qtbot, opened, timeline_file) -> None:
    opened.add_cue("dialogue")
    cue = opened.model.project.cues[0]
    opened.undo_stack.change_fields(cue.id, "Edit line", text="Where is the lighthouse?", character="ANNA")
    opened.model.select_cue("")
    palette = palette_of(opened)
    qtbot.keyClicks(palette.field, "lighthouse")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert opened.model.selected_cue == cue.id
    palette = palette_of(opened)
    qtbot.keyClicks(palette.field, timeline_file.name)
    assert palette.list.currentItem().text() == timeline_file.name
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)


def test_the_arrows_choose_in_the_palette(qtbot, opened) -> None:
    palette = palette_of(opened)
    first = palette.list.currentRow()
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    assert palette.list.currentRow() == first + 1 and palette.field.hasFocus()
    qtbot.keyClicks(palette.field, "zzzzqqq")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible()
    palette.close()


def test_the_keyboard_map_has_every_key_and_prints(opened, tmp_path) -> None:
    html = as_html(opened.actions_, "Premiere")
    for name, action in opened.actions_.items():
        for keys in action.shortcuts():
            assert keys.toString(QKeySequence.SequenceFormat.NativeText).replace("&", "&amp;") in html, name
    write_pdf(html, str(tmp_path / "map.pdf"))
    assert (tmp_path / "map.pdf").read_bytes().startswith(b"%PDF") and len(commands.COMMANDS) > 40
    opened.actions_["keyboard_map"].trigger()
    assert "Add Line" in opened.findChild(KeyboardMap).page.toPlainText()
