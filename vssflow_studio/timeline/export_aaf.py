"""AAF for Avid and Pro Tools: linked media, a primary timecode track, a track for each of ours.

Each clip leads to its file in the usual chain: composition → master mob → file mob with a
locator → tape mob with the media's own timecode. Nothing is embedded; Pro Tools places our
broadcast WAVs by their time reference, which is the same timecode.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import aaf2

from ..provenance import FACTS, sentence
from .flat import Flat, FlatClip, FlatTrack, FileFacts
from .timecode import exact_rate

_PICTURE, _SOUND = 1, 2
"""The slots of a master mob, as Avid numbers them."""


def write_aaf(path: Path, flat: Flat, facts: Callable[[FlatClip], FileFacts]) -> None:
    """Write `flat` to `path`. Raises OSError."""
    with aaf2.open(str(path), "w") as file:
        _Writer(file, flat, facts).write()


class _Writer:
    """One AAF being written; mobs are made once for each file."""

    def __init__(self, file: Any, flat: Flat, facts: Callable[[FlatClip], FileFacts]) -> None:
        self.file, self.flat, self.facts = file, flat, facts
        self.rate = exact_rate(flat.rate)
        self.masters: dict[tuple[str, str], tuple[Any, int]] = {}

    def write(self) -> None:
        composition = self.file.create.CompositionMob(self.flat.name)
        composition.usage = "Usage_TopLevel"
        self.file.content.mobs.append(composition)
        slot = composition.create_timeline_slot(_rational(self.rate))
        slot.name = "TC1"
        slot["PhysicalTrackNumber"].value = 1  # this makes it the primary one
        slot.segment = self._timecode(self.flat.start.value, self.flat.duration.value)
        for kind, media_kind in (("Video", "picture"), ("Audio", "sound")):
            for number, track in enumerate(self.flat.of_kind(kind), 1):
                self._track(composition, track, media_kind, number)

    def _timecode(self, start: float, length: float) -> Any:
        made = self.file.create.Timecode(round(self.rate), drop=self.flat.drop_frame, length=round(length))
        made.start = round(start)
        return made

    def _track(self, composition: Any, track: FlatTrack, kind: str, number: int) -> None:
        slot = composition.create_timeline_slot(_rational(self.rate))
        slot.name = track.name
        slot["PhysicalTrackNumber"].value = number
        sequence = self.file.create.Sequence(media_kind=kind)
        sequence["Components"].value = []
        at, end = 0, round(self.flat.duration.value)
        for clip in track.clips:
            start, length = round(clip.record.start_time.value), round(clip.record.duration.value)
            if start > at:
                sequence.components.append(self.file.create.Filler(kind, start - at))
            at = start + length
            heard = clip.enabled and clip.url
            piece = self._source_clip(clip, kind) if heard else self.file.create.Filler(kind, length)
            sequence.components.append(piece)
        if end > at:
            sequence.components.append(self.file.create.Filler(kind, end - at))
        sequence.length = max(at, end)
        slot.segment = sequence

    def _source_clip(self, clip: FlatClip, kind: str) -> Any:
        mob, slot_id = self._master(clip, kind)
        first = clip.source - clip.available.start_time
        if clip.speed < 0:
            first -= clip.record.duration
        start, length = max(0, round(first.value)), round(clip.record.duration.value)
        return self.file.create.SourceClip(start, length, mob.mob_id, slot_id, kind)

    def _master(self, clip: FlatClip, kind: str) -> tuple[Any, int]:
        """The master mob of a clip's file and its slot for `kind`."""
        key = clip.url, kind
        if key not in self.masters:
            name = clip.file.stem if clip.file and not clip.ours else clip.name
            physical, physical_slot = self._file_mob(clip, kind, name)
            master = self.file.create.MasterMob(name)
            self.file.content.mobs.append(master)
            if clip.ours:
                _comment(master, clip.ours.get("provenance", {}))
            number = _PICTURE if kind == "picture" else _SOUND
            slot = master.create_timeline_slot(_rational(self.rate), number)
            length = round(clip.available.duration.value)
            slot.segment = self.file.create.SourceClip(0, length, physical.mob_id, physical_slot, kind)
            slot["PhysicalTrackNumber"].value = 1
            self.masters[key] = master, slot.slot_id
        return self.masters[key]

    def _file_mob(self, clip: FlatClip, kind: str, name: str) -> tuple[Any, int]:
        tape, tape_slot = self._tape_mob(clip, kind, name)
        mob = self.file.create.SourceMob(f"{name}.PHYS")
        mob.descriptor = self._descriptor(clip, kind)
        locator = self.file.create.NetworkLocator()
        locator["URLString"].value = clip.url
        mob.descriptor["Locator"].append(locator)
        self.file.content.mobs.append(mob)
        slot = mob.create_timeline_slot(_rational(self.rate), 1)
        length = round(clip.available.duration.value)
        slot.segment = self.file.create.SourceClip(0, length, tape.mob_id, tape_slot, kind)
        slot["PhysicalTrackNumber"].value = 1
        return mob, slot.slot_id

    def _tape_mob(self, clip: FlatClip, kind: str, name: str) -> tuple[Any, int]:
        """What stands for the tape: its timecode begins where the file's does."""
        mob = self.file.create.SourceMob(name)
        mob.descriptor = self.file.create.ImportDescriptor()
        self.file.content.mobs.append(mob)
        slot = mob.create_empty_slot(_rational(self.rate), kind, 1)
        slot.segment.length = round(clip.available.duration.value)
        slot["PhysicalTrackNumber"].value = 1
        clock = mob.create_timeline_slot(_rational(self.rate), 2)
        clock.segment = self._timecode(clip.available.start_time.value, clip.available.duration.value)
        clock["PhysicalTrackNumber"].value = 1
        return mob, slot.slot_id

    def _descriptor(self, clip: FlatClip, kind: str) -> Any:
        facts = self.facts(clip)
        length = round(clip.available.duration.value)
        if kind == "picture":
            made = self.file.create.CDCIDescriptor()
            made["SampleRate"].value = _rational(self.rate)
            made["Length"].value = length
            width, height = facts.width or 1920, facts.height or 1080
            made["StoredWidth"].value, made["StoredHeight"].value = width, height
            made["ImageAspectRatio"].value = f"{width}/{height}"
            made["FrameLayout"].value = "FullFrame"
            made["VideoLineMap"].value = [42, 0]
            made["ComponentWidth"].value = 8
            made["HorizontalSubsampling"].value = 2
            return made
        rate, channels, bits = facts.sample_rate or 48_000, facts.channels or 1, facts.bits or 24
        samples = facts.samples or round(length / self.rate * rate)
        if clip.file and clip.file.suffix.lower() in (".wav", ".bwf", ".wave"):
            made = self.file.create.WAVEDescriptor()
            made["Summary"].value = bytearray(_wave_header(rate, channels, bits, samples))
        else:
            made = self.file.create.PCMDescriptor()
            made["Channels"].value, made["QuantizationBits"].value = channels, bits
            made["AudioSamplingRate"].value = rate
            made["BlockAlign"].value = channels * bits // 8
            made["AverageBPS"].value = rate * channels * bits // 8
        made["SampleRate"].value = rate
        made["Length"].value = samples
        made["ContainerFormat"].value = self.file.dictionary.lookup_containerdef("AAF")
        return made


def _rational(rate: Fraction) -> str:
    return f"{rate.numerator}/{rate.denominator}"


def _comment(mob: Any, provenance: dict) -> None:
    """Provenance as Avid's bin columns show it."""
    mob.comments["VSSFlow Studio"] = sentence(provenance)
    for name in FACTS:
        if provenance.get(name) not in (None, ""):
            mob.comments[f"VSSFlow {name}"] = str(provenance[name])


def _wave_header(rate: int, channels: int, bits: int, samples: int) -> bytes:
    """The start of a WAV file up to its data, as a WAVEDescriptor sums it up."""
    block = channels * bits // 8
    data = min(samples * block, 0xFFFFFFFF - 36)
    form = struct.pack("<HHIIHH", 1, channels, rate, rate * block, block, bits)
    riff, chunk = struct.pack("<4sI4s", b"RIFF", 36 + data, b"WAVE"), struct.pack("<4sI", b"fmt ", 16)
    return riff + chunk + form + struct.pack("<4sI", b"data", data)
