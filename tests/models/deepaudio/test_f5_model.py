"""DeepAudio's dialogue behind the interface that every model shows. Small networks: what they say is noise."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import f5_files
import generated
import mmaudio_files
import numpy as np
import opentimelineio as otio
import pytest
import soundfile
import torch
from opentimelineio.opentime import RationalTime, TimeRange
from vowels import speech

from vssflow_studio.cli import main
from vssflow_studio.engine.dub import is_unseen
from vssflow_studio.engine.planner import plan
from vssflow_studio.engine.request import Sampling
from vssflow_studio.engine.voice_reference import read_recording, spoken_by
from vssflow_studio.errors import Cancelled, MediaError, ModelError
from vssflow_studio.models.conditions.phonemes import SLOWEST
from vssflow_studio.models.convert import convert_together
from vssflow_studio.models.deepaudio.f5.energy import contour
from vssflow_studio.models.deepaudio.f5.mel import griffin_lim, log_mel
from vssflow_studio.models.deepaudio.f5.model import F5Model
from vssflow_studio.models.deepaudio.f5.network import F5
from vssflow_studio.models.deepaudio.f5.pieces import pieces
from vssflow_studio.models.deepaudio.f5.speech import Recording
from vssflow_studio.models.flow.path import interpolate, velocity
from vssflow_studio.models.interface import Conditions
from vssflow_studio.models.registry import load_model, model_card
from vssflow_studio.paths import models
from vssflow_studio.timeline.clips import clip_views
from vssflow_studio.timeline.cues import Cue, Project

STEPS = Sampling(seed=3, steps=2)
RATE = 24_000


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    """A data folder with DeepAudio, its guide, and F5-TTS alone."""
    made = tmp_path_factory.mktemp("home")
    network, *parts = f5_files.write_all(made)
    plain, *_ = f5_files.write_all(made, "model_1.pt", energy=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(made / "data"))
        convert_together(mmaudio_files.write_all(made), models() / "mmaudio_small_16k")
        convert_together([network, *parts], models() / "v2c_s16")
        convert_together([plain, *parts], models() / "speaker")
    return made / "data"


@pytest.fixture(autouse=True)
def at_home(home, monkeypatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(home))


@pytest.fixture(scope="module")
def loaded(home) -> F5Model:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(home))
        made = load_model("v2c_s16", "cpu")
    guide = made.guide
    guide.network.config = guide.features.config = replace(guide.network.config, window=1.28)
    return made


@pytest.fixture
def model(loaded) -> F5Model:
    """With windows of 1.28 s."""
    loaded.frugal = False
    return loaded


def line(seconds: float = 1.0, **more) -> Conditions:
    """`seconds` of speech with handles of 0.2 s."""
    base = Conditions(
        seconds + 0.4,
        phonemes=("HH", "AY1"),
        speech=(0.2, 0.2 + seconds),
        text="Get down, Anna.",
        reference=generated.values("voice", RATE * 5 // 4, bound=0.2),
        transcript="I know you.",
    )
    return replace(base, **more)


def picture(model: F5Model, seconds: float, seed: int = 0) -> np.ndarray:
    frame = np.random.default_rng(seed).integers(0, 255, (1, *model.frame_size, 3), dtype=np.uint8)
    return frame.repeat(round(seconds * model.frame_rate), axis=0)


def test_the_line_stands_in_its_range(model) -> None:
    told: list[tuple[int, int]] = []
    sound = model.generate(line(), STEPS, on_step=lambda *step: told.append(step))
    assert model.task(line()) == "tts" and told == [(1, 2), (2, 2)]
    assert sound.shape == (round(1.4 * RATE),) and sound.dtype == np.float32 and np.isfinite(sound).all()
    spoken = np.flatnonzero(sound)
    assert spoken[0] >= 0.2 * RATE and spoken[-1] < 1.2 * RATE and len(spoken) > 0.95 * RATE


def test_each_condition_and_the_seed_change_what_is_said(model) -> None:
    made = model.generate(line(), STEPS)
    assert np.array_equal(made, model.generate(line(), STEPS))
    for other in (
        line(text="Get down, Hanna."),
        line(transcript="I knew you."),
        line(reference=generated.values("other voice", RATE * 5 // 4, bound=0.2)),
    ):
        assert np.abs(model.generate(other, STEPS) - made).max() > 1e-3
    for other in ({"seed": 4}, {"guidance": 1.0}, {"solver": "midpoint"}):
        assert np.abs(model.generate(line(), replace(STEPS, **other)) - made).max() > 1e-3
    model.frugal = True
    assert np.abs(model.generate(line(), STEPS) - made).max() < 1e-4


def test_under_a_picture_the_guides_energy_says_when(model) -> None:
    """M = G_v2s · M_v2a(video, prompt) + G_tts · ∅."""
    seen, told = line(frames=picture(model, 1.4)), []
    assert model.task(seen) == "v2s"
    sound = model.generate(seen, STEPS, on_step=lambda *step: told.append(step))
    assert told[-1] == (4, 4) and {total for _, total in told} == {4}
    heard = model.guide.generate(Conditions(1.4, frames=seen.frames), STEPS)
    recording = Recording(torch.from_numpy(seen.reference), seen.transcript, contour(seen.reference, RATE))
    energy = contour(heard[3200:19_200], 16_000)
    said = model.speaker.say(recording, seen.text, 94, model.card.settled(STEPS, "dialogue"), energy).numpy()
    assert np.abs(sound[4800 : 4800 + len(said)] - said[: 93 * 256]).max() < 1e-5
    other = model.generate(replace(seen, frames=picture(model, 1.4, seed=1)), STEPS)
    assert min(np.abs(sound - one).max() for one in (other, model.generate(line(), STEPS))) > 1e-3


def test_a_prompt_alone_is_the_guides_own_sound(model) -> None:
    asked = Conditions(1.0, prompt="rain", frames=picture(model, 1.0))
    assert model.task(asked) == "v2a"
    sound = model.generate(asked, STEPS)
    heard = model.guide.generate(asked, STEPS)
    assert sound.shape == (RATE,) and np.corrcoef(sound[::3][:8000], heard[::2])[0, 1] > 0.9


def test_without_weights_of_a_vocoder_it_is_heard_all_the_same(home, model, tmp_path) -> None:
    own = models() / "own"
    shutil.copytree(models() / "speaker", own)
    card = json.loads((own / "card.json").read_text())
    (own / "card.json").write_text(json.dumps(card | {"vocoder": "griffin-lim"}))
    assert load_model("own", "cpu").generate(line(), STEPS).shape == (round(1.4 * RATE),)
    mel = log_mel(torch.from_numpy(speech(120.0, rate=RATE).astype(np.float32))[None], f5_files.TINY)
    again = log_mel(griffin_lim(f5_files.TINY)(mel.transpose(1, 2)), f5_files.TINY)
    loud = mel[:, 2:-2] > -4
    assert float((again[:, 2 : mel.shape[1] - 2] - mel[:, 2:-2])[loud].abs().mean()) < 0.3


def test_a_pace_shortens_the_line(model) -> None:
    slow, quick = (np.flatnonzero(model.generate(line(6.0, pace=pace), STEPS)) for pace in (1.0, 2.0))
    assert 0.2 * RATE <= slow[0] < 0.21 * RATE and len(quick) == pytest.approx(len(slow) / 2, rel=0.05)
    assert len(slow) / RATE == pytest.approx(1.25 / 12 * 15, rel=0.05)


def test_a_line_is_not_drawn_out_over_a_long_range(model) -> None:
    """As the draft's (`lay_line`): at SLOWEST of the recording's own pace, then silence."""
    spoken = np.flatnonzero(model.generate(line(6.0), STEPS)) / RATE
    assert spoken[0] == pytest.approx(0.2, abs=0.01)
    assert spoken[-1] - spoken[0] == pytest.approx(1.25 / 12 * 15 / SLOWEST, rel=0.05)


def test_under_a_picture_it_stands_where_that_is_loudest(model) -> None:
    seen = line(6.0, frames=picture(model, 6.4))
    heard = model.guide.generate(Conditions(6.4, frames=seen.frames), STEPS)
    spoken = np.flatnonzero(model.generate(seen, STEPS)) / RATE
    length = round((spoken[-1] - spoken[0]) * RATE / 256)
    energy = contour(heard[3200:99_200], 16_000)
    assert length * 256 / RATE == pytest.approx(1.25 / 12 * 15 / SLOWEST, rel=0.05)
    sums = [energy[at : at + length].sum() for at in range(len(energy) - length)]
    assert spoken[0] == pytest.approx(0.2 + int(np.argmax(sums)) * 256 / RATE, abs=0.05)


def test_a_long_line_is_said_in_parts(model) -> None:
    words = "I told you that the river was cold. So please, come back to the house! Now, before dinner."
    told: list[tuple[int, int]] = []
    slow = line(30.0, text=words, transcript="I")
    sound = model.generate(slow, Sampling(seed=3, steps=1), on_step=lambda *step: told.append(step))
    assert told == [(1, 2), (2, 2)]
    quiet = np.convolve(sound == 0, np.ones(800), "same") >= 799
    assert not quiet[round(0.25 * RATE) : round(30.1 * RATE)].any()
    cut = pieces(words, 2)
    assert len(cut) == 2 and " ".join(cut) == words and cut[0].endswith("cold.")
    beyond = model.generate(line(60.0, text=f"H{'e' * 80}y.", transcript="I"), Sampling(seed=3, steps=1))
    assert len(beyond) == round(60.4 * RATE) and 40 < np.flatnonzero(beyond)[-1] / RATE < 43.7
    assert pieces("word", 3) == ("word",) and pieces("a, b", 1) == ("a, b",)


def test_it_can_be_stopped_while_the_guide_works(model) -> None:
    def stop(done: int, total: int) -> None:
        assert total == 4
        raise Cancelled

    with pytest.raises(Cancelled):
        model.generate(line(frames=picture(model, 1.4)), STEPS, on_step=stop)


def test_what_it_can_not_be_asked_is_refused(model) -> None:
    for asked in (line(reference=None), line(text="")):
        with pytest.raises(ModelError, match="in the voice of a recording"):
            model.generate(asked, STEPS)
    for asked in (line(text="你好，世界。"), line(transcript="so we said 你好")):
        with pytest.raises(ModelError, match="pinyin"):
            model.generate(asked, STEPS)
    with pytest.raises(ModelError, match="only speaks lines"):
        load_model("speaker", "cpu").generate(Conditions(1.0, prompt="rain"), STEPS)
    assert model.phoneme_times(line()) == []


def test_a_new_network_begins_silent_and_learns() -> None:
    """One sound over and over: all of the network takes part, the energy too."""
    torch.manual_seed(0)
    network = F5(replace(f5_files.TINY, depth=2, text_layers=1))
    data, noise = generated.tensor("data", 4, 24, 100), generated.tensor("noise", 4, 24, 100)
    text = torch.tensor([[2, 3, 4, 5]]).repeat(4, 6)
    energy, times = generated.tensor("energy", 4, 24).abs(), torch.tensor([0.1, 0.4, 0.6, 0.9])
    optimiser, losses = torch.optim.Adam(network.parameters(), 3e-3), []
    for _ in range(30):
        entered = network.entered(data * (torch.arange(24) < 8)[:, None], text, energy)
        made = network(interpolate(noise, data, times), times, entered)
        loss = (made - velocity(noise, data)).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < 0.5 * losses[0]
    assert [name for name, one in network.named_parameters() if not one.grad.abs().sum()] == []


def test_another_guide_is_another_model(home, model) -> None:
    """Its takes are made anew."""
    before, folder = model_card("v2c_s16").identity, models() / "mmaudio_small_16k"
    card = json.loads((folder / "card.json").read_text())
    (folder / "card.json").write_text(json.dumps(card | {"checkpoint": "0" * 64}))
    try:
        assert model_card("v2c_s16").identity != before and model_card("speaker").identity not in before
    finally:
        (folder / "card.json").write_text(json.dumps(card))


# --- from a cue to the recording that its line follows ------------------------------------


@pytest.fixture
def scene(tmp_path, make_movie, make_timeline):
    """Timeline, views and two lines of Anna's over the two clips of 4 s, of which the first is long."""
    films = [make_movie(tmp_path / name, 4) for name in ("a.mp4", "b.mp4")]
    timeline = make_timeline(*films, frames=96)
    cues = tuple(
        Cue(name, "dialogue", TimeRange(RationalTime(start, 24), RationalTime(length, 24)), text, "ANNA")
        for name, start, length, text in ((("one", 12, 60, "I *told* you… that [DH AE1 T] was it."), ("two", 108, 36, "Get down!")))
    )
    return timeline, clip_views(timeline, tmp_path), Project(cues=cues)


def planned(scene, number: int, tmp_path, model: str = "v2c_s16", **more):
    timeline, views, project = scene
    cue = replace(project.cues[number], **more)
    return plan(timeline, views, cue, project, Sampling(model), tmp_path / "cut.otio")


def test_dub_one_hears_the_clip_itself(scene, tmp_path) -> None:
    request = planned(scene, 0, tmp_path)
    assert (request.voice, request.text) == ("own sound", "I told you... that was it.")
    assert request.transcript == request.text and request.reference == str(tmp_path / "a.mp4")
    assert request.excerpt == (0.5, 3.0) and request.picture and "a.mp4" in request.recording
    key = request.key("x")
    assert replace(request, excerpt=(0.5, 2.9)).key("x") != key != replace(request, transcript="?").key("x")
    speaker = load_model("v2c_s16", "cpu")
    heard = spoken_by(request, speaker)[2]
    assert np.array_equal(heard, read_recording(tmp_path / "a.mp4", RATE)[RATE // 2 : 3 * RATE])


def test_dub_two_hears_another_line_of_the_character(scene, tmp_path) -> None:
    request = planned(scene, 1, tmp_path, voice="other line")
    assert request.reference == str(tmp_path / "a.mp4") and request.excerpt == (0.5, 3.0)
    assert (request.text, request.transcript) == ("Get down!", "I told you... that was it.")
    with pytest.raises(MediaError, match="No other line of BEN"):
        planned(scene, 1, tmp_path, voice="other line", character="BEN")


def test_dub_three_hears_a_recording_whose_text_lies_beside_it(scene, tmp_path) -> None:
    soundfile.write(tmp_path / "dora.wav", speech(180.0), 16_000)
    with pytest.raises(MediaError, match="not known") as error:
        planned(scene, 1, tmp_path, voice="dora.wav")
    assert "dora.txt" in error.value.remedy and error.value.timecode == "01:00:04:12"
    (tmp_path / "dora.txt").write_text("Nobody  saw\nthe dog.\n", encoding="utf-8")
    request = planned(scene, 1, tmp_path, voice="dora.wav")
    assert request.transcript == "Nobody saw the dog." and request.excerpt == () and len(request.recording) == 32
    speaker = load_model("speaker", "cpu")
    soundfile.write(tmp_path / "dora.wav", np.tile(speech(180.0), 9), 16_000)
    with pytest.raises(MediaError, match="and F5-TTS takes 15 s"):
        spoken_by(request, speaker)


def test_who_is_not_seen_is_not_looked_at(scene, tmp_path) -> None:
    assert planned(scene, 0, tmp_path).picture and not planned(scene, 0, tmp_path, notes="V.O.; sad").picture
    assert not planned(scene, 0, tmp_path, character="NARRATOR").picture
    assert not planned(scene, 0, tmp_path, model="speaker").picture
    cue = scene[2].cues[0]
    for notes in ("O.S.", "OS", "(V.O.)", "voice-over", "v/o", "off screen"):
        assert is_unseen(replace(cue, notes=notes)), notes
    assert not any(is_unseen(replace(cue, notes=notes, character="OSLO")) for notes in ("", "so sad", "voices", "to voters"))


def test_without_sound_under_the_line_it_says_what_to_do(scene, tmp_path) -> None:
    beyond = TimeRange(RationalTime(80, 24), RationalTime(48, 24))
    with pytest.raises(MediaError, match="under the whole line") as error:
        planned(scene, 0, tmp_path, range=beyond)
    assert "recording" in error.value.remedy
    with pytest.raises(MediaError, match="0.5 s long"):
        planned(scene, 0, tmp_path, range=TimeRange(RationalTime(12, 24), RationalTime(12, 24)))


def test_a_film_without_sound_has_no_voice(scene, tmp_path, make_movie) -> None:
    make_movie(tmp_path / "a.mp4", 4, sound=False)
    request = planned(scene, 0, tmp_path, model="speaker")
    with pytest.raises(MediaError, match="no sound") as error:
        spoken_by(request, load_model("speaker", "cpu"))
    assert error.value.file.endswith("a.mp4")


def test_a_take_of_ours_and_a_changed_speed_are_no_voice(scene, tmp_path, make_movie) -> None:
    timeline, _, project = scene
    ours, theirs = otio.schema.Track("DX", kind="Audio"), otio.schema.Track("A1", kind="Audio")
    ours.metadata["vssflow_studio"] = {"stem": "dialogue 1"}
    whole = TimeRange(RationalTime(0, 24), RationalTime(96, 24))
    for track, name in ((ours, "take.mp4"), (theirs, "boom.mp4")):
        media = otio.schema.ExternalReference(str(make_movie(tmp_path / name, 4)), whole)
        track.append(otio.schema.Clip(name, media, whole))
        timeline.tracks.append(track)
    heard = planned((timeline, clip_views(timeline, tmp_path), project), 0, tmp_path).reference
    assert heard == str(tmp_path / "boom.mp4")
    theirs[0].effects.append(otio.schema.LinearTimeWarp(time_scalar=-1))
    heard = planned((timeline, clip_views(timeline, tmp_path), project), 0, tmp_path).reference
    assert heard == str(tmp_path / "a.mp4")


def test_requests_of_other_models_are_asked_for_as_before(scene, tmp_path) -> None:
    request = planned(scene, 0, tmp_path, model="draft")
    assert not (request.text or request.transcript or request.excerpt or request.reference)


def test_a_line_gets_its_take(home, timeline_file, capsys) -> None:
    """With the shipped draft for a guide: any model that sees can be one."""
    chain = models() / "chain"
    shutil.copytree(models() / "v2c_s16", chain)
    card = json.loads((chain / "card.json").read_text())
    (chain / "card.json").write_text(json.dumps(card | {"guide": "draft"}))
    cue = ["--kind", "dialogue", "--character", "ANNA", "--in", "0.5", "--out", "2", "--text", "Get down!"]
    assert main(["cues", "add", str(timeline_file), *cue]) == 0
    assert main(["cues", "cast", str(timeline_file), "ANNA", "--voice", "own sound"]) == 0
    capsys.readouterr()
    sampling = ["--model", "chain", "--steps", "1", "--device", "cpu", "--json"]
    assert main(["generate", str(timeline_file), *sampling]) == 0
    (path,) = json.loads(capsys.readouterr().out)["takes"].values()
    sound, rate = soundfile.read(path)
    assert rate == 48_000 and len(sound) == 2.5 * 48_000 and np.abs(sound[24_000:96_000]).max() > 0.01
