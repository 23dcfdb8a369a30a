"""OTIO as Kdenlive reads it from 25.04 on.

By its importer's source (`src/otio/otioimport.cpp`): a clip's source range counts from the
`timecode` tag of its file, whatever `available_range` says, and from the file's first frame where
there is no such tag, as in a broadcast WAV. Media are URLs, in which # and % have their meaning.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from urllib.parse import quote

import opentimelineio as otio
from opentimelineio.opentime import TimeRange

from .media_facts import media_facts
from .media_links import is_relative, resolve
from .timecode import from_seconds


def for_kdenlive(timeline: otio.schema.Timeline, base: Path) -> tuple[str, ...]:
    """Change a timeline whose file lies in `base`; gives sentences about what Kdenlive leaves out."""
    begins = cache(_timecode)
    clips = list(timeline.find_clips())
    for clip in clips:
        reference = clip.media_reference
        file = resolve(reference, base) if isinstance(reference, otio.schema.ExternalReference) else None
        if file is None:
            continue
        if (known := reference.available_range) is not None:
            start = from_seconds(begins(file), known.start_time.rate)
            source = clip.source_range or known
            moved = start - known.start_time
            clip.source_range = TimeRange(source.start_time + moved, source.duration)
            reference.available_range = TimeRange(start, known.duration)
        there = os.path.relpath(file, base) if is_relative(reference.target_url) else str(file)
        reference.target_url = quote(there.replace(os.sep, "/"))
    retimed = sum(any(isinstance(one, otio.schema.TimeEffect) for one in clip.effects) for clip in clips)
    nests = sum(isinstance(item, otio.schema.Stack) for track in timeline.tracks for item in track)
    lost = (("clips that Kdenlive shows at their normal speed", retimed), ("nests that Kdenlive leaves out", nests))
    return tuple(f"{what}: {count}" for what, count in lost if count)


def _timecode(file: Path) -> float:
    """Seconds at which the file begins for Kdenlive."""
    facts = media_facts(file)
    return facts.start or 0.0 if facts.rate else 0.0
