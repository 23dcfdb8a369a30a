"""A cut of the Video Sequencer as OpenTimelineIO, and the takes that come back; knows no Blender.

Each channel becomes a video track, an audio track, or both. The timeline's first frame is the
scene's, and its timecode the one that Blender shows: frame 48 at 24 fps is 00:00:02:00.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from .vssflow_app import marker, time, time_range

KEY = "vssflow_studio"
"""Of our metadata: in the timeline file, and on Blender's strips."""


@dataclass(frozen=True)
class Strip:
    """What is seen or heard of a strip. Frames are Blender's own, times of the media in seconds.

    `kind` is Video or Audio. `into` is where in the media the first frame is, `media_length`
    None where nobody knows. `images` are the file names of pictures that follow one another.
    `inside` is what a meta or scene strip holds. `ours` is our metadata where it is a take.
    """

    name: str
    kind: str
    channel: int
    start: int
    length: int
    file: str = ""
    into: float = 0.0
    speed: float = 1.0
    media_length: float | None = None
    images: tuple[str, ...] = ()
    inside: tuple[Strip, ...] = ()
    enabled: bool = True
    ours: dict | None = None

    @property
    def end(self) -> int:
        """The frame after the last."""
        return self.start + self.length


@dataclass(frozen=True)
class Cut:
    """A scene's strips; `first` is its first frame, `channels` {number: (name, muted)}."""

    name: str
    rate: float
    first: int
    strips: tuple[Strip, ...]
    markers: tuple[tuple[int, str], ...] = ()
    channels: dict[int, tuple[str, bool]] | None = None


@dataclass(frozen=True)
class Placed:
    """A take on one of the app's tracks, in Blender's frames; `into` its WAV, in frames, too."""

    name: str
    track: str
    file: str
    start: int
    into: int
    length: int
    enabled: bool
    ours: dict

    @property
    def place(self) -> list[int]:
        """Where it lies, and what of its WAV is heard."""
        return [self.start, self.into, self.length]

    @property
    def end(self) -> int:
        """The frame after the last."""
        return self.start + self.length


def exact_rate(fps: float, base: float) -> float:
    """Frames a second; Blender keeps 1.001 as a number of 32 bits."""
    rate = fps / base
    for near in (round(rate), round(rate * 1.001) * 1000 / 1001):
        if near and abs(rate - near) < 1e-4:
            return float(near)
    return rate


def to_otio(cut: Cut) -> dict:
    """The timeline as the JSON of an .otio file. What lies before the scene's first frame is cut off."""
    stack = _stack(cut.strips, cut.first, cut.rate, cut.channels or {})
    stack["markers"] = [
        marker(name, time_range(float(frame - cut.first), 1.0, cut.rate))
        for frame, name in cut.markers
        if frame >= cut.first
    ]
    return {
        "OTIO_SCHEMA": "Timeline.1",
        "metadata": {},
        "name": cut.name,
        "global_start_time": time(float(cut.first), cut.rate),
        "tracks": stack,
    }


def ranges(strips: list[tuple[int, int]], first: int) -> list[tuple[int, int]]:
    """(first frame, end) of strips from the timeline's first frame on, those that touch as one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted((max(0, a - first), b - first) for a, b in strips if b > first):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


# --- strips to clips ---


def _stack(strips: tuple[Strip, ...], first: int, rate: float, channels: dict) -> dict:
    tracks = []
    for kind in ("Video", "Audio"):
        of_kind = [strip for strip in strips if strip.kind == kind]
        for channel in sorted({strip.channel for strip in of_kind}):
            name, muted = channels.get(channel, (f"Channel {channel}", False))
            mine = [strip for strip in of_kind if strip.channel == channel]
            tracks.append(_item("Track.1", name, kind=kind, enabled=not muted, children=_row(mine, first, rate)))
    return _item("Stack.1", "tracks", children=tracks)


def _row(strips: list[Strip], first: int, rate: float) -> list[dict]:
    """Clips and gaps of one track, from frame `first` on."""
    made, at = [], first
    for strip in sorted(strips, key=lambda one: one.start):
        for piece, frozen in _pieces(strip, rate):
            piece = _from(piece, at, rate)
            if piece is None:
                continue
            if piece.start > at:
                made.append(_item("Gap.1", "", source_range=time_range(0.0, float(piece.start - at), rate)))
            made.append(_nest(piece, rate) if piece.inside else _clip(piece, rate, frozen))
            at = piece.end
    return made


def _pieces(strip: Strip, rate: float) -> list[tuple[Strip, bool]]:
    """A strip that is drawn out over its media holds its first and last picture; sound is silent there."""
    if strip.media_length is None or strip.inside or strip.speed <= 0:
        return [(strip, False)]
    before = min(strip.length, max(0, round(-strip.into / strip.speed * rate)))
    there = round((strip.media_length - max(0.0, strip.into)) / strip.speed * rate)
    inner = max(0, min(strip.length - before, there))
    middle = replace(strip, start=strip.start + before, length=inner, into=max(0.0, strip.into))
    found = [(middle, False)] if inner else []
    if strip.kind == "Video" and before:
        found.insert(0, (replace(strip, length=before, into=0.0), True))
    if strip.kind == "Video" and (after := strip.length - before - inner):
        last = max(0.0, strip.media_length - 1 / rate)
        found.append((replace(strip, start=strip.end - after, length=after, into=last), True))
    return found


def _from(strip: Strip, frame: int, rate: float) -> Strip | None:
    """What of a strip lies at `frame` and after it."""
    late = frame - strip.start
    if late <= 0:
        return strip
    if late >= strip.length:
        return None
    into = strip.into + max(0.0, strip.speed) * late / rate  # what runs backwards is cut at its end
    return replace(strip, start=frame, length=strip.length - late, into=into)


def _clip(strip: Strip, rate: float, frozen: bool) -> dict:
    clip = _item("Clip.2", strip.name, enabled=strip.enabled, metadata={KEY: strip.ours} if strip.ours else {})
    clip["source_range"] = time_range(strip.into * rate, float(strip.length), rate)
    clip["media_references"] = {"DEFAULT_MEDIA": _reference(strip, rate)}
    clip["active_media_reference_key"] = "DEFAULT_MEDIA"
    if frozen:
        clip["effects"] = [_warp("FreezeFrame.1", 0.0)]
    elif strip.speed != 1:
        clip["effects"] = [_warp("LinearTimeWarp.1", strip.speed)]
    return clip


def _nest(strip: Strip, rate: float) -> dict:
    """A meta or scene strip: what it holds may begin before it does."""
    first = min(strip.start, *(one.start for one in strip.inside))
    stack = _stack(strip.inside, first, rate, {})
    stack["name"], stack["enabled"] = strip.name, strip.enabled
    stack["source_range"] = time_range(float(strip.start - first), float(strip.length), rate)
    return stack


def _reference(strip: Strip, rate: float) -> dict:
    if not strip.file:
        return {"OTIO_SCHEMA": "MissingReference.1", "metadata": {}, "name": strip.name}
    available = None if strip.media_length is None else time_range(0.0, strip.media_length * rate, rate)
    known = {"metadata": {}, "name": Path(strip.file).name, "available_range": available}
    if len(strip.images) < 2:
        url = strip.file.replace("\\", "/")
        return {"OTIO_SCHEMA": "ExternalReference.1", "target_url": url, **known}
    prefix, digits, suffix = numbered(strip.images[0])
    return {
        "OTIO_SCHEMA": "ImageSequenceReference.1",
        "target_url_base": Path(strip.file).parent.as_posix() + "/",
        "name_prefix": prefix,
        "name_suffix": suffix,
        "start_frame": int(digits),
        "frame_step": int(numbered(strip.images[1])[1]) - int(digits),
        "rate": rate,
        "frame_zero_padding": len(digits),
        "missing_frame_policy": "error",
        **known,
    }


def numbered(name: str) -> tuple[str, str, str]:
    """(before, digits, after) of the last number in a file name; no digits where there is none."""
    found = re.fullmatch(r"(.*?)(\d+)(\D*)", name)
    return found.groups() if found else (name, "", "")


def is_sequence(names: list[str]) -> bool:
    """Whether pictures are numbered in even steps, as an image sequence is."""
    parts = [numbered(name) for name in names]
    if len(parts) < 2 or not all(digits for _, digits, _ in parts):
        return False
    same = len({(before, len(digits), after) for before, digits, after in parts}) == 1
    steps = {int(b[1]) - int(a[1]) for a, b in zip(parts, parts[1:])}
    return same and len(steps) == 1 and steps.pop() > 0


def _warp(schema: str, scalar: float) -> dict:
    name = schema.partition(".")[0]
    return {"OTIO_SCHEMA": schema, "metadata": {}, "name": "", "effect_name": name, "time_scalar": scalar}


def _item(schema: str, name: str, **fields) -> dict:
    empty = {"metadata": {}, "source_range": None, "effects": [], "markers": [], "enabled": True}
    return {"OTIO_SCHEMA": schema, **empty, "name": name, **fields}


# --- takes ---


def takes(document: dict, folder: Path) -> list[Placed]:
    """The takes on the audio tracks of a timeline of the app's; `folder` is where its file lies."""
    start = document.get("global_start_time") or time(0, _rate_of(document["tracks"]) or 24)
    rate, first = Fraction(start["rate"]), round(start["value"])
    found = []
    for track in document["tracks"]["children"]:
        at = Fraction(0)
        for item in track.get("children", ()) if track.get("kind") == "Audio" else ():
            if item["OTIO_SCHEMA"].startswith("Transition"):
                continue
            length = _seconds(_duration(item))
            ours = item.get("metadata", {}).get(KEY)
            if item["OTIO_SCHEMA"].startswith("Clip") and isinstance(ours, dict) and "take" in ours:
                placed = first + round(at * rate)
                found.append(_placed(item, track, folder, placed, rate, ours))
            at += length
    return found


def _placed(clip: dict, track: dict, folder: Path, start: int, rate: Fraction, ours: dict) -> Placed:
    reference = _media(clip)
    available, source = reference.get("available_range"), clip.get("source_range")
    begin = _seconds(available["start_time"]) if available else Fraction(0)
    into = _seconds(source["start_time"]) - begin if source else Fraction(0)
    return Placed(
        name=clip["name"],
        track=track["name"],
        file=str(folder / reference["target_url"]),
        start=start,
        into=round(into * rate),
        length=round(_seconds(_duration(clip)) * rate),
        enabled=clip.get("enabled", True) and track.get("enabled", True),
        ours=ours,
    )


def _duration(item: dict) -> dict:
    """The length of an item as a RationalTime."""
    if item.get("source_range"):
        return item["source_range"]["duration"]
    if item["OTIO_SCHEMA"].startswith("Clip"):
        return (_media(item).get("available_range") or time_range(0, 0, 24))["duration"]
    lengths = [_duration(child) for child in item["children"] if not child["OTIO_SCHEMA"].startswith("Transition")]
    if item["OTIO_SCHEMA"].startswith("Stack"):
        return max(lengths, key=_seconds, default=time(0, 24))
    return time(float(sum(map(_seconds, lengths))), 1)


def _media(clip: dict) -> dict:
    if "media_references" in clip:
        return clip["media_references"].get(clip.get("active_media_reference_key", "DEFAULT_MEDIA")) or {}
    return clip.get("media_reference") or {}


def _seconds(time_: dict) -> Fraction:
    return Fraction(time_["value"]) / Fraction(time_["rate"])


def _rate_of(stack: dict) -> float | None:
    for track in stack["children"]:
        for item in track.get("children", ()):
            if item.get("source_range"):
                return item["source_range"]["start_time"]["rate"]
    return None
