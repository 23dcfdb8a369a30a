"""The sound of one take: alone, or for a moment in place of its cue's circled one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from ...media.span import Span
from ...timeline.adjustments import heard_path, trims
from ...timeline.cues import Adjustment, Cue, Relinked, Take
from ...timeline.timecode import seconds


def take_files(take: Take, base: Path, relinked: Mapping[str, Relinked]) -> list[str]:
    """Where the WAV of `take` may be: the adjusted one, its own, and where either was found again."""
    heard = take.path if take.adjustment == Adjustment() else heard_path(take)
    names = dict.fromkeys((heard, take.path))
    again = [relinked[name].path for name in names if name in relinked]
    return [*again, *(os.path.join(base, name) for name in names)]


def take_file(take: Take, base: Path, relinked: Mapping[str, Relinked]) -> Path:
    """The WAV in which `take` is heard. It may be missing."""
    files = [Path(file) for file in take_files(take, base, relinked)]
    return next((file for file in files if file.is_file()), files[-1])


def heard_range(take: Take) -> tuple[float, float]:
    """Seconds of its WAV that are heard of a take alone: its cue, less the trims."""
    head, length = float(seconds(take.head)), float(seconds(take.duration))
    return head + take.adjustment.trim_in, head + length - take.adjustment.trim_out


def with_other_take(
    spans: list[Span], cue: Cue, take: Take, base: Path, relinked: Mapping[str, Relinked]
) -> list[Span]:
    """`spans` of a timeline in folder `base`, `take` heard where the cue's circled take was."""
    circled = cue.circled_take
    if circled is None or circled.id == take.id:
        return spans
    before, after = set(take_files(circled, base, relinked)), take_file(take, base, relinked)
    rate = cue.range.start_time.rate
    later = seconds(take.head) - seconds(circled.head)
    opened = [float(seconds(b - a)) for a, b in zip(trims(circled, rate), trims(take, rate), strict=True)]

    def swapped(span: Span) -> Span:
        if span.media not in before:
            return span
        return replace(
            span,
            media=str(after),
            media_start=span.media_start + float(later) + opened[0],
            offset=span.offset + opened[0],
            duration=max(0.0, span.duration - sum(opened)),
        )

    return [swapped(span) for span in spans]
