"""Recordings that a voice follows: what is heard in them, what is refused, and how near the take comes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from vowels import speech
from vssflow_studio.cli import main
from vssflow_studio.engine.planner import plan
from vssflow_studio.engine.request import Request, Sampling
from vssflow_studio.engine.takes import Order
from vssflow_studio.engine.voice_reference import (
    RATE,
    formant_ratio,
    learned_voices,
    likeness,
    measured,
    read_recording,
    spoken_by,
)
from vssflow_studio.engine.worker import make_take
from vssflow_studio.errors import CueError, MediaError
from vssflow_studio.models.registry import load_model
from vssflow_studio.script.phonemes import phonemes
from vssflow_studio.timeline.clips import clip_views
from vssflow_studio.timeline.cues import Cue, Project
from vssflow_studio.timeline.files import read_timeline
from vssflow_studio.timeline.metadata import read_project
from vssflow_studio.timeline.rebase import rebased_project


def semitones(one: float, other: float) -> float:
    return 12 * np.log2(one / other)


@pytest.fixture(scope="module")
def plain():
    return measured(speech(110.0), RATE)


@pytest.mark.parametrize(("hertz", "head"), [(90.0, 0.9), (150.0, 1.05), (210.0, 1.16), (260.0, 1.25)])
def test_pitch_and_formants_of_a_voice_that_is_known_exactly(hertz, head, plain) -> None:
    heard = measured(speech(hertz, head, seed=1), RATE)
    assert abs(semitones(heard.hertz, hertz)) < 0.3
    assert formant_ratio(heard, plain) == pytest.approx(head, abs=0.05)
    assert formant_ratio(plain, heard) == pytest.approx(1 / formant_ratio(heard, plain), abs=0.005)
    assert heard.pace == pytest.approx(4.0, abs=1.2)


def test_the_voice_that_is_moved_least_is_taken(plain) -> None:
    learned = {"low": plain, "high": measured(speech(200.0, 1.15, seed=2), RATE)}
    near = likeness(measured(speech(215.0, 1.18, seed=3), RATE), learned)
    assert near.voice.learned == "high" and near.voice.semitones == pytest.approx(1.25, abs=0.4)
    assert near.voice.formants == pytest.approx(1.03, abs=0.05) and near.short == (0.0, pytest.approx(1.0))
    assert likeness(measured(speech(100.0, 0.95, seed=4), RATE), learned).voice.learned == "low"


def melody(seconds: float = 4.0) -> np.ndarray:
    """Held notes of an organ."""
    notes = [220 * 2 ** (n / 12) for n in (0, 4, 7, 12, 7, 4)]
    time = np.arange(round(seconds / len(notes) * RATE)) / RATE
    return np.concatenate([sum(np.sin(2 * np.pi * k * f * time) / k for k in range(1, 6)) for f in notes]) * 0.2


def chords(seconds: float = 4.0) -> np.ndarray:
    time = np.arange(round(seconds * RATE)) / RATE
    return sum(np.sin(2 * np.pi * f * time) for f in (220.0, 277.2, 329.6, 440.0)) * 0.1


BAD = {
    "silent": np.zeros(3 * RATE),
    "too short": speech(120.0)[: RATE // 5],
    "too little voice": 0.1 * np.random.default_rng(0).standard_normal(3 * RATE),
    "music": melody(),
}


@pytest.mark.parametrize("why", BAD)
def test_what_is_no_voice_is_refused_with_a_remedy(why, tmp_path) -> None:
    soundfile.write(tmp_path / "bad.wav", BAD[why], RATE)
    with pytest.raises(MediaError, match=why) as refused:
        path = tmp_path / "bad.wav"
        measured(read_recording(path), RATE, path)
    assert refused.value.file == str(path) and refused.value.remedy


def test_chords_are_no_voice() -> None:
    with pytest.raises(MediaError):
        measured(chords(), RATE)


def test_a_file_that_is_gone_or_no_sound_is_told(tmp_path) -> None:
    with pytest.raises(MediaError, match="not there") as refused:
        read_recording(tmp_path / "gone.wav")
    assert "gone.wav" in refused.value.file and refused.value.remedy
    (tmp_path / "text.wav").write_text("no sound at all")
    with pytest.raises(MediaError) as refused:
        read_recording(tmp_path / "text.wav")
    assert "text.wav" in refused.value.file


@pytest.mark.parametrize(("rate", "kind"), [(8_000, "PCM_U8"), (44_100, "PCM_16"), (48_000, "PCM_24")])
def test_any_kind_of_wav_is_heard_alike(rate, kind, tmp_path, plain) -> None:
    sound = speech(110.0, rate=rate)
    soundfile.write(tmp_path / "a.wav", np.stack([sound, sound], axis=1), rate, kind)
    heard = measured(read_recording(tmp_path / "a.wav"), RATE)
    assert abs(semitones(heard.hertz, plain.hertz)) < 0.2
    assert formant_ratio(heard, plain) == pytest.approx(1.0, abs=0.04)


class Steps:
    def check(self) -> None:
        pass

    def step(self, done: int, total: int) -> None:
        pass


LINE = "Come back to the house before the rain begins, please"


def test_a_take_comes_near_its_recording(tmp_path) -> None:
    soundfile.write(tmp_path / "anna.wav", speech(215.0, 1.2), RATE)
    model = load_model("draft", "cpu")
    target = measured(read_recording(tmp_path / "anna.wav"), RATE)
    made = {}
    reference = {"voice": "anna.wav", "reference": str(tmp_path / "anna.wav")}
    for name, more in (("named", {"voice": "slt"}), ("followed", reference)):
        asked = Request("dialogue", 3.2, 0.3, 0.3, phonemes=phonemes(LINE), sampling=Sampling(), **more)
        path = tmp_path / f"{name}.wav"
        make_take({("draft", "cpu"): model}, "cpu", asked, Order("c", name, name, path, name, 0), Steps())
        made[name] = measured(read_recording(path), RATE)
    off = {name: abs(semitones(heard.hertz, target.hertz)) for name, heard in made.items()}
    assert off["followed"] < 1.5 < 3 < off["named"]
    assert learned_voices(model) is learned_voices(model)  # spoken once


def test_a_model_without_voices_says_so(tmp_path) -> None:
    class Mute:
        card = type("Card", (), {"title": "Mute", "voices": ()})()
        reference_rate = 0

    with pytest.raises(CueError, match="no voices") as refused:
        spoken_by(Request("dialogue", 1, 0, 0, voice="a.wav", reference="a.wav"), Mute())
    assert refused.value.remedy


def test_a_line_is_planned_with_its_recording(timeline_file, tmp_path) -> None:
    soundfile.write(timeline_file.parent / "anna.wav", speech(200.0)[:RATE], RATE)
    timeline = read_timeline(timeline_file)
    views = clip_views(timeline, timeline_file.parent)
    from opentimelineio.opentime import RationalTime, TimeRange

    line = Cue("a", "dialogue", TimeRange(RationalTime(24, 24), RationalTime(36, 24)), "Hello there.", "ANNA")
    project = Project(cast={"ANNA": "anna.wav"})

    def asked() -> Request:
        return plan(timeline, views, line, project, Sampling(), timeline_file)

    first = asked()
    assert first.voice == "anna.wav" and Path(first.reference) == timeline_file.parent / "anna.wav"
    soundfile.write(timeline_file.parent / "anna.wav", speech(180.0)[:RATE], RATE)
    other = asked()
    assert other.key("x") != first.key("x") and other.wish("x") != first.wish("x")
    moved = rebased_project(project, timeline_file.parent, timeline_file.parent / "sub")
    assert moved.cast == {"ANNA": "../anna.wav"}
    (timeline_file.parent / "anna.wav").unlink()
    with pytest.raises(MediaError, match="not there") as refused:
        asked()
    assert refused.value.timecode and "anna.wav" in refused.value.file


def test_takes_from_before_recordings_keep_their_keys() -> None:
    plain = Request("dialogue", 1.0, 0.5, 0.5, voice="Ada")
    assert plain.key("x") == Request("dialogue", 1.0, 0.5, 0.5, voice="Ada", reference="elsewhere").key("x")


def test_the_cast_on_the_command_line(timeline_file, capsys) -> None:
    assert main(["cues", "cast", str(timeline_file), "ANNA", "--voice", "Ada"]) == 0
    recording = timeline_file.parent / "ben.wav"
    soundfile.write(recording, speech(120.0), RATE)
    capsys.readouterr()
    assert main(["cues", "cast", str(timeline_file), "BEN", "--reference", str(recording), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["cast"] == {"BEN": "ben.wav"} and told["hertz"] == pytest.approx(120, abs=4)
    assert read_project(read_timeline(timeline_file)).cast == {"ANNA": "Ada", "BEN": "ben.wav"}
    assert main(["cues", "cast", str(timeline_file)]) == 0
    shown = capsys.readouterr().out
    assert "ANNA" in shown and "Ada" in shown and "ben.wav" in shown
    assert main(["cues", "cast", str(timeline_file), "ANNA", "--none"]) == 0
    assert read_project(read_timeline(timeline_file)).cast == {"BEN": "ben.wav"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["ANNA", "--voice", "Nobody"], "no model has a voice"),
        (["ANNA", "--reference", "gone.wav"], "not there"),
        (["ANNA", "--reference", "anna.txt"], "no kind of sound file"),
        (["--voice", "Ada"], "no character"),
    ],
)
def test_a_cast_that_can_not_be_is_refused(options, said, timeline_file, capsys) -> None:
    before = timeline_file.read_bytes()
    assert main(["cues", "cast", str(timeline_file), *options]) == 1
    told = capsys.readouterr().err
    assert said in told.lower() and "Traceback" not in told and timeline_file.read_bytes() == before
