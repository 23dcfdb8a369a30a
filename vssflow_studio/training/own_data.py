"""Own data: a folder of clips with sound, and what is said or heard in them.

Either `name.mp4` beside `name.txt` (its transcript), or a sheet `clips.csv` with the
columns file, text, speaker, prompt; text or prompt may be empty, not both. Nobody tells
when each phoneme is said, so they are spread evenly from the first audible moment to
the last; short clips, one sentence each, keep that from being far off.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor

from ..errors import MediaError, StudioError, TextError
from ..media.sound import read_sound
from ..media.span import Span
from ..media.video import grey_frames, probe
from ..models.codecs.mel import MelCodec
from ..models.conditions import motion
from ..models.conditions.phonemes import lay_by_durations, phoneme_ids, rasterise
from ..models.conditions.sync import SyncEncoder
from ..script.phonemes import phonemes
from .evaluate_speech import audible
from .examples import Examples, Mixture

SHEET = "clips.csv"
SUFFIXES = (".mp4", ".mov", ".mkv", ".webm", ".avi", ".mxf")
SPEAKER = "own"
LONGEST = 20.0
"""Seconds of a clip with a transcript."""

_LEVEL, _PEAK = 10 ** (-23 / 20), 10 ** (-3 / 20)  # as the teachers' speech


@dataclass(frozen=True)
class Clip:
    """A film (or sound) file; `text` is said by `speaker`, `prompt` is heard besides."""

    file: Path
    text: str = ""
    speaker: str = SPEAKER
    prompt: str = ""


def find_clips(folder: Path) -> tuple[Clip, ...]:
    """The clips of `folder`, by name. Raises StudioError naming what is missing."""
    if not folder.is_dir():
        raise StudioError("The folder of own clips is not there", file=folder, remedy="Change data.own.")
    sheet = folder / SHEET
    clips = _from_sheet(sheet) if sheet.is_file() else _from_texts(folder)
    if not clips:
        raise StudioError(
            "There are no clips in this folder",
            file=folder,
            remedy=f"Put in films, each with a .txt of the same name, or a sheet {SHEET}.",
        )
    return tuple(clips)


def speakers(clips: Sequence[Clip]) -> tuple[str, ...]:
    """Who speaks, by name."""
    return tuple(sorted({clip.speaker for clip in clips if clip.text}))


def _from_texts(folder: Path) -> list[Clip]:
    clips = []
    for file in sorted(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES):
        transcript = file.with_suffix(".txt")
        try:
            clips.append(Clip(file, " ".join(transcript.read_text(encoding="utf-8").split())))
        except (OSError, UnicodeDecodeError) as error:
            raise StudioError(
                "A clip's transcript is missing or no UTF-8 text",
                file=transcript,
                remedy="Write what is said in the clip into it.",
            ) from error
    return [_checked(clip, clip.file.with_suffix(".txt")) for clip in clips]


def _from_sheet(sheet: Path) -> list[Clip]:
    clips = []
    with open(sheet, newline="", encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            cells = {key: (row.get(key) or "").strip() for key in ("file", "text", "speaker", "prompt")}
            if not cells["file"]:
                raise StudioError("A row names no file", file=sheet, remedy="Columns: file, text, speaker, prompt.")
            speaker = cells["speaker"] or SPEAKER
            clips.append(Clip(sheet.parent / cells["file"], cells["text"], speaker, cells["prompt"]))
    return [_checked(clip, sheet) for clip in clips]


def _checked(clip: Clip, source: Path) -> Clip:
    if not (clip.text or clip.prompt):
        raise StudioError(
            f"Nobody says what is heard in {clip.file.name}", file=source, remedy="Write its words or a prompt."
        )
    return clip


@dataclass(frozen=True)
class OwnCache:
    """All clips end to end.

    mel float16 [frames, bins], ids uint8 [frames] and their `bounds` [clips + 1]; motion
    float16 [pictures, motion.CHANNELS] with `motion_bounds`; voices int16 [clips], an index
    into all the model's voices or −1; prompts [clips]; phones and phone_bounds as in SpeechCache.
    """

    mel: np.ndarray
    ids: np.ndarray
    bounds: np.ndarray
    motion: np.ndarray
    motion_bounds: np.ndarray
    voices: np.ndarray
    prompts: np.ndarray
    phones: np.ndarray
    phone_bounds: np.ndarray

    @classmethod
    def load(cls, path: Path) -> OwnCache:
        """Read what `build` wrote."""
        with np.load(path) as arrays:
            return cls(**{name: arrays[name] for name in cls.__dataclass_fields__})

    def spoken(self) -> OwnCache:
        """The same as timings (see train_durations.py): only clips in which somebody speaks."""
        speaks = self.voices >= 0
        bounds = np.append(self.phone_bounds[:-1][speaks], self.phone_bounds[-1])
        return replace(self, voices=self.voices[speaks], phone_bounds=bounds)


def build(path: Path, clips: Sequence[Clip], voices: Sequence[str]) -> None:
    """Decode `clips` and write the cache to `path`. Raises StudioError naming the clip's file."""
    codec = MelCodec()
    mels, ids, moves, phones = zip(*(_read(clip, codec) for clip in clips), strict=True)
    np.savez(
        path,
        mel=np.concatenate(mels),
        ids=np.concatenate(ids),
        bounds=np.cumsum([0, *map(len, mels)]),
        motion=np.concatenate(moves),
        motion_bounds=np.cumsum([0, *map(len, moves)]),
        voices=np.array([voices.index(c.speaker) if c.text else -1 for c in clips], np.int16),
        prompts=np.array([clip.prompt for clip in clips]),
        phones=np.concatenate(phones),
        phone_bounds=np.cumsum([0, *map(len, phones)]),
    )


def _read(clip: Clip, codec: MelCodec):
    """mel, ids, motion and phones of one clip."""
    rate = codec.config.sample_rate
    sound = read_sound(clip.file, sample_rate=rate)[:, 0]
    length = len(sound) / rate
    start, end = audible(sound, rate)
    if end <= start:
        raise MediaError("The clip is silent", file=clip.file, remedy="Take it out of the folder.")
    timed = _timed(clip, start, end, length)
    mel = codec.mel(torch.from_numpy(_levelled(sound, start, end, rate) if clip.text else sound))
    mel = mel.numpy().T.astype(np.float16)
    ids = rasterise(timed, len(mel), codec.config.frame_rate).astype(np.uint8)
    rows = [(i, round(1000 * (b - a))) for i, a, b in timed]
    return mel, ids, _motion(clip, length), np.array(rows, np.int16).reshape(-1, 2)


def _timed(clip: Clip, start: float, end: float, length: float) -> list[tuple[int, float, float]]:
    if not clip.text:
        return []
    if length > LONGEST:
        raise MediaError(
            f"The clip is {length:.0f} s long and has one transcript",
            file=clip.file,
            remedy=f"Cut it into clips of a sentence each, none over {LONGEST:.0f} s.",
        )
    try:
        said = phoneme_ids(phonemes(clip.text))
    except TextError as error:
        raise TextError(error.what, file=clip.file, remedy=error.remedy) from error
    return lay_by_durations(said, [1.0] * len(said), start, end)


def _levelled(sound: np.ndarray, start: float, end: float, rate: int) -> np.ndarray:
    spoken = sound[round(start * rate) : round(end * rate)]
    gain = _LEVEL / max(float(np.sqrt(np.mean(spoken**2))), 1e-6)
    return sound * np.float32(min(gain, _PEAK / max(float(np.abs(sound).max()), 1e-6)))


def _motion(clip: Clip, length: float) -> np.ndarray:
    info = probe(clip.file)
    count = max(1, round(length * motion.FRAME_RATE))
    if not info.has_video:
        return np.zeros((count, motion.CHANNELS), np.float16)
    seen = min(length, info.duration)
    frames = grey_frames(
        [Span(str(clip.file), 0.0, 0.0, seen)], length, motion.FRAME_RATE, motion.FRAME_SIZE
    )
    moves = motion.motion_features(torch.from_numpy(frames)).numpy()
    moves[round(seen * motion.FRAME_RATE) :] = 0  # no jump to black where the picture ends
    return moves.astype(np.float16)


class OwnExamples(Examples):
    """Examples of the teachers, and with probability `share` a window of an own clip."""

    def __init__(
        self, cache: Path, own: OwnCache, share: float, codec: MelCodec, frames: int
    ) -> None:
        super().__init__(cache, codec, frames)
        self.own, self.share = own, share
        self.encoder = SyncEncoder()
        self.encoder.load_state_dict(load_file(cache / "sync.safetensors"))

    def _example(self, mixture: Mixture):
        if self.rng.random() >= self.share:
            return super()._example(mixture)
        own, index = self.own, self.rng.randrange(len(self.own.voices))
        per = round(self.codec.config.frame_rate / motion.FRAME_RATE)
        first, last = own.motion_bounds[index : index + 2]
        pictures = self.frames // per
        at = self.rng.randint(0, max(0, int(last - first) - pictures))
        start, end = own.bounds[index : index + 2]
        mel = _window(own.mel[start:end], at * per, self.frames, self.floor)
        ids = _window(own.ids[start:end], at * per, self.frames, 0)
        moves = _window(own.motion[first:last].astype(np.float32), at, pictures, 0.0)
        prompt = str(own.prompts[index])
        return mel.astype(np.float32), ids, int(own.voices[index]), prompt, moves, self._contacts(moves, prompt)

    def _contacts(self, moves: np.ndarray, prompt: str) -> Tensor:
        """What is only said makes no contact, as in use."""
        if not prompt:
            return torch.zeros(2 * len(moves))
        return self.encoder.contacts(torch.from_numpy(moves)[None])[0].clone()


def _window(rows: np.ndarray, start: int, count: int, fill: float) -> np.ndarray:
    """`count` rows from `start` on, filled up behind the last."""
    cut = rows[start : start + count]
    padding = [(0, count - len(cut))] + [(0, 0)] * (rows.ndim - 1)
    return np.pad(cut, padding, constant_values=fill)
