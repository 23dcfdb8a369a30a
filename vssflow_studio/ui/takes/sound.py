"""The sound of one take: alone, or for a moment in place of its cue's circled one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePath, PurePosixPath

from ...media.span import Span
from ...timeline.adjustments import heard_path, trims
from ...timeline.cues import Cue, Take
from ...timeline.timecode import seconds


def take_file(take: Take, base: Path) -> Path:
    """The WAV in which `take` is heard: the adjusted one, else its own. It may be missing."""
    adjusted = base / heard_path(take)
    return adjusted if adjusted.is_file() else base / take.path


def heard_range(take: Take) -> tuple[float, float]:
    """Seconds of its WAV that are heard of a take alone: its cue, less the trims."""
    head, length = float(seconds(take.head)), float(seconds(take.duration))
    return head + take.adjustment.trim_in, head + length - take.adjustment.trim_out


def with_other_take(spans: list[Span], cue: Cue, take: Take, base: Path) -> list[Span]:
    """`spans` of a timeline in folder `base`, `take` heard where the cue's circled take was."""
    circled = cue.circled_take
    if circled is None or circled.id == take.id:
        return spans
    before, after = PurePosixPath(heard_path(circled)).name, take_file(take, base)
    rate = cue.range.start_time.rate
    later = seconds(take.head) - seconds(circled.head)
    opened = [float(seconds(b - a)) for a, b in zip(trims(circled, rate), trims(take, rate), strict=True)]

    def swapped(span: Span) -> Span:
        if PurePath(span.media).name != before:
            return span
        return replace(
            span,
            media=str(after),
            media_start=span.media_start + float(later) + opened[0],
            offset=span.offset + opened[0],
            duration=max(0.0, span.duration - sum(opened)),
        )

    return [swapped(span) for span in spans]
