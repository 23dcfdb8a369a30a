"""The inspector's pages: nothing, clips, a line with its facts, a sound, several cues."""

from __future__ import annotations

import json

import pytest
from opentimelineio.opentime import RationalTime, TimeRange
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox

from vssflow_studio.paths import models, weights
from vssflow_studio.timeline.cues import Cue
from vssflow_studio.ui.cues.prompt_tree import PromptPopup, PromptTree


def cue(name: str, kind: str = "dialogue", start: int = 0, length: int = 48, **fields) -> Cue:
    fields = {"text": "Hello there.", **fields}
    return Cue(name, kind, TimeRange(RationalTime(start, 24), RationalTime(length, 24)), **fields)


@pytest.fixture
def shown(opened, monkeypatch):
    monkeypatch.setattr(QMessageBox, "question", lambda *a: QMessageBox.StandardButton.Discard)
    cues = (
        cue("a", character="ANNA"),
        cue("b", start=48, character="BEN", pace=1.2, text="Get down!"),
        cue("f", "foley", 60, text="a door closes"),
    )
    opened.undo_stack.change_cues(cues, "Add")
    return opened


def test_an_empty_inspector_says_what_to_do(opened) -> None:
    opened.model.select_clip(None)
    said = " ".join(label.text() for label in opened.inspector.currentWidget().findChildren(QLabel))
    assert "press D" in said


def test_several_clips_are_counted_and_get_lines_together(qtbot, opened) -> None:
    opened.model.select_clips(opened.model.views)
    assert opened.inspector.add_buttons["dialogue"].text() == "Add line"
    opened.model.select_clips(opened.model.views * 2)
    assert opened.inspector.add_buttons["dialogue"].text() == "Add 2 lines"


def test_natural_length_stands_beside_the_range(shown) -> None:
    shown.model.select_cue("a")
    bar = shown.inspector.page.bar
    assert bar.isVisible() and bar.said.startswith("natural 0.") and "in 2.0 s: 0.6×, 0." in bar.said
    shown.undo_stack.change_fields("a", "Change pace", pace=1.0)
    assert bar.speed == 1.0
    shown.model.select_cue("f")
    assert not bar.isVisible()


def test_rows_are_as_high_as_what_they_hold(shown) -> None:
    shown.model.select_cue("a")
    QApplication.processEvents()
    controls = shown.inspector.controls
    fields = (controls.delivery, controls.pace, controls.pitch, controls.energy)
    tops = [field.mapTo(shown, field.rect().topLeft()).y() for field in fields]
    gaps = [below - above for above, below in zip(tops, tops[1:], strict=False)]
    assert all(gap < 1.6 * controls.pace.height() for gap in gaps)
    assert controls.pace.text() == "to fit" and controls.pitch.text() == "0.0 st"


def test_phonemes_are_shown_when_asked_and_typed_over(qtbot, shown) -> None:
    shown.model.select_cue("a")
    sounds = shown.inspector.page.sounds
    assert not sounds.table.isVisible() and sounds.table.rowCount() == 0
    sounds.toggle.click()
    assert [sounds.table.item(row, 0).text() for row in range(2)] == ["Hello", "there"]
    sounds.table.item(1, 1).setText("DH IY1 R")
    assert shown.model.find("a").text == "Hello there [DH IY1 R]."
    assert shown.undo_stack.undoText() == "Change pronunciation"
    sounds.table.item(0, 1).setText("HULLO")
    assert "HULLO" in shown.message.text and shown.model.find("a").text == "Hello there [DH IY1 R]."


def test_several_cues_show_what_they_share_and_say_what_is_mixed(shown) -> None:
    shown.model.select_cues(("a", "b", "f"))
    page = shown.inspector.several
    assert shown.inspector.currentWidget() is page and page.title.text() == "3 cues"
    assert page.facts.text() == "2 lines, 1 foley cue, 3 wanted"
    assert page.numbers["pace"].placeholderText() == "mixed" and page.numbers["energy"].placeholderText() == "0"
    assert page.delivery.currentText() == "normal" and "mixed" in page.character.lineEdit().placeholderText()
    assert not page.merge.isEnabled()


def test_a_change_goes_to_all_selected_lines_as_one_edit(qtbot, shown) -> None:
    shown.model.select_cues(("a", "b", "f"))
    page, count = shown.inspector.several, shown.undo_stack.count()
    page.delivery.setCurrentText("shout")
    page.delivery.activated.emit(0)
    qtbot.keyClicks(page.numbers["energy"], "-6")
    qtbot.keyClick(page.numbers["energy"], Qt.Key.Key_Return)
    page.character.lineEdit().setText("EVE")
    qtbot.keyClick(page.character.lineEdit(), Qt.Key.Key_Return)
    cues = {c.id: c for c in shown.model.project.cues}
    assert [(c.delivery, c.energy, c.character) for c in cues.values()] == [
        ("shout", -6.0, "EVE"), ("shout", -6.0, "EVE"), ("normal", -6.0, ""),
    ]  # fmt: skip
    names = [shown.undo_stack.text(n) for n in range(count, shown.undo_stack.count())]
    assert names == ["Change delivery of 2 lines", "Change energy of 3 cues", "Change character of 2 lines"]
    assert page.character.currentText() == "EVE" and len(shown.model.selected_cues) == 3


def test_a_voice_for_several_casts_their_characters(shown) -> None:
    shown.model.select_cues(("a", "b"))
    page = shown.inspector.several
    page.voice.setCurrentIndex(page.voice.findData("Ruth"))
    page.voice.activated.emit(page.voice.currentIndex())
    assert shown.model.project.cast == {"ANNA": "Ruth", "BEN": "Ruth"}
    assert shown.undo_stack.undoText() == "Change voice of 2 lines"


def test_a_number_that_is_none_is_told(qtbot, shown) -> None:
    shown.model.select_cues(("a", "b"))
    field = shown.inspector.several.numbers["pace"]
    qtbot.keyClicks(field, "9")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert "9" in shown.message.text and shown.model.find("a").pace is None


# --- sounds ---


def test_the_tree_is_narrowed_as_one_types_and_enter_picks(qtbot) -> None:
    tree = PromptTree()
    qtbot.addWidget(tree)
    picked = []
    tree.picked.connect(lambda *said: picked.append(said))
    qtbot.keyClicks(tree.filter, "door slam")
    tops = [tree.tree.topLevelItem(n) for n in range(tree.tree.topLevelItemCount())]
    assert {top.text(0) for top in tops if not top.isHidden()} == {"Doors"}
    qtbot.keyClick(tree.filter, Qt.Key.Key_Return)
    assert "slam" in picked[0][0] and picked[0][1] is False
    tree.filter.clear()
    qtbot.keyClicks(tree.filter, "zzz")
    qtbot.keyClick(tree.filter, Qt.Key.Key_Return)
    assert len(picked) == 1


def test_a_sound_is_chosen_from_the_tree(qtbot, shown) -> None:
    shown.model.select_cue("f")
    qtbot.mouseClick(shown.inspector.page.pick, Qt.MouseButton.LeftButton)
    popup = shown.findChild(PromptPopup)
    popup.tree.filter.setText("gravel")
    qtbot.keyClick(popup.tree.filter, Qt.Key.Key_Return)
    assert "gravel" in shown.model.find("f").text and shown.undo_stack.undoText() == "Choose sound"
    assert shown.inspector.text.toPlainText() == shown.model.find("f").text


def test_prompts_complete_while_a_sound_is_typed(qtbot, shown) -> None:
    shown.model.select_cue("f")
    page = shown.inspector.page
    page.text.setFocus()
    page.text.selectAll()
    qtbot.keyClicks(page.text, "gravel")
    popup = page.completer.popup()
    assert popup.isVisible()
    qtbot.keyClick(popup, Qt.Key.Key_Down)
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert "gravel" in page.text.toPlainText() and page.text.toPlainText() != "gravel"
    page.commit()
    assert shown.model.find("f").text == page.text.toPlainText()


def test_a_line_is_not_completed(qtbot, shown) -> None:
    shown.model.select_cue("a")
    page = shown.inspector.page
    page.text.setFocus()
    page.text.selectAll()
    qtbot.keyClicks(page.text, "gravel")
    assert not page.completer.popup().isVisible()


def test_the_voices_are_those_of_the_model_that_speaks(shown) -> None:
    own = models() / "two"
    own.mkdir(parents=True)
    card = json.loads((weights() / "draft" / "card.json").read_text())
    card |= {"name": "two", "title": "Two", "cast": card["cast"][:2]}
    (own / "card.json").write_text(json.dumps(card))
    shown.model.select_cue("a")
    box = shown.inspector.page.voice
    assert box.count() > 3
    shown.preferences.change(models={**shown.preferences.settings.models, "dialogue": "two"})
    assert [box.itemData(row) for row in range(box.count())] == ["", "Ada", "Nell"]
    assert [voice.name for voice in shown.model.voices] == ["Ada", "Nell"]
    shown.preferences.change(models={**shown.preferences.settings.models, "dialogue": "draft"})
    assert box.count() > 3


def test_of_a_long_name_the_beginning_is_seen(shown) -> None:
    shown.undo_stack.change_fields("a", "Change character", character="THE DEPUTY CHIEF INSPECTOR OF THE HARBOUR")
    shown.model.select_cue("f")
    shown.model.select_cue("a")
    assert shown.inspector.character.lineEdit().cursorPosition() == 0
