"""Real-shaped cuts, and what editors and NLEs do to them: for tests of conform.

All is told twice: by OTIO, and by `Truth`, which knows of each path what film it is and
where the timecode of its first frame is. `pictures` looks at every frame by itself, with
none of the program's own code.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from vssflow_studio.timeline.conform import Conformed, Fate, conform
from vssflow_studio.timeline.cues import Cue, Project, Take

RATES = (23.976, 24, 25, 29.97)
TEXTS = ("footsteps", "a door closes", "cloth", "rain on a roof", "glass breaks")


@dataclass
class Truth:
    """Path → (film, frame of its timecode at which the file begins)."""

    films: dict[str, tuple[str, int]] = field(default_factory=dict)


class Editor:
    """Makes a cut, and cuts it anew. Everything follows from `random`."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.rate = self.random.choice(RATES)
        self.truth = Truth()
        self.media = [self._medium(card, number) for card in "AB" for number in range(4)]
        self.unused = [self._medium("C", number) for number in range(4)]

    def _medium(self, card: str, number: int) -> otio.schema.ExternalReference:
        path = f"/Volumes/shoot/card {card}/CLIP/C000{number}.MP4"
        begin = self.random.choice((0, 0, self.frames(3600 * self.random.randrange(1, 20))))
        length = self.random.randrange(2000, 4000)
        self.truth.films[path] = f"{card}{number}", begin
        return otio.schema.ExternalReference(path, TimeRange(self.time(begin), self.time(length)))

    def time(self, frames: float) -> RationalTime:
        return RationalTime(frames, self.rate)

    def frames(self, seconds: float) -> int:
        return round(seconds * round(self.rate))

    # --- the cut ---

    def clip(self, media=None, length: int | None = None) -> otio.schema.Clip:
        medium = self.random.choice(media or self.media)
        whole, length = medium.available_range, length or self.random.randrange(12, 150)
        # Takes of one scene: the same few places of a film come again and again.
        start = whole.start_time.value + self.random.choice((100, 130, 400, 405, 900))
        start += self.random.randrange(60)
        made = otio.schema.Clip(
            f"sc{self.random.randrange(40)}", medium.clone(), TimeRange(self.time(start), self.time(length))
        )
        made.metadata["nle"] = {"id": self.random.randrange(10**6)}
        warp = self.random.random()
        if warp < 0.08:
            made.effects.append(otio.schema.LinearTimeWarp(time_scalar=self.random.choice((2.0, 0.5, -1.0))))
        elif warp < 0.11:
            made.effects.append(otio.schema.FreezeFrame())
        return made

    def gap(self, length: int | None = None) -> otio.schema.Gap:
        return otio.schema.Gap(duration=self.time(length or self.random.randrange(5, 60)))

    def nest(self) -> otio.schema.Stack:
        tracks = [
            otio.schema.Track("n", children=[self.clip(length=40), self.clip(length=50)], kind="Video"),
            otio.schema.Track("n2", children=[self.gap(30), self.clip(length=20)], kind="Video"),
        ]
        return otio.schema.Stack("nest", tracks, TimeRange(self.time(10), self.time(70)))

    def cut(self) -> otio.schema.Timeline:
        """Two picture tracks and a sound track from 01:00:00:00."""
        timeline = otio.schema.Timeline("reel 1", global_start_time=self.time(self.frames(3600)))
        low = otio.schema.Track("V1", kind="Video")
        for _ in range(self.random.randrange(16, 30)):
            kind = self.random.random()
            low.append(self.gap() if kind < 0.07 else self.nest() if kind < 0.12 else self.clip())
        high = otio.schema.Track("V2", kind="Video")
        for _ in range(self.random.randrange(0, 5)):
            length = self.random.randrange(10, 60)
            high.extend([self.gap(self.random.randrange(60, 500)), self.clip(length=length)])
        sound = otio.schema.Track("A1", kind="Audio", children=[item.clone() for item in low])
        timeline.tracks.extend([low, high, sound])
        self._dissolve(low)
        return timeline

    def _dissolve(self, track: otio.schema.Track) -> None:
        for place in sorted(self.random.sample(range(1, len(track)), 2), reverse=True):
            fade = otio.schema.Transition("x", "SMPTE_Dissolve", self.time(4), self.time(4))
            track.insert(place, fade)

    def cues(self, timeline: otio.schema.Timeline, count: int = 14) -> Project:
        """Cues over shots, in them, over cuts and over black."""
        spans, at = [], 0
        for item in timeline.tracks[0]:
            if not isinstance(item, otio.schema.Transition):
                spans.append((at, round(item.source_range.duration.value)))
                at += spans[-1][1]
        return Project(tuple(self._cue(number, *self.random.choice(spans)) for number in range(count)))

    def _cue(self, number: int, start: int, length: int) -> Cue:
        way = self.random.random()
        if way < 0.6:
            into = self.random.randrange(0, max(1, length - 8))
            start, length = start + into, self.random.randrange(4, max(5, length - into + 1))
        elif way < 0.8:
            start, length = max(0, start - self.random.randrange(0, 30)), length
        kind = self.random.choice(("dialogue", "foley", "foley", "ambience"))
        take = Take(f"t{number}", f"cut.takes/{number}.wav", self.time(12), self.time(length), self.time(12))
        range_ = TimeRange(self.time(start), self.time(length))
        text = self.random.choice(TEXTS) if kind != "dialogue" else f"Line {number}."
        return Cue(f"c{number}", kind, range_, text, "ANNA" if kind == "dialogue" else "", takes=(take,))

    # --- the new cut ---

    def recut(self, timeline: otio.schema.Timeline, edits: int = 6) -> tuple[otio.schema.Timeline, Truth]:
        """Another cut of the same material, as an NLE gives it back, and the truth about it."""
        new = timeline.clone()
        for _ in range(edits):
            self._edit(new.tracks[0])
        if self.random.random() < 0.3:
            self._edit(new.tracks[1])
        return new, self._lose(new) if self.random.random() < 0.8 else self.truth

    def _edit(self, track: otio.schema.Track) -> None:
        items = [item.clone() for item in track if not isinstance(item, otio.schema.Transition)]
        if not items:
            return
        del track[:]
        place = self.random.randrange(len(items))
        getattr(self, f"_{self.random.choice(EDITS)}")(items, place)
        track.extend(items)

    def _remove(self, items, place) -> None:
        if len(items) > 3:
            del items[place : place + self.random.randrange(1, 3)]

    def _lift(self, items, place) -> None:
        items[place] = self.gap(round(items[place].source_range.duration.value))

    def _move(self, items, place) -> None:
        item = items.pop(place)
        items.insert(self.random.randrange(len(items) + 1), item)

    def _duplicate(self, items, place) -> None:
        items.insert(self.random.randrange(len(items) + 1), items[place].clone())

    def _insert(self, items, place) -> None:
        items.insert(place, self.clip(self.random.choice((self.media, self.unused))))

    def _black(self, items, place) -> None:
        items.insert(place, self.gap())

    def _trim(self, items, place) -> None:
        item = items[place]
        length = round(item.source_range.duration.value)
        off = self.random.randrange(0, max(1, length // 2))
        head = self.random.random() < 0.5 and not item.effects
        start = item.source_range.start_time + self.time(off if head else 0)
        item.source_range = TimeRange(start, self.time(max(1, length - off)))

    def _slip(self, items, place) -> None:
        item = items[place]
        shift = self.time(self.random.randrange(1, 40))
        item.source_range = TimeRange(item.source_range.start_time + shift, item.source_range.duration)

    def _razor(self, items, place) -> None:
        item = items[place]
        length = round(item.source_range.duration.value)
        if length < 4 or item.effects or isinstance(item, otio.schema.Stack):
            return
        at, start = self.random.randrange(1, length), item.source_range.start_time
        second = item.clone()
        item.source_range = TimeRange(start, self.time(at))
        second.source_range = TimeRange(start + self.time(at), self.time(length - at))
        items.insert(place + 1, second)

    def _retime(self, items, place) -> None:
        if isinstance(items[place], otio.schema.Clip) and not items[place].effects:
            items[place].effects.append(otio.schema.LinearTimeWarp(time_scalar=2.0))
            length = max(1, round(items[place].source_range.duration.value) // 2)
            items[place].source_range = TimeRange(items[place].source_range.start_time, self.time(length))

    def _disable(self, items, place) -> None:
        items[place].enabled = False

    def _lose(self, timeline: otio.schema.Timeline) -> Truth:
        """Metadata and names go, folders change, and perhaps timecode begins at zero."""
        names, folder = self.random.random() < 0.5, self.random.choice(("/Volumes/shoot", "/mnt/avid/job 7"))
        rebased, bare = self.random.random() < 0.3, self.random.random() < 0.3
        lost = Truth()
        for clip in timeline.find_clips():
            clip.metadata.clear()
            clip.name = "" if names else clip.name
            reference = clip.media_reference
            film, begin = self.truth.films[reference.target_url]
            reference.target_url = reference.target_url.replace("/Volumes/shoot", folder)
            if rebased:
                clip.source_range = _earlier(clip.source_range, begin)
                reference.available_range = _earlier(reference.available_range, begin)
            lost.films[reference.target_url] = film, 0 if rebased else begin
            if bare:
                reference.available_range = None
        return lost


EDITS = (
    "remove remove lift move move duplicate duplicate insert insert "
    "black trim trim slip razor retime disable"
).split()


def _earlier(range_: TimeRange, frames: int) -> TimeRange:
    return TimeRange(range_.start_time - RationalTime(frames, range_.start_time.rate), range_.duration)


Frame = tuple[str, float, float]
"""Film, frame from the first of the file, speed."""


def pictures(timeline: otio.schema.Timeline, truth: Truth) -> list[list[Frame]]:
    """For each frame of the timeline what lies on it, the topmost first."""
    layers: dict[int, list[Frame]] = {}
    for track in timeline.tracks:
        if track.kind == "Video":
            for at, frame in _track(track, truth.films):
                layers.setdefault(at, []).insert(0, frame)
    return [layers.get(at, []) for at in range(max(layers, default=-1) + 1)]


def _track(track, truth) -> list[tuple[int, Frame]]:
    out, at = [], 0
    for item in track:
        if isinstance(item, otio.schema.Transition):
            continue
        length = round(item.source_range.duration.value)
        if item.enabled:
            out += [(at + into, frame) for into, frame in _item(item, length, truth)]
        at += length
    return out


def _item(item, length: int, truth) -> list[tuple[int, Frame]]:
    if isinstance(item, otio.schema.Gap):
        return []
    start = round(item.source_range.start_time.value)
    if isinstance(item, otio.schema.Stack):
        inside = [found for track in item for found in _track(track, truth)]
        return [(at - start, frame) for at, frame in inside if start <= at < start + length]
    film, begin = truth[item.media_reference.target_url]
    speed = 1.0
    for effect in item.effects:
        speed = 0.0 if isinstance(effect, otio.schema.FreezeFrame) else effect.time_scalar
    first = start - begin + (length * -speed if speed < 0 else 0)
    return [(into, (film, first + into * speed, speed)) for into in range(length)]


# --- what conform has to keep to ---


def mistakes(editor: Editor, edits: int, fates: Counter[str] | None = None) -> list[str]:
    """One cut, its cues, one new cut: all that conform got wrong; counts in `fates` what it did."""
    old = editor.cut()
    project = editor.cues(old)
    new, truth = editor.recut(old, edits)
    result = conform(old, project, new)
    if fates is not None:
        fates.update(fate.state for fate in result.report)
    check = _Check(pictures(old, editor.truth), pictures(new, truth), result)
    pairs = zip(project.cues, result.report, strict=True)
    return [f"{fate}: {what}" for cue, fate in pairs if (what := check.mistake(cue, fate))]


class _Check:
    def __init__(self, old, new, result: Conformed) -> None:
        self.old, self.new = old, new
        self.cues = {cue.id: cue for cue in result.project.cues}
        self.where: dict[tuple, list[int]] = {}
        for at, layers in enumerate(new):
            if layers:
                self.where.setdefault((layers[0][0], round(layers[0][1])), []).append(at)

    def mistake(self, cue: Cue, fate: Fate) -> str:
        after = self.cues[cue.id]
        start, end = _frames(cue)
        mine = {at: self.old[at][0] for at in range(start, min(end, len(self.old))) if self.old[at]}
        if not mine:
            return ""
        if fate.state in ("kept", "moved"):
            return self._kept(cue, after, fate, mine)
        if fate.state == "needs-new-sound" and not self._touches(cue, after, mine):
            return "it lies on another picture"
        if (after.picture == "gone") != (fate.state == "orphaned"):
            return "an orphan that is none"
        said = ("another cue of the same text", "before the first frame")
        if self._stands(mine) and not any(text in fate.reason for text in said):
            return "its picture is wholly there"
        return ""

    def _kept(self, cue: Cue, after: Cue, fate: Fate, mine: dict) -> str:
        shift, own = _frames(after)[0] - _frames(cue)[0], mine
        if after.range.duration != cue.range.duration:
            return "kept, and its length is another"
        if "runs at" in fate.reason:
            own = [mine[at] for at in _longest(mine)]
            there = [layers[0] for at in range(*_frames(after)) if (layers := self._at(at))]
            fits = any(one[0] == two[0] and abs(one[1] - two[1]) <= 1 for one in own for two in there)
            return "" if fits else "retimed wrong"
        if "beside its own" in fate.reason:
            own = {at: mine[at] for at in _longest(mine)}
        covered = "covered" in fate.reason
        for at, frame in own.items():
            there = self._at(at + shift)[: None if covered else 1]
            if not any(_same(frame, one) for one in there):
                return f"frame {at} {frame} lies on {there}"
        return ""

    def _touches(self, cue: Cue, after: Cue, mine: dict) -> bool:
        """Whether its first and last picture are of what was under it; black may be anything now."""
        start, end = _frames(after)
        lead, tail = min(mine) - _frames(cue)[0], _frames(cue)[1] - 1 - max(mine)
        seen = [(self._at(at) or [None])[0] for at in range(start, end)]
        if not _frames(after)[0]:
            return any(map(self._among(mine), seen))
        ends = seen[: lead + 1], seen[-tail - 1 :]
        return all(any(map(self._among(mine), end)) for end in ends)

    def _among(self, mine: dict):
        def of_it(one: Frame | None) -> bool:
            return any(one and one[0] == own[0] and abs(one[1] - own[1]) <= 2 for own in mine.values())

        return of_it

    def _stands(self, mine: dict) -> bool:
        first = min(mine)
        for at in self.where.get((mine[first][0], round(mine[first][1])), ()):
            there = (self._at(frame + at - first)[:1] for frame in mine)
            if all(one and _same(frame, one[0]) for frame, one in zip(mine.values(), there, strict=True)):
                return True
        return False

    def _at(self, frame: int):
        return self.new[frame] if 0 <= frame < len(self.new) else []


def _frames(cue: Cue) -> tuple[int, int]:
    start = round(cue.range.start_time.value)
    return start, start + round(cue.range.duration.value)


def _same(one: Frame, other: Frame) -> bool:
    """At double speed two clips may show every other frame of each other."""
    apart = 0 if abs(one[2]) <= 1 else 1
    return one[0] == other[0] and one[2] == other[2] and abs(one[1] - other[1]) <= apart


def _longest(mine: dict[int, Frame]) -> list[int]:
    """The frames of the longest unbroken shot."""
    shots: list[list[int]] = []
    for at, (film, source, speed) in mine.items():
        last = shots[-1][-1] if shots else None
        before = last is not None and (mine[last][0], mine[last][1] + speed, mine[last][2])
        runs_on = last == at - 1 and _same(before, (film, source, speed))
        shots[-1].append(at) if runs_on else shots.append([at])
    return max(shots, key=len)
