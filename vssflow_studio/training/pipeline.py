"""From a configuration to a model that ships: caches, loop, finished model.

What is there already is not made again, so the same command goes on after any stop.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from zipfile import BadZipFile

from safetensors import SafetensorError

from ..atomic import replacing, write_bytes
from ..errors import ModelError
from ..models.checkpoints import file_hash, read_weights
from ..models.codecs.mel import MelCodec
from ..models.interface import WEIGHTS
from ..models.registry import CARD
from ..models.vssflow.config import draft
from . import (
    chain_cache,
    foley_cache,
    own_data,
    speech_cache,
    train_band,
    train_durations,
    train_flow,
    train_mof,
    train_sync,
)
from .chain_examples import ChainExamples
from .checkpoint import clear_torn, write_tensors
from .config import ConfigError, TrainConfig
from .examples import Examples
from .processes import joined_group
from .ship import BAND, ship
from .start import digest, part_of

OnNote = Callable[[str], None]


def run(
    config: TrainConfig,
    on_note: OnNote = lambda text: None,
    on_progress: train_flow.OnProgress = lambda progress: None,
) -> None:
    """Make all that `config` asks for. Raises StudioError, and Cancelled after a Ctrl-C."""
    if config.mof:
        train_mof.run(config.mof, on_progress)
        on_note(f"gate in {train_mof.out_of(config.mof)}")
        return
    with joined_group() as group:
        voices = voices_of(config)
        if group.is_first:
            prepare(config, voices, on_note)
        group.wait()
        if not train_flow.is_finished(config):
            if group.is_first:
                on_note(f"training in {config.out.run}")
            train_flow.train(config, _opener(config), voices, group, on_progress)
        if group.is_first and config.out.model:
            finish(config, voices)
            on_note(f"model in {config.out.model}")


def voices_of(config: TrainConfig) -> tuple[str, ...]:
    """The teachers' voices, then those of the own clips."""
    if not config.data.own:
        return speech_cache.VOICES
    own = own_data.speakers(own_data.find_clips(config.data.own))
    return speech_cache.VOICES + tuple(name for name in own if name not in speech_cache.VOICES)


def prepare(config: TrainConfig, voices: tuple[str, ...], on_note: OnNote) -> None:
    """Make the caches, the sync encoder and the duration predictor that are missing."""
    data, cache = config.data, config.data.cache
    for folder in (cache, config.out.run):
        folder.mkdir(parents=True, exist_ok=True)
    make = _Maker(on_note)
    make(
        cache / "speech.npz",
        {"sentences": data.sentences, "seed": data.seed, "voices": list(speech_cache.VOICES)}
        | ({"wild": data.wild} if data.wild else {}),
        lambda path: speech_cache.build(path, data.sentences, data.seed, data.wild),
    )
    make(
        cache / "foley.npz",
        {"scenes": data.scenes, "seed": data.seed},
        lambda path: foley_cache.build(path, data.scenes, data.seed, os.cpu_count() or 1),
    )
    if data.own:
        clips = own_data.find_clips(data.own)
        told = [asdict(clip) | {"file": str(clip.file)} for clip in clips]
        make(
            cache / "own.npz",
            {"clips": told, "voices": list(voices)},
            lambda path: own_data.build(path, clips, voices),
        )
    if data.faces:
        make(
            cache / "faces.npz",
            {"sentences": data.faces, "seed": data.seed, "voices": list(speech_cache.VOICES)},
            lambda path: chain_cache.build(path, data.faces, data.seed),
        )
    if config.loop.start:
        _take_over(config, voices, make)
        return
    make(
        cache / "sync.safetensors",
        {"scenes": data.sync_scenes, "steps": data.sync_steps},
        lambda path: _train_sync(path, data.sync_scenes, data.sync_steps),
    )
    make(
        config.out.run / "durations.safetensors",
        {"steps": data.duration_steps, "voices": list(voices)},
        lambda path: _train_durations(config, voices, path),
    )
    if data.wide_sentences:
        make(
            config.out.run / BAND,
            {"sentences": data.wide_sentences, "steps": data.band_steps, "seed": data.seed},
            lambda path: train_band.train(train_band.spoken(data.wide_sentences, data.seed), path, data.band_steps),
        )


def _take_over(config: TrainConfig, voices: tuple[str, ...], make: _Maker) -> None:
    """The small models of the one that training goes on from stay as they are."""
    name = config.loop.start
    for path, prefix in (
        (config.data.cache / "sync.safetensors", "sync."),
        (config.out.run / "durations.safetensors", "durations."),
        (config.out.run / BAND, "band."),
    ):
        part = part_of(name, prefix, config.model, voices)
        if not part:  # an older model has no band extension
            continue
        make(path, {"start": digest(part)}, lambda out, part=part: write_tensors(out, part, {}))


class _Maker:
    """Makes a file once; a note of what it was made from is kept beside it."""

    def __init__(self, on_note: OnNote) -> None:
        self.on_note = on_note

    def __call__(self, path: Path, made_from: dict, build: Callable[[Path], None]) -> None:
        note = path.with_suffix(".json")
        if path.is_file():
            before = json.loads(note.read_text(encoding="utf-8")) if note.is_file() else made_from
            if before != made_from:
                raise _changed(path, before, made_from)
            return
        self.on_note(f"making {path}")
        clear_torn(path)
        write_bytes(note, json.dumps(made_from, indent=2).encode())
        with replacing(path) as temporary:
            build(temporary)


def _changed(path: Path, before: dict, wanted: dict) -> ConfigError:
    key = next(key for key in wanted | before if before.get(key) != wanted.get(key))
    was, now = (str(d.get(key))[:60] for d in (before, wanted))
    return ConfigError(
        f"This was made with other settings: {key} {was}, and {now} is asked for",
        file=path,
        remedy="Delete it to have it made anew, or give the configuration another folder.",
    )


def _train_sync(path: Path, scenes: int, steps: int) -> None:
    moves, targets = train_sync.rendered(train_sync.FIRST_SEED, scenes, os.cpu_count() or 1)
    write_tensors(path, train_sync.train(moves, targets, steps).state_dict(), {})


def _train_durations(config: TrainConfig, voices: tuple[str, ...], path: Path) -> None:
    cache = config.data.cache
    with _reading(cache):
        caches = [speech_cache.SpeechCache.load(cache / "speech.npz")]
        if config.data.own:
            caches.append(own_data.OwnCache.load(cache / "own.npz").spoken())
    train_durations.train(caches, len(voices), config.model, path, config.data.duration_steps)


def _opener(config: TrainConfig):
    cache, share = config.data.cache, config.data.own_share

    def make_examples(codec: MelCodec, frames: int) -> Examples:
        with _reading(cache):
            if config.data.faces:
                talk = chain_cache.ChainCache.load(cache / "faces.npz")
                return ChainExamples(cache, talk, config.data.seen, config.data.guided, codec, frames)
            if not config.data.own:
                return Examples(cache, codec, frames)
            own = own_data.OwnCache.load(cache / "own.npz")
            return own_data.OwnExamples(cache, own, share, codec, frames)

    return make_examples


@contextmanager
def _reading(cache: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, EOFError, ValueError, KeyError, BadZipFile, SafetensorError) as error:
        raise ModelError(
            f"A cache is damaged: {error}", file=cache, remedy="Delete it to have it made anew."
        ) from error


def finish(config: TrainConfig, voices: tuple[str, ...]) -> None:
    """Put the trained parts together in `config.out.model`."""
    out, run_folder = config.out.model, config.out.run
    ship(run_folder, run_folder, config.data.cache, out)
    if config.model == draft() and voices == speech_cache.VOICES and not config.data.own and not config.data.faces:
        return
    # ship() states the shipped draft's sizes and voices; here they are others.
    tensors, facts = read_weights(out / WEIGHTS)
    halved = {k: t if k.startswith("codec.") else t.half() for k, t in tensors.items()}
    facts |= {"config": config.model.to_json(), "voices": json.dumps(voices)}
    write_tensors(out / WEIGHTS, halved, facts)
    card = json.loads((out / CARD).read_text(encoding="utf-8"))
    if config.data.own or config.data.faces:
        card["kinds"] = []  # it has heard prompts that no table of ours lists
    if config.model.energy:
        card |= {"name": out.name, "family": "chain", "title": "Draft, DeepAudio-V1’s chain"}
    card |= {"voices": voices, "checkpoint": file_hash(out / WEIGHTS)}
    write_bytes(out / CARD, (json.dumps(card, indent=2) + "\n").encode())
