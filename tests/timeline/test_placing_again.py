"""Placing only what has changed leaves the timeline as placing everything does."""

from __future__ import annotations

import random
from dataclasses import replace

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from vssflow_studio.timeline.cues import KINDS, Cue, Take
from vssflow_studio.timeline.tracks import place_takes


def time(value: float) -> RationalTime:
    return RationalTime(value, 24)


def some_take(rng: random.Random, length: float) -> Take:
    name = f"t{rng.randrange(10**9)}"
    return Take(name, f"cut.takes/{name}.wav", time(12), time(length), time(12), {"seed": rng.randrange(9)})


def some_cue(rng: random.Random, number: int) -> Cue:
    length = rng.randint(12, 60)
    takes = tuple(some_take(rng, length) for _ in range(rng.randint(0, 2)))
    range_ = TimeRange(time(rng.randint(0, 900)), time(length))
    return Cue(f"c{number}", rng.choice(KINDS), range_, f"line {number}", "ANNA", takes=takes)


def edited(rng: random.Random, cues: tuple[Cue, ...], number: int) -> tuple[Cue, ...]:
    at = rng.randrange(len(cues))
    cue, what = cues[at], rng.randrange(5)
    if what == 0:
        return (*cues[:at], *cues[at + 1 :]) if len(cues) > 3 else cues
    if what == 1:
        return (*cues, some_cue(rng, number))
    if what == 2:
        cue = replace(cue, range=TimeRange(time(rng.randint(0, 900)), cue.range.duration))
    elif what == 3:
        cue = cue.with_take(some_take(rng, cue.range.duration.value))
    else:
        cue = replace(cue, text=f"other {number}")
    return (*cues[:at], cue, *cues[at + 1 :])


def film() -> otio.schema.Timeline:
    timeline = otio.schema.Timeline("cut", global_start_time=time(86_400))
    track = otio.schema.Track("V1", kind="Video")
    track.append(otio.schema.Clip("shot", source_range=TimeRange(time(0), time(1200))))
    timeline.tracks.append(track)
    return timeline


def heard(timeline: otio.schema.Timeline) -> dict[str, list[tuple]]:
    """What lies where, by kind: which of two rows a cue gets may differ, and is no matter."""
    found: dict[str, list[tuple]] = {}
    for track in timeline.audio_tracks():
        kind = track.metadata["vssflow_studio"]["stem"].split()[0]
        for clip in track.find_clips():
            range_ = clip.range_in_parent()
            place = (range_.start_time.value, range_.duration.value, clip.source_range.start_time.value)
            found.setdefault(kind, []).append((clip.metadata["vssflow_studio"]["cue"], clip.name, *place))
    markers = [(m.name, m.marked_range.start_time.value, m.comment) for m in timeline.tracks.markers]
    return {kind: sorted(rows) for kind, rows in found.items()} | {"markers": sorted(markers)}


def test_random_edits_placed_one_by_one_or_all_at_once() -> None:
    for seed in range(12):
        rng = random.Random(seed)
        cues = tuple(some_cue(rng, number) for number in range(12))
        stepwise = film()
        place_takes(stepwise, cues)
        before = cues
        for number in range(100, 130):
            after = edited(rng, before, number)
            place_takes(stepwise, after, before)
            whole = film()
            place_takes(whole, after)
            assert heard(stepwise) == heard(whole), (seed, number)
            before = after
