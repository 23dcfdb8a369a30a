"""The timeline as the older interchange formats can carry it: flat tracks at one rate.

FCP7 XML, EDL, AAF and MLT know no nested stacks, need a length and an absolute path for
every file, and count all in frames. `flatten` gives a copy in that shape, which adapters
write without guessing; the timeline itself is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from urllib.parse import quote

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from .clips import ClipView, placed_clips, start_time, timeline_rate, track_names
from .cues import Relinked
from .media_links import image_name, is_relative, references, url_path
from .metadata import KEY, plain
from .timecode import from_seconds, seconds
from .walk import item_length


_SHAPE = ("width", "height", "pixelaspectratio", "fielddominance", "anamorphic")


@dataclass(frozen=True)
class FileFacts:
    """What a format wants to know of a file; zeros where it has no picture or no sound."""

    width: int = 0
    height: int = 0
    channels: int = 0
    sample_rate: int = 0
    bits: int = 0
    samples: int = 0


@dataclass(frozen=True)
class FlatClip:
    """A clip with a stretch of its own on a flat track.

    `record` counts frames from the timeline's first one. `source` is the first used frame
    in the media's own timecode, `available` what the whole file has, both at the
    timeline's rate; at another `speed` than 1, `source` still is the frame seen first.
    `url` is absolute, empty where the clip has no file (a generator).
    """

    name: str
    kind: str
    record: TimeRange
    source: RationalTime
    available: TimeRange
    file: Path | None
    url: str
    speed: float
    enabled: bool
    ours: dict = field(default_factory=dict)
    clip: otio.schema.Clip | None = None


@dataclass(frozen=True)
class FlatTrack:
    """Clips that follow each other without overlap; `origin` is the track's index in the timeline."""

    name: str
    kind: str
    origin: int
    clips: tuple[FlatClip, ...]


@dataclass(frozen=True)
class Flat:
    """A whole timeline, flat. `lost` names what could not come along.

    `picture` is the sequence's own size, fields and pixels as FCP7 XML names them, where it came as that.
    """

    name: str
    start: RationalTime
    duration: RationalTime
    tracks: tuple[FlatTrack, ...]
    drop_frame: bool
    transitions: int = 0
    lost: tuple[str, ...] = ()
    picture: dict[str, str] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Frames a second, as OTIO rounds it."""
        return self.start.rate

    def of_kind(self, kind: str) -> tuple[FlatTrack, ...]:
        """The tracks of one kind, from the lowest."""
        return tuple(track for track in self.tracks if track.kind == kind)


def flatten(
    timeline: otio.schema.Timeline, base: Path, relinked: Mapping[str, Relinked] = {}
) -> Flat:
    """The flat form; clips that overlap (layers of a nested stack) get further tracks."""
    rate = timeline_rate(timeline)
    lanes: dict[int, list[list[FlatClip]]] = {}
    for clip, view in placed_clips(timeline, base, relinked=relinked):
        _lane(lanes.setdefault(view.track, []), view).append(_flat_clip(clip, view, base, rate))
    tracks, names = [], track_names(timeline)
    for index, track in enumerate(timeline.tracks):
        name = one_line(names[index])
        for number, lane in enumerate(lanes.get(index, [[]])):
            called = f"{name} {number + 1}" if number else name
            tracks.append(FlatTrack(called, track.kind, index, tuple(lane)))
    length = max((item_length(track) for track in timeline.tracks), default=Fraction(0))
    return Flat(
        name=one_line(timeline.name or "") or "Timeline",
        start=from_seconds(seconds(start_time(timeline)), rate),
        duration=from_seconds(length, rate),
        tracks=tuple(tracks),
        drop_frame=is_drop_frame(timeline),
        transitions=sum(1 for _ in timeline.find_children(descended_from_type=otio.schema.Transition)),
        lost=tuple(_lost(timeline)),
        picture=_own_picture(timeline),
    )


def _own_picture(timeline: otio.schema.Timeline) -> dict[str, str]:
    said = plain(timeline.metadata.get("fcp_xml", {}))
    for name in ("media", "video", "format", "samplecharacteristics"):
        said = said.get(name) if isinstance(said, dict) else None
    known = said.items() if isinstance(said, dict) else ()
    shape = {name: value for name, value in known if name in _SHAPE and isinstance(value, str)}
    sized = all(shape.get(name, "").isdecimal() and int(shape[name]) for name in ("width", "height"))
    return shape if sized else {}


def to_otio(
    flat: Flat, build: Callable[[FlatClip], otio.schema.Clip]
) -> otio.schema.Timeline:
    """The flat form as OTIO again, for adapters; `build` makes each clip."""
    made = otio.schema.Timeline(flat.name, global_start_time=flat.start)
    for track in flat.tracks:
        row = otio.schema.Track(track.name, kind=track.kind)
        at = RationalTime(0, flat.rate)
        for clip in track.clips:
            if clip.record.start_time > at:
                row.append(otio.schema.Gap(duration=clip.record.start_time - at))
            row.append(build(clip))
            at = clip.record.end_time_exclusive()
        made.tracks.append(row)
    return made


def is_drop_frame(timeline: otio.schema.Timeline) -> bool:
    """Whether timecode drops frame numbers: at 29.97 and 59.94, unless the file says otherwise."""
    said = plain(timeline.metadata.get("fcp_xml", {})).get("timecode", {})
    if isinstance(said, dict) and said.get("displayformat") in ("DF", "NDF"):
        return said["displayformat"] == "DF"
    rate = timeline_rate(timeline)
    return any(abs(rate - drop) < 0.005 for drop in (30000 / 1001, 60000 / 1001))


def file_url(path: Path | str) -> str:
    """An absolute `file://` URL, percent-encoded, of a path that need not exist."""
    text = str(path).replace("\\", "/")
    if text.startswith("//"):  # a Windows server
        return "file:" + quote(text)
    return "file://" + quote(text if text.startswith("/") else f"/{text}", safe="/:")


def one_line(text: str) -> str:
    """`text` without line breaks and without what XML has no words for."""
    return " ".join(re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", " ", text).split())


def _lane(lanes: list[list[FlatClip]], view: ClipView) -> list[FlatClip]:
    """The first lane on which the view's place is free."""
    for lane in lanes:
        if not lane or lane[-1].record.end_time_exclusive() <= view.record.start_time:
            return lane
    lanes.append([])
    return lanes[-1]


def _flat_clip(clip: otio.schema.Clip, view: ClipView, base: Path, rate: float) -> FlatClip:
    available = _available(clip, view, rate)
    source = available.start_time + from_seconds(view.media_start, rate)
    ours = plain(clip.metadata.get(KEY, {}))
    # Numbered pictures are no one file; programs find the others from the first.
    file = view.media.resolve() if view.media and view.media.is_file() else None
    return FlatClip(
        name=one_line(view.name) or "clip",
        kind=view.kind,
        record=view.record,
        source=source,
        available=available,
        file=file,
        url=file_url(file) if file else _said_url(clip, base),
        speed=view.speed,
        enabled=view.enabled,
        ours=ours if isinstance(ours, dict) else {},
        clip=clip,
    )


def _available(clip: otio.schema.Clip, view: ClipView, rate: float) -> TimeRange:
    """The file's whole range at `rate`; where it is not known, as much of it as the clip uses."""
    known = clip.media_reference.available_range if clip.media_reference else None
    start = from_seconds(seconds(known.start_time), rate) if known else RationalTime(0, rate)
    used = view.media_start + (view.media_duration if view.speed >= 0 else 0)
    length = from_seconds(max(seconds(known.duration) if known else 0, used), rate)
    return TimeRange(start, max(length, RationalTime(1, rate)))


def _said_url(clip: otio.schema.Clip, base: Path) -> str:
    """Where missing media should be, so that the NLE can ask for it by name."""
    for reference in references(clip):
        url = getattr(reference, "target_url", "")
        if isinstance(reference, otio.schema.ImageSequenceReference):
            url = f"{reference.target_url_base.rstrip('/')}/{image_name(reference, reference.start_frame)}"
        if url:
            return file_url(base.resolve() / url) if is_relative(url) else _as_url(url)
    return ""


def _as_url(said: str) -> str:
    return said if "://" in said else file_url(url_path(said))


def _lost(timeline: otio.schema.Timeline) -> list[str]:
    """Sentences about what flat formats leave behind."""
    nests = sum(1 for track in timeline.tracks for item in track if isinstance(item, otio.schema.Stack))
    return [f"nested stacks laid out flat: {nests}"] if nests else []
