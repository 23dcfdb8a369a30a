"""Our clips on a timeline that comes back from an NLE, also where it lost our metadata."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import opentimelineio as otio

from .adjustments import original_name
from .clips import timeline_rate
from .cues import Cue, Take
from .media_links import media_name
from .metadata import KEY
from .rows import Placed, cue_of, is_ours, laid_out, ours, stem_kind
from .take_clips import fresh


def adopt(timeline: otio.schema.Timeline, cues: Sequence[Cue]) -> None:
    """Give our metadata back to clips that play a take's WAV, told by its file name, and to our tracks.

    They are taken to have been placed where `cues` would place them now. A track is ours
    where all its clips are.
    """
    by_name = {_file_name(take.path): (cue, take) for cue in cues for take in cue.takes}
    for track in timeline.audio_tracks() if by_name else ():
        for clip in track.find_clips():
            known = by_name.get(original_name(_file_name(media_name(clip.media_reference))))
            if known and "cue" not in ours(clip):
                _adopt(timeline, clip, *known)
    kinds = {cue.id: cue.kind for cue in cues}
    numbers = Counter(filter(None, map(stem_kind, timeline.tracks)))
    for track in timeline.audio_tracks():
        clips = [item for item in track if isinstance(item, otio.core.Item)]
        clips = [item for item in clips if not isinstance(item, otio.schema.Gap)]
        if not clips or is_ours(track) or not all(ours(clip).get("cue") in kinds for clip in clips):
            continue
        kind = Counter(kinds[ours(clip)["cue"]] for clip in clips).most_common(1)[0][0]
        numbers[kind] += 1
        track.metadata[KEY] = {"stem": f"{kind} {numbers[kind]}"}


def follow(timeline: otio.schema.Timeline, cues: Sequence[Cue]) -> None:
    """Let what the editor did to our clips hold for `cues`, which have been carried to this cut.

    A clip that the NLE moved along with its picture was not moved against it: it counts as
    written where the cue is now. One that stayed behind goes to its cue.
    """
    now = {cue.id: one for cue in cues if (one := _wanted(timeline, cue))}
    for track in timeline.tracks:
        for one in laid_out(track, timeline_rate(timeline)) if is_ours(track) else ():
            facts = ours(one.item)
            wanted, written = now.get(facts.get("cue", "")), facts.get("written", {})
            if wanted is None or one.start.value == written.get("start"):
                continue
            if one.start < wanted.end and wanted.start < one.end:
                written["start"] = wanted.start.value
                one.item.metadata[KEY] = facts | {"written": written}


def elsewhere(timeline: otio.schema.Timeline) -> Iterator[otio.schema.Clip]:
    """Our clips that stand on tracks of the editor's."""
    for track in timeline.audio_tracks():
        if not is_ours(track):
            yield from (clip for clip in track.find_clips() if cue_of(clip))


def replace_by_gap(clip: otio.schema.Clip) -> None:
    """Take a clip away and move nothing."""
    parent = clip.parent()
    if isinstance(parent, otio.schema.Track):
        parent[parent.index(clip)] = otio.schema.Gap(duration=clip.duration())
    elif parent is not None:
        parent.remove(clip)


def _adopt(timeline: otio.schema.Timeline, clip: otio.schema.Clip, cue: Cue, take: Take) -> None:
    one = fresh(timeline, cue, take)
    if one is not None:
        clip.metadata[KEY] = ours(one.item)


def _wanted(timeline: otio.schema.Timeline, cue: Cue) -> Placed | None:
    take = cue.circled_take
    return fresh(timeline, cue, take) if take and cue.picture != "gone" else None


def _file_name(path: str) -> str:
    return path.replace("\\", "/").rsplit("/", 1)[-1].casefold()
