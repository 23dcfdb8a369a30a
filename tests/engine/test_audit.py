"""Whatever way a take got where it stands, the audit names it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import opentimelineio as otio
import pytest
import soundfile
from opentimelineio.opentime import RationalTime, TimeRange

from cuts import FACTS, write_cut
from vssflow_studio.cli import main
from vssflow_studio.engine.audit import temps
from vssflow_studio.engine.cut import Cut
from vssflow_studio.engine.planner import plan
from vssflow_studio.engine.request import Sampling
from vssflow_studio.engine.takes import TakeStore
from vssflow_studio.media.bwf import read_bwf_info, write_bwf
from vssflow_studio.models.registry import model_cards
from vssflow_studio.timeline.clips import clip_views
from vssflow_studio.timeline.cues import Cue, Project
from vssflow_studio.timeline.files import read_timeline, write_timeline
from vssflow_studio.timeline.metadata import plain
from vssflow_studio.timeline.tracks import place_takes, strip_takes


def lose_metadata(timeline) -> None:
    """As NLEs do: nothing is left but names, media and ranges."""
    timeline.metadata.clear()
    for item in timeline.find_children():
        item.metadata.clear()
    for clip in timeline.find_clips():
        clip.media_reference.metadata.clear()


def changed(cut: Path, change) -> Path:
    timeline = read_timeline(cut)
    change(timeline)
    write_timeline(timeline, cut)
    return cut


def known(cut: Path) -> list[tuple[str, str]]:
    return [(temp.media, temp.known_by) for temp in temps(Cut.read(cut))]


def test_takes_are_listed_with_place_and_provenance(tmp_path: Path, capsys) -> None:
    cut = write_cut(tmp_path)
    assert main(["audit", str(cut), "--json"]) == 3
    line, steps = json.loads(capsys.readouterr().out)["temp"]
    assert (line["start"], line["end"], line["track"]) == ("01:00:01:06", "01:00:02:18", "DX TEMP")
    assert (line["clip"], line["media"], line["known_by"]) == ("ANNA: Mind the door!", "take0.wav", "metadata")
    assert {name: line[name] for name in FACTS if name != "synthetic"} == {
        name: value for name, value in FACTS.items() if name != "synthetic"
    }
    assert (line["seed"], steps["seed"]) == (0, 1)
    assert main(["audit", str(cut)]) == 3
    assert "2 clips are still temp." in capsys.readouterr().out


def test_a_new_take_carries_all_six_facts_in_its_wav_and_in_the_timeline(timeline_file: Path) -> None:
    timeline = read_timeline(timeline_file)
    range_ = TimeRange(RationalTime(24, 24), RationalTime(36, 24))
    cue = Cue("c", "foley", range_, "footsteps")
    views = clip_views(timeline, timeline_file.parent)
    request = plan(timeline, views, cue, Project(), Sampling(seed=7), timeline_file)
    store, card = TakeStore(timeline_file), model_cards()[0]
    order = store.order(timeline, cue, request, card)
    write_bwf(
        order.path,
        np.zeros(48_000, np.float32),
        time_reference=order.time_reference,
        description=order.description,
        provenance=order.provenance,
    )
    place_takes(timeline, [replace(cue, takes=(store.take(order, order.path),))])
    (clip,) = timeline.audio_tracks()[0].find_clips()
    facts = {"synthetic": True, "model": card.name, "checkpoint": card.checkpoint, "licence": "Apache-2.0", "seed": 7}
    for said in (read_bwf_info(order.path)["provenance"], plain(clip.metadata["vssflow_studio"])["provenance"]):
        assert facts.items() <= said.items()
        assert abs((datetime.now(UTC) - datetime.fromisoformat(said["date"])).total_seconds()) < 60
    head = order.path.read_bytes()[:4000]  # also in the words that every tool shows: bext and the iXML note
    for words in (head[: head.index(b"iXML")], head[head.index(b"<NOTE>") : head.index(b"</NOTE>")]):
        for fact in ("SYNTHETIC", f"model {card.name}", card.checkpoint, "seed 7", "licence Apache-2.0", "date 20"):
            assert fact.encode() in words


def test_nothing_temp_is_0(tmp_path: Path, capsys) -> None:
    assert main(["audit", str(changed(write_cut(tmp_path), strip_takes))]) == 0
    assert capsys.readouterr().out == "Nothing is temp.\n"


def test_without_metadata_the_wav_itself_tells(tmp_path: Path, capsys) -> None:
    cut = changed(write_cut(tmp_path), lose_metadata)
    assert known(cut) == [("take0.wav", "file"), ("take1.wav", "file")]
    assert main(["audit", str(cut), "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["temp"][1]["checkpoint"] == FACTS["checkpoint"]


def test_in_nests_of_any_kind_disabled_and_trimmed_away(tmp_path: Path) -> None:
    def change(timeline):
        lose_metadata(timeline)
        clip = timeline.tracks[1][1].clone()
        del timeline.tracks[1:]
        nest = otio.schema.Stack("nest")
        layer = otio.schema.Track("A1", kind="Audio")
        layer.append(clip)
        nest.append(layer)
        timeline.tracks[0].append(nest)  # the sound of a nest on a picture track
        off = clip.clone()
        off.enabled = False
        sound = otio.schema.Track("A2", kind="Audio")
        sound.append(off)
        timeline.tracks.append(sound)

    rows = temps(Cut.read(changed(write_cut(tmp_path), change)))
    assert [(row.track, row.enabled) for row in rows] == [("V1", True), ("A2", False)]
    assert rows[1].start == "01:00:00:00"


def test_a_take_whose_wav_is_gone_is_known_by_its_name(tmp_path: Path) -> None:
    cut = write_cut(tmp_path)

    def change(timeline):
        for clip in timeline.find_clips():
            clip.metadata.clear()

    changed(cut, change)
    (tmp_path / "cut.takes" / "take0.wav").unlink()
    assert known(cut) == [("take0.wav", "name"), ("take1.wav", "file")]


def test_other_peoples_sound_is_not_ours(tmp_path: Path) -> None:
    cut = write_cut(tmp_path)
    soundfile.write(tmp_path / "production.wav", np.zeros(4800), 48_000)
    theirs = tmp_path / "theirs.wav"
    write_bwf(theirs, np.zeros(4800, np.float32), time_reference=0, description="", provenance={"scene": 1})
    theirs.write_bytes(theirs.read_bytes().replace(b"VSSFlow Studio", b"Sound Devices\0"))

    def change(timeline):
        lose_metadata(timeline)
        timeline.tracks[1][1].media_reference.target_url = "production.wav"
        timeline.tracks[2][1].media_reference.target_url = "theirs.wav"

    assert known(changed(cut, change)) == []


@pytest.mark.parametrize("what", ["stem", "mix"])
def test_stems_and_mixes_of_takes_are_temp_too(tmp_path: Path, what: str) -> None:
    cut = write_cut(tmp_path)
    if what == "stem":
        assert main(["stems", str(cut), str(tmp_path)]) == 0
        made = "cut_DX.wav"
    else:
        assert main(["export", str(cut), str(tmp_path / "mix.wav")]) == 0
        made = "mix.wav"

    def change(timeline):
        lose_metadata(timeline)
        del timeline.tracks[2]
        timeline.tracks[1][1].media_reference.target_url = made

    ((media, by),) = known(changed(cut, change))
    assert (media, by) == (made, "file")


def test_a_mix_without_takes_is_not_temp(tmp_path: Path) -> None:
    cut = write_cut(tmp_path)

    def change(timeline):
        strip_takes(timeline)
        sound = otio.schema.Track("A1", kind="Audio")
        sound.append(timeline.tracks[0][0].clone())
        timeline.tracks.append(sound)

    changed(cut, change)
    assert main(["export", str(cut), str(tmp_path / "mix.wav")]) == 0

    def lay(timeline):
        timeline.tracks[1][0].media_reference.target_url = "mix.wav"

    assert known(changed(cut, lay)) == []


@pytest.mark.parametrize("suffix", ["xml", "aaf"])
def test_what_came_back_from_another_program_is_audited(tmp_path: Path, suffix: str) -> None:
    out = tmp_path / "there" / f"cut.{suffix}"
    out.parent.mkdir()
    assert main(["export", str(write_cut(tmp_path)), str(out)]) == 0
    assert known(out) == [("take0.wav", "file"), ("take1.wav", "file")]
    assert [temp.start for temp in temps(Cut.read(out))] == ["01:00:01:06", "01:00:03:09"]
