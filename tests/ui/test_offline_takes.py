"""A take whose WAV is gone: seen in every list, said what to do, made again or found again."""

from __future__ import annotations

from pathlib import Path

import pytest

from vssflow_studio.engine.export import export
from vssflow_studio.timeline.cues import Take
from vssflow_studio.timeline.relink import relinked
from vssflow_studio.ui.cues.rows import STATE

MADE = 120_000


def look(qtbot, window) -> None:
    qtbot.waitUntil(lambda: not window.media.looking)
    with qtbot.waitSignal(window.media.looked):
        window.media.look()


def wav_of(window, take: Take) -> Path:
    return window.model.path.parent / take.path


def state(window) -> str:
    return window.cue_table.rows.index(0, STATE).data().split("  ")[1]


@pytest.fixture
def spoken(qtbot, opened):
    """The window with one line that the real model has spoken."""
    opened.model.select_clip(opened.model.views[0])
    opened.add_cue("dialogue")
    opened.inspector.text.setPlainText("Come in.")
    opened.inspector.commit()
    with qtbot.waitSignal(opened.jobs.made, timeout=MADE):
        opened.generate_selected()
    assert state(opened) == "ready"
    return opened


def test_a_take_that_was_deleted_is_seen_said_and_made_again_as_it_was(qtbot, spoken, tmp_path) -> None:
    model, cue = spoken.model, spoken.model.project.cues[0]
    spoken.takes.rate(cue.circled_take.id, 4)
    take = model.find(cue.id).circled_take
    sound = wav_of(spoken, take).read_bytes()
    wav_of(spoken, take).unlink()
    look(qtbot, spoken)
    assert state(spoken) == "offline"
    assert spoken.timeline_view.places.cues.state(model.find(cue.id)) == "offline"
    assert [row.state for row in spoken.takes.rows.rows] == ["offline"]
    assert "⚠ 1 offline" in spoken.status.text.text() and "WAV is not there" in spoken.inspector.page.takes.text()
    assert wav_of(spoken, take).name in spoken.message.text and "Offline Media" in spoken.message.text
    assert "media file" not in spoken.message.text, "it is a take"
    assert model.views[-1].media is None, "and nothing of it is played"

    made = export(spoken.exports.cut(), tmp_path / "out.xml")
    assert any("WAV is not there: 1" in warning for warning in made.warnings)

    with qtbot.waitSignal(spoken.jobs.made, timeout=MADE):
        spoken.generate_all()
    again = model.find(cue.id)
    assert [one.rating for one in again.takes] == [4] and state(spoken) == "ready"
    assert again.circled_take.provenance["seed"] == take.provenance["seed"]
    assert len(wav_of(spoken, again.circled_take).read_bytes()) == len(sound)
    look(qtbot, spoken)
    assert not spoken.message.isVisible()
    spoken.undo_stack.undo()
    look(qtbot, spoken)
    assert state(spoken) == "offline", "undo brings the take back, not its file"


def test_playing_a_cue_whose_take_is_offline_says_so(qtbot, spoken) -> None:
    cue = spoken.model.project.cues[0]
    wav_of(spoken, cue.circled_take).unlink()
    look(qtbot, spoken)
    spoken.player.pause()  # which the first line ever made plays by itself
    spoken.message.hide()
    spoken.model.seek(cue.range.start_time.value)
    spoken.actions_["play"].trigger()
    qtbot.waitUntil(lambda: spoken.message.isVisible())
    assert "not there" in spoken.message.text
    spoken.player.pause()


def test_a_take_that_was_moved_is_found_and_a_disk_comes_back(qtbot, spoken, tmp_path) -> None:
    model, cue = spoken.model, spoken.model.project.cues[0]
    wav, away = wav_of(spoken, cue.circled_take), tmp_path / "elsewhere"
    away.mkdir()
    moved = wav.rename(away / wav.name)
    look(qtbot, spoken)
    assert state(spoken) == "offline"
    spoken.undo_stack.change_project(relinked(model.project, {cue.circled_take.path: moved}), "Relink media")
    look(qtbot, spoken)
    assert state(spoken) == "ready" and model.views[-1].media == moved
    spoken.takes.list.setCurrentIndex(spoken.takes.rows.index(0))
    spoken.takes.slots()["take_play"]()
    assert spoken.player.playing and not spoken.message.isVisible()
    spoken.player.pause()

    spoken.undo_stack.undo()
    look(qtbot, spoken)
    assert state(spoken) == "offline" and spoken.message.isVisible()
    moved.rename(wav)
    look(qtbot, spoken)
    assert state(spoken) == "ready" and not spoken.message.isVisible()
