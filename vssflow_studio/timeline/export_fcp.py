"""Final Cut Pro 7 XML, as Premiere, Resolve and most finishing tools read it.

The FCP adapter writes the tree; what it leaves out is given to it as `fcp_xml` metadata:
the formats of picture and sound (Resolve ignores a sequence without `<format>`), what each
file holds, drop-frame timecode, retimes, disabled clips, and where our takes come from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import count
from xml.etree import ElementTree

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from ..provenance import sentence
from .flat import Flat, FlatClip, FileFacts, to_otio
from .timecode import exact_rate, from_seconds, seconds

_SPEEDS = "-100000", "100000"
_DROPPING = Fraction(30_000, 1001), Fraction(60_000, 1001)
_NON_DROP = {"displayformat": "NDF"}


def fcp_xml(flat: Flat, facts: Callable[[FlatClip], FileFacts]) -> str:
    """`flat` as FCP7 XML. `facts` tells what a clip's file holds."""
    displayed, number = {"displayformat": "DF"} if flat.drop_frame else _NON_DROP, count(1)
    made = to_otio(flat, lambda clip: _clip(clip, facts(clip), displayed, next(number)))
    _add_transitions(made, flat)
    for row in made.tracks:
        row.metadata["fcp_xml"] = {"@MZ.TrackName": row.name}  # Premiere's; the format itself has no word for it
    made.metadata["fcp_xml"] = {
        "timecode": displayed,
        "media": {"video": {"format": _picture_format(flat, facts)}, "audio": _sound_format()},
    }
    return _tidied(otio.adapters.write_to_string(made, "fcp_xml"))


def _tidied(written: str) -> str:
    """The adapter's tree with the whole media's length on each clip, and its doubled rates gone."""
    root = ElementTree.fromstring(written)
    lengths = {file.get("id"): text for file in root.iter("file") if (text := file.findtext("duration"))}
    for clip in root.iter("clipitem"):
        for again in clip.findall("rate")[1:]:
            clip.remove(again)
        if clip.find("file") is not None:
            clip.find("duration").text = lengths.get(clip.find("file").get("id"), clip.findtext("duration"))
    ElementTree.indent(root)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE xmeml>\n'
    return f"{head}{ElementTree.tostring(root, 'unicode')}\n"


def _clip(clip: FlatClip, facts: FileFacts, displayed: dict, number: int) -> otio.schema.Clip:
    shown = clip.source - clip.available.start_time
    start, length = clip.source, clip.record.duration
    if clip.speed not in (0, 1):  # in and out count in frames of the retimed clip
        at = shown if clip.speed > 0 else clip.available.duration - shown  # reversed: from the end
        start = clip.available.start_time + RationalTime(round(at.value / abs(clip.speed)), at.rate)
    # Without an id of its own, a clip used twice would be written as a mere hint at the first.
    notes: dict = {"@id": f"clipitem-{number}", "enabled": "TRUE" if clip.enabled else "FALSE"}
    if facts.channels == 1 and clip.kind == "Audio":
        notes["sourcetrack"] = {"mediatype": "audio", "trackindex": "1"}
    if clip.speed != 1:
        notes["filter"] = {"effect": _time_remap(clip.speed)}
    if clip.ours:
        notes["comments"] = {"mastercomment1": sentence(clip.ours.get("provenance", {}))}
    return otio.schema.Clip(
        name=clip.name,
        media_reference=_reference(clip, facts, displayed),
        source_range=TimeRange(start, length),
        metadata={"fcp_xml": notes},
    )


def _reference(clip: FlatClip, facts: FileFacts, displayed: dict) -> otio.core.MediaReference:
    name = clip.url.rsplit("/", 1)[-1] if not clip.file else clip.file.name
    if not clip.url:
        return otio.schema.MissingReference(name or clip.name, clip.available)
    # With a host, as FCP7 and Premiere write it.
    url = clip.url.replace("file:///", "file://localhost/", 1)
    native = _native(clip)
    reference = otio.schema.ExternalReference(url, native)
    reference.name = name
    drops = exact_rate(native.start_time.rate) in _DROPPING
    reference.metadata["fcp_xml"] = {"timecode": displayed if drops else _NON_DROP, "media": _file_media(facts)}
    return reference


def _native(clip: FlatClip) -> TimeRange:
    """What the file has at its own frame rate: the file's frames and timecode are its own."""
    reference = clip.clip.media_reference if clip.clip is not None else None
    known = reference.available_range if reference is not None else None
    if known is None or not 1 < known.start_time.rate <= 120:
        return clip.available
    rate = known.start_time.rate
    return TimeRange(known.start_time, from_seconds(seconds(known.duration), rate))


def _file_media(facts: FileFacts) -> dict:
    media: dict = {}
    if facts.width:
        size = {"width": str(facts.width), "height": str(facts.height)}
        media["video"] = {"samplecharacteristics": size}
    if facts.channels:
        media["audio"] = {
            "samplecharacteristics": {"depth": str(facts.bits or 16), "samplerate": str(facts.sample_rate)},
            "channelcount": str(facts.channels),
        }
    return media


def _picture_format(flat: Flat, facts: Callable[[FlatClip], FileFacts]) -> dict:
    """As the sequence came; else the size of the first picture that is there, else full HD."""
    known = (facts(clip) for track in flat.of_kind("Video") for clip in track.clips)
    size = next(((one.width, one.height) for one in known if one.width), (1920, 1080))
    exact = exact_rate(flat.rate)
    rate = {"timebase": str(round(exact)), "ntsc": "FALSE" if exact.denominator == 1 else "TRUE"}
    shape = {"pixelaspectratio": "square", "fielddominance": "none", "anamorphic": "FALSE"}
    usual = {"rate": rate, "width": str(size[0]), "height": str(size[1]), **shape}
    return {"samplecharacteristics": usual | flat.picture}


def _sound_format() -> dict:
    return {
        "numOutputChannels": "2",
        "format": {"samplecharacteristics": {"depth": "24", "samplerate": "48000"}},
    }


def _time_remap(speed: float) -> dict:
    """The retime that FCP7, Premiere and Resolve know by this name."""

    def parameter(name: str, value: str, limits: tuple[str, str] | tuple[()] = ()) -> dict:
        low_high = {"valuemin": limits[0], "valuemax": limits[1]} if limits else {}
        return {"parameterid": name, "name": name, **low_high, "value": value}

    return {
        "name": "Time Remap",
        "effectid": "timeremap",
        "effectcategory": "motion",
        "effecttype": "motion",
        "mediatype": "video",
        "parameter": [
            parameter("variablespeed", "0", ("0", "1")),
            parameter("speed", f"{100 * abs(speed):g}", _SPEEDS),
            parameter("reverse", "TRUE" if speed < 0 else "FALSE"),
            parameter("frameblending", "FALSE"),
        ],
    }


def _add_transitions(made: otio.schema.Timeline, flat: Flat) -> None:
    """The transitions between clips that are still neighbours."""
    found = _transitions(clip.clip for track in flat.tracks for clip in track.clips)
    for row, track in zip(made.tracks, flat.tracks, strict=True):
        clips = iter(track.clips)
        # Taken from the end, so that what is put in moves nothing that is still to come.
        places = [(next(clips).clip if isinstance(item, otio.schema.Clip) else None) for item in row]
        for index in reversed(range(len(places) + 1)):
            before = places[index - 1] if index else None
            after = places[index] if index < len(places) else None
            transition = found.get((id(before), id(after)))
            if transition is not None:
                row.insert(index, _at_rate(transition, flat.rate))


def _transitions(clips: Iterable[otio.schema.Clip]) -> dict[tuple[int, int], otio.schema.Transition]:
    """Transitions by the clips (None for a gap) on both sides."""
    tracks = {id(track): track for clip in clips if isinstance(track := clip.parent(), otio.schema.Track)}
    found = {}
    for track in tracks.values():
        items = [None, *track, None]
        for before, item, after in zip(items, items[1:], items[2:], strict=False):
            if isinstance(item, otio.schema.Transition):
                sides = (one if isinstance(one, otio.schema.Clip) else None for one in (before, after))
                found[tuple(id(one) for one in sides)] = item
    found.pop((id(None), id(None)), None)
    return found


def _at_rate(transition: otio.schema.Transition, rate: float) -> otio.schema.Transition:
    made = otio.schema.Transition(name=transition.name or "Cross Dissolve")
    made.transition_type = transition.transition_type
    made.in_offset = from_seconds(seconds(transition.in_offset), rate)
    made.out_offset = from_seconds(seconds(transition.out_offset), rate)
    return made
