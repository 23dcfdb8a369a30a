"""What in a timeline is still temp: every clip whose sound we made, however it got there.

A clip is known by our metadata on it or on its media reference; where a tool has lost
that, by what the WAV itself says (its originator, our iXML); where the WAV is missing,
by the name of a take that the project knows.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import opentimelineio as otio
from opentimelineio.opentime import RationalTime

from ..errors import MediaError
from ..media.bwf import ORIGINATOR, read_bwf_info
from ..provenance import FACTS
from ..timeline.adjustments import original_name
from ..timeline.clips import ClipView, record_timecode
from ..timeline.cues import Take
from ..timeline.media_links import media_name, references, resolve
from ..timeline.metadata import KEY, plain
from .cut import Cut

_WAVS = (".wav", ".wave", ".bwf")


@dataclass(frozen=True)
class Temp:
    """A clip that must not ship. `known_by` is `metadata`, `file` or `name`.

    Record timecode is empty for a clip that is on no track for a moment (trimmed away, or
    the sound of a nest that stands on a picture track).
    """

    clip: str
    track: str
    start: str
    end: str
    media: str
    known_by: str
    enabled: bool
    provenance: dict = field(default_factory=dict)

    def as_dict(self) -> dict:
        """For `--json`: the facts of its provenance stand beside the place."""
        facts = {name: self.provenance.get(name, "") for name in FACTS}
        place = ("clip", "track", "start", "end", "media", "known_by", "enabled")
        return {name: getattr(self, name) for name in place} | facts


def temps(cut: Cut) -> tuple[Temp, ...]:
    """Every temp clip of the timeline, nested and disabled ones too, in order of record time."""
    views = {id(clip): view for clip, view in cut.placed}
    takes = {PurePosixPath(take.path).name: take for cue in cut.project.cues for take in cue.takes}
    found = []
    for track, clip in _clips(cut.timeline.tracks):
        view = views.get(id(clip))
        known = _known(clip, view.media if view else _file(clip, cut), takes)
        if known:
            at = view.record.start_time if view else RationalTime(0, 1)
            found.append((at, _temp(cut, track, clip, view, known)))
    return tuple(temp for _, temp in sorted(found, key=lambda one: one[0]))


def _clips(parent: otio.core.Composition, track: str = "") -> Iterator[tuple[str, otio.schema.Clip]]:
    """All clips with the name of the outermost track that they are on."""
    for index, child in enumerate(parent):
        if isinstance(child, otio.schema.Clip):
            yield track, child
        elif isinstance(child, otio.core.Composition):
            yield from _clips(child, track or child.name or f"track {index + 1}")


def _known(
    clip: otio.schema.Clip, file: Path | None, takes: dict[str, Take]
) -> tuple[str, dict] | None:
    """How the clip is known as ours, and its provenance."""
    for item in (clip, *references(clip)):
        ours = plain(item.metadata.get(KEY, {}))
        if isinstance(ours, dict) and ("take" in ours or "provenance" in ours):
            return "metadata", ours.get("provenance") or {}
    if file and file.suffix.lower() in _WAVS and (said := _said(str(file))) is not None:
        return "file", said
    names = [original_name(media_name(reference)) for reference in references(clip)]
    take = next((takes[name] for name in names if name in takes), None)
    return ("name", take.provenance) if take else None


@functools.lru_cache(4096)
def _said(file: str) -> dict | None:
    """The provenance in a WAV of ours, None for anybody else's."""
    try:
        info = read_bwf_info(Path(file))
    except MediaError:
        return None
    ours = info["originator"] == ORIGINATOR or info["provenance"].get("synthetic")
    return info["provenance"] if ours and info["provenance"].get("synthetic", True) else None


def _file(clip: otio.schema.Clip, cut: Cut) -> Path | None:
    return next((file for one in references(clip) if (file := resolve(one, cut.base))), None)


def _temp(
    cut: Cut, track: str, clip: otio.schema.Clip, view: ClipView | None, known: tuple[str, dict]
) -> Temp:
    start = end = ""
    if view:
        start = record_timecode(cut.timeline, view.record.start_time)
        end = record_timecode(cut.timeline, view.record.end_time_exclusive())
    media = media_name(clip.media_reference) if clip.media_reference else ""
    enabled = view.enabled if view else clip.enabled
    return Temp(clip.name or media or "clip", track, start, end, media, *known[:1], enabled, known[1])
