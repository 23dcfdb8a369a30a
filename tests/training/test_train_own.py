"""Own data: films with transcripts become examples that the flow is trained on."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import torch

from vssflow_studio.errors import MediaError, StudioError
from vssflow_studio.models.codecs.mel import MelCodec
from vssflow_studio.models.conditions.phonemes import phoneme_ids
from vssflow_studio.models.registry import read_card
from vssflow_studio.models.vssflow.draft_model import DraftModel
from vssflow_studio.script.phonemes import phonemes
from vssflow_studio.training.config import read_config
from vssflow_studio.training.examples import Mixture
from vssflow_studio.training.own_data import OwnCache, OwnExamples, build, find_clips, speakers
from vssflow_studio.training.pipeline import run, voices_of
from vssflow_studio.training.train_durations import batches

RATE = 48_000
LINE = "Where did you put the old key?"
VOICES = ("slt", "rms", "ANNA", "own")


def film(path: Path, seconds: float = 3.0, voice: tuple[float, float] = (0.8, 2.2), picture: bool = True) -> Path:
    """A film in which a square moves all the time and a buzz sounds within `voice`."""
    time = np.arange(round(seconds * RATE)) / RATE
    buzz = 0.05 * np.sign(np.sin(2 * np.pi * 140 * time)) * ((time >= voice[0]) & (time < voice[1]))
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=25) if picture else None
        if video:
            video.width, video.height, video.pix_fmt = 128, 72, "yuv420p"
        audio = out.add_stream("aac", rate=RATE, layout="mono")
        for index in range(round(seconds * 25) if video else 0):
            image = np.full((72, 128, 3), 40, np.uint8)
            image[20:50, 3 * index % 90 : 3 * index % 90 + 30] = 220
            out.mux(video.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        if video:
            out.mux(video.encode(None))
        for start in range(0, len(buzz), 1024):
            block = buzz[None, start : start + 1024].astype(np.float32)
            frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
            out.mux(audio.encode(frame))
        out.mux(audio.encode(None))
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Three clips in a sheet: a line, something heard, and both. Don't change it."""
    folder = tmp_path_factory.mktemp("clips")
    film(folder / "a.mp4")
    film(folder / "b.mp4", 6.0, (1.0, 5.0))
    film(folder / "c.mp4", 2.0, (0.5, 1.5), picture=False)
    rows = [f'a.mp4,"{LINE}",ANNA,', "b.mp4,,,machine buzz", 'c.mp4,"Hello, you!",,machine buzz']
    (folder / "clips.csv").write_text("\n".join(["file,text,speaker,prompt", *rows]) + "\n")
    return folder


@pytest.fixture(scope="module")
def own(folder, tmp_path_factory) -> OwnCache:
    path = tmp_path_factory.mktemp("own") / "own.npz"
    build(path, find_clips(folder), VOICES)
    return OwnCache.load(path)


def test_a_transcript_beside_a_film_is_found(tmp_path):
    film(tmp_path / "one.mp4", 1.0, (0.2, 0.8))
    (tmp_path / "one.txt").write_text("Hello\nthere.\n")
    (clip,) = find_clips(tmp_path)
    assert (clip.file.name, clip.text, clip.speaker) == ("one.mp4", "Hello there.", "own")
    (tmp_path / "one.txt").unlink()
    with pytest.raises(StudioError, match="transcript") as caught:
        find_clips(tmp_path)
    assert caught.value.file.endswith("one.txt")


def test_phonemes_fill_what_is_audible_in_order_and_evenly(own):
    ids = own.ids[: own.bounds[1]]
    said = phoneme_ids(phonemes(LINE))
    placed = np.flatnonzero(ids)
    assert (placed[0], placed[-1]) == (pytest.approx(80, abs=4), pytest.approx(219, abs=4))
    starts = np.flatnonzero(np.diff(ids[placed], prepend=-1))
    assert [int(i) for i in ids[placed][starts]] == [i for n, i in enumerate(said) if n == 0 or said[n - 1] != i]
    lengths = own.phones[: own.phone_bounds[1], 1]
    assert len(lengths) == len(said) and lengths.max() - lengths.min() <= 1
    assert lengths.sum() == pytest.approx(1400, abs=60)


def test_sound_and_picture_stand_together_and_speech_is_levelled(own):
    assert list(np.diff(own.bounds)) == pytest.approx([300, 600, 200], abs=6)
    assert list(np.diff(own.motion_bounds)) == pytest.approx([75, 150, 50], abs=2)
    assert list(own.voices) == [2, -1, 3] and list(own.prompts) == ["", "machine buzz", "machine buzz"]
    mel, floor = own.mel[: own.bounds[1]].astype(np.float32), np.log(1e-4)
    assert mel[100:200].mean() > mel[:60].mean() + 2 and mel[:60].mean() < floor + 1
    moves = np.split(own.motion.astype(np.float32), own.motion_bounds[1:-1])
    assert np.abs(moves[0][2:70]).mean() > 0.1 and not moves[2].any()
    power = (np.exp(mel[100:200]) ** 2).mean()
    raw = (np.exp(own.mel[own.bounds[1] + 150 : own.bounds[1] + 400].astype(np.float32)) ** 2).mean()
    assert 10 * np.log10(power / raw) == pytest.approx(20 * np.log10(10 ** (-23 / 20) / 0.05), abs=1)


def test_windows_of_own_clips_are_mixed_in(own, caches):
    examples = OwnExamples(caches / "cache", own, 0.5, MelCodec(), 500)
    _, batch = examples.batch(200, Mixture())
    ours = [i for i, prompt in enumerate(batch.prompts) if prompt == "machine buzz" or batch.voices[i] > 1]
    assert len(ours) == pytest.approx(100, abs=25)
    for i in ours:
        voice, prompt = int(batch.voices[i]), batch.prompts[i]
        assert (voice, prompt) in {(2, ""), (-1, "machine buzz"), (3, "machine buzz")}
        assert bool(batch.phonemes[i].any()) == (voice >= 0)
        assert bool(batch.contacts[i].any()) == bool(prompt)
        assert bool(batch.motion[i].any()) == (voice != 3)


def test_sound_phonemes_and_picture_of_a_window_begin_together(own, caches):
    counted = replace(
        own,
        mel=np.repeat(np.arange(800, dtype=np.float16)[:, None], 80, 1),
        ids=(np.arange(800) // 4 % 70 + 1).astype(np.uint8),
        bounds=np.array([0, 800]),
        motion=np.repeat(np.arange(200, dtype=np.float16)[:, None], 54, 1),
        motion_bounds=np.array([0, 200]),
        voices=np.array([2]),
    )
    codec = MelCodec()
    latent, batch = OwnExamples(caches / "cache", counted, 1.0, codec, 500).batch(20, Mixture())
    mel, starts = codec.untokens(latent)[:, 0].round(), set()
    for row, ids, moves in zip(mel, batch.phonemes, batch.motion[:, :, 0], strict=True):
        assert torch.equal(row, row[0] + torch.arange(500))
        assert torch.equal(moves, moves[0] + torch.arange(125)) and moves[0] * 4 == row[0]
        assert torch.equal(ids, row.long() // 4 % 70 + 1)
        starts.add(int(row[0]))
    assert len(starts) > 8 and max(starts) > 150


def test_the_lengths_of_what_is_said_are_taught_with_their_voice(own):
    spoken = own.spoken()
    assert list(spoken.voices) == [2, 3]
    for i, line in enumerate((LINE, "Hello, you!")):
        start, end = spoken.phone_bounds[i : i + 2]
        assert list(spoken.phones[start:end, 0]) == phoneme_ids(phonemes(line))
    ids, seconds, voices = next(batches([spoken], 24, 1, 0))
    assert set(voices.tolist()) == {2, 3} and len(ids) == 24
    assert seconds[0][ids[0] > 0].exp().mean() < 0.2


def test_a_run_with_own_clips_gives_a_model_that_has_their_voices(folder, caches, tiny, tmp_path):
    config = read_config(tiny("mine", steps=2))
    cache = tmp_path / "cache"
    cache.mkdir()
    for path in (caches / "cache").iterdir():
        (cache / path.name).write_bytes(path.read_bytes())
    config = replace(config, data=replace(config.data, cache=cache, own=folder, own_share=0.9))
    assert voices_of(config) == VOICES and speakers(find_clips(folder)) == ("ANNA", "own")
    torch.set_num_threads(1)
    run(config)
    card = read_card(config.out.model / "card.json")
    assert card.voices == VOICES and card.kinds == ()  # prompts of its own: any is taken
    DraftModel.load(config.out.model, card, "cpu")


def test_what_can_not_be_used_is_refused_by_file(tmp_path):
    def error(sheet: str) -> str:
        (tmp_path / "clips.csv").write_text("file,text,prompt\n" + sheet)
        with pytest.raises(StudioError) as caught:
            build(tmp_path / "own.npz", find_clips(tmp_path), VOICES)
        assert not (tmp_path / "own.npz").exists()
        return str(caught.value)

    film(tmp_path / "silent.mp4", 1.0, (2, 2))
    film(tmp_path / "long.mp4", 21.0, (1, 20), picture=False)
    film(tmp_path / "good.mp4", 1.0, (0.2, 0.8))
    assert "silent.mp4" in error("silent.mp4,Hello.,")
    assert "long.mp4" in error("long.mp4,Hello.,")
    assert "gone.mp4" in error("gone.mp4,Hello.,")
    assert "good.mp4" in error("good.mp4,Привет,")
    assert "good.mp4" in error("good.mp4,,")
    assert "clips.csv" in error(",Hello.,")
    assert str(tmp_path) in error("")
    with pytest.raises(StudioError, match="data.own"):
        find_clips(tmp_path / "nowhere")


def test_a_clip_without_sound_is_a_media_error(tmp_path, make_movie):
    make_movie(tmp_path / "mute.mp4", 1, sound=False)
    (tmp_path / "mute.txt").write_text("Hello.")
    with pytest.raises(MediaError, match="no sound"):
        build(tmp_path / "own.npz", find_clips(tmp_path), VOICES)
