"""The cast: colours, notes, voices heard and chosen, characters renamed."""

from __future__ import annotations

import pytest
from opentimelineio.opentime import RationalTime, TimeRange
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox

from vssflow_studio.media.bwf import read_bwf_info
from vssflow_studio.timeline.cues import Cue
from vssflow_studio.ui.cast.colours import character_colour, colour_name
from vssflow_studio.ui.cast.panel import NAME, VOICE
from vssflow_studio.ui.cues.rows import WHO
from vssflow_studio.ui.look import theme as themes


def cue(number: int, who: str, text: str) -> Cue:
    return Cue(f"c{number}", "dialogue", TimeRange(RationalTime(24 * number, 24), RationalTime(24, 24)), text, who)


@pytest.fixture
def cast(opened, monkeypatch, tmp_path):
    monkeypatch.setattr(QMessageBox, "question", lambda *a: QMessageBox.StandardButton.Discard)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    opened.undo_stack.change_cues((cue(0, "ANNA", "Hi."), cue(1, "BEN", "Hello there."), cue(2, "ANNA", "Bye.")), "Add")
    dock = opened.docks.docks["cast"]
    dock.show()
    dock.raise_()
    return opened.lines.cast


def choose(panel, name: str) -> None:
    rows = range(panel.list.rowCount())
    panel.list.selectRow(next(row for row in rows if panel.list.item(row, NAME).text() == name))


def row(panel, name: str) -> list[str]:
    found = next(r for r in range(panel.list.rowCount()) if panel.list.item(r, NAME).text() == name)
    return [panel.list.item(found, column).text() for column in range(4)]


def test_the_list_counts_lines_and_time(cast) -> None:
    assert row(cast, "ANNA")[2:] == ["2", "0:02"] and row(cast, "BEN")[2:] == ["1", "0:01"]
    assert "(automatic)" in row(cast, "ANNA")[VOICE]


def test_characters_have_colours_of_their_own_in_both_themes(cast) -> None:
    project = cast.model.project
    assert colour_name(project, "ANNA") != colour_name(project, "BEN")
    for theme in (themes.DARK, themes.LIGHT):
        assert character_colour(project, "ANNA", theme) != character_colour(project, "BEN", theme)
        assert character_colour(project, "", theme).name() == theme.dim


def test_a_colour_is_chosen_and_undone(qtbot, cast) -> None:
    choose(cast, "BEN")
    before = colour_name(cast.model.project, "BEN")
    other = next(name for name in cast.colours if name != before)
    qtbot.mouseClick(cast.colours[other], Qt.MouseButton.LeftButton)
    assert colour_name(cast.model.project, "BEN") == other and cast.colours[other].isChecked()
    assert cast.edits.undoText() == "Change colour of BEN"
    cast.edits.undo()
    assert colour_name(cast.model.project, "BEN") == before


def test_notes_are_kept_with_what_is_saved(qtbot, cast, opened) -> None:
    choose(cast, "ANNA")
    qtbot.keyClicks(cast.notes, "thirty, tired")
    assert opened.save()
    assert opened.model.project.characters["ANNA"].notes == "thirty, tired" and not opened.isWindowModified()


def test_a_name_typed_in_the_list_renames_everywhere_in_one_step(qtbot, cast, opened) -> None:
    opened.undo_stack.change_cast("ANNA", "Ruth")
    count = cast.edits.count()
    item = next(cast.list.item(r, NAME) for r in range(2) if cast.list.item(r, NAME).text() == "ANNA")
    cast.list.editItem(item)
    editor = cast.list.findChild(type(cast.notes))
    editor.selectAll()
    qtbot.keyClicks(editor, "EVE")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: [c.character for c in cast.model.project.cues] == ["EVE", "BEN", "EVE"])
    assert cast.model.project.cast == {"EVE": "Ruth"}
    assert cast.edits.count() == count + 1 and cast.edits.undoText() == "Rename ANNA to EVE"
    qtbot.waitUntil(lambda: row(cast, "EVE")[2] == "2")


def test_a_voice_is_cast_by_its_button_and_shown(qtbot, cast) -> None:
    choose(cast, "ANNA")
    place = next(r for r in range(cast.voices.count()) if cast.voices.item(r).text() == "Vera")
    cast.voices.setCurrentRow(place)
    qtbot.mouseClick(cast.use, Qt.MouseButton.LeftButton)
    assert cast.model.project.cast == {"ANNA": "Vera"} and cast.edits.undoText() == "Change voice of ANNA"
    assert row(cast, "ANNA")[VOICE] == "Vera" and not cast.use.isEnabled()


def test_every_voice_says_who_it_is(cast) -> None:
    choose(cast, "BEN")
    said = [cast.voices.item(r).data(Qt.ItemDataRole.AccessibleTextRole) for r in range(cast.voices.count())]
    assert any("Pip, child, seven" in one for one in said) and len(said) == 10


def test_a_recording_is_a_voice(cast, monkeypatch) -> None:
    here = cast.model.path.resolve().parent
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(here / "voices" / "anna.wav"), ""))
    choose(cast, "ANNA")
    cast.reference.click()
    assert cast.model.project.cast == {"ANNA": "voices/anna.wav"}
    assert row(cast, "ANNA")[VOICE] == "anna.wav"


def test_a_character_with_lines_is_not_removed(cast, opened) -> None:
    choose(cast, "BEN")
    cast.remove.click()
    assert "1 line" in opened.message.text and "BEN" in [c.character for c in cast.model.project.cues]


def test_the_list_shows_the_characters_chip(cast, opened) -> None:
    view = opened.cue_table.view
    opened.docks.docks["cues"].raise_()
    rect = view.visualRect(opened.cue_table.rows.index(0, WHO))
    colour = character_colour(cast.model.project, "ANNA", themes.current())
    image = view.viewport().grab(rect).toImage()
    scale = image.devicePixelRatio()
    shown = {image.pixelColor(x, round(rect.height() / 2 * scale)).name() for x in range(round(24 * scale))}
    assert colour.name() in shown


def test_a_click_makes_a_voice_speak_once_and_then_from_the_cache(qtbot, cast, opened) -> None:
    choose(cast, "BEN")
    voices, auditions = cast.voices, opened.lines.auditions
    item = next(voices.item(r) for r in range(voices.count()) if voices.item(r).text() == "Boris")
    steps = []
    auditions.changed.connect(lambda: steps.append(auditions.fraction))
    qtbot.mouseClick(voices.viewport(), Qt.MouseButton.LeftButton, pos=voices.visualItemRect(item).center())
    assert auditions.voice == "Boris" and auditions.making
    qtbot.waitUntil(lambda: not auditions.making, timeout=120_000)
    assert auditions.heard.is_file() and any(0 < step < 1 for step in steps)
    assert read_bwf_info(auditions.heard)["provenance"]["voice"] == "Boris"
    made = auditions.heard.stat().st_mtime_ns
    auditions.stop()
    auditions.play("BEN", "Boris")
    assert not auditions.making and auditions.heard.stat().st_mtime_ns == made
    assert not cast.model.project.cues[1].takes and not cast.model.jobs


def test_another_click_takes_the_first_ones_place(qtbot, cast, opened) -> None:
    auditions = opened.lines.auditions
    auditions.play("ANNA", "Ada")
    auditions.play("ANNA", "Nell")
    states = {job.order.provenance["voice"]: job.state for job in auditions._queue.jobs()}
    assert auditions.voice == "Nell" and states["Ada"] == "cancelled"
    auditions.stop()
    assert not auditions.making
