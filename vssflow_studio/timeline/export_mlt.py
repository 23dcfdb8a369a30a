"""MLT XML for melt, Shotcut and Kdenlive, by their adapters.

MLT counts frames from a file's first one, whatever its timecode; so does what is handed to
the adapters here. They leave the tracks unmixed: without a `mix` transition for each, only
the topmost track that has sound is heard.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from urllib.parse import quote
from xml.etree import ElementTree

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from .flat import Flat, FlatClip, to_otio
from .timecode import exact_rate


def mlt_xml(flat: Flat, size: tuple[int, int] = (1920, 1080)) -> str:
    """`flat` as MLT XML of (width, height), which melt plays."""
    made = to_otio(flat, _Clips().build)
    kinds = {}
    for number, track in enumerate(made.tracks):
        track.name = f"{track.name} [{number + 1}]"  # the adapter makes it an id
        kinds[track.name] = track.kind
    root = ElementTree.fromstring(_written(made, "mlt_xml"))
    exact = exact_rate(flat.rate)
    root.find("profile").attrib.update(
        width=str(size[0]),
        height=str(size[1]),
        progressive="1",
        sample_aspect_num="1",
        sample_aspect_den="1",
        display_aspect_num=str(size[0]),
        display_aspect_den=str(size[1]),
        frame_rate_num=str(exact.numerator),
        frame_rate_den=str(exact.denominator),
    )
    for track in root.findall("tractor/multitrack/track"):
        if kind := kinds.get(track.get("producer")):  # not the background
            track.set("hide", "video" if kind == "Audio" else "audio")
    _mix_tracks(root)
    return _text(root)


def kdenlive(flat: Flat) -> str:
    """`flat` as a Kdenlive project (before 25.04; newer ones open .otio)."""
    made = to_otio(flat, _Clips(quote).build)
    # Kdenlive shows its first track at the bottom: the last of the sound, then up to the picture.
    made.tracks[:] = _from_the_bottom(made)
    root = ElementTree.fromstring(_written(made, "kdenlive"))
    last = str(max(0, round(flat.duration.value) - 1))
    for element in (root.find("producer[@id='black_track']"), root.findall("tractor")[-1]):
        element.attrib.update({"in": "0", "out": last})  # else there is black for ten minutes
    _mix_tracks(root, kdenlive=True)
    return _text(root)


def _from_the_bottom(made: otio.schema.Timeline) -> list[otio.schema.Track]:
    tracks = [track.clone() for track in made.tracks]
    sound = [track for track in tracks if track.kind == "Audio"]
    return [*reversed(sound), *(track for track in tracks if track.kind != "Audio")]


class _Clips:
    """Clips whose media begins at frame 0, each file under a name of its own.

    `url` makes of a path what the adapter takes: Kdenlive's a URL, in which # would end it.
    """

    def __init__(self, url: Callable[[str], str] = str) -> None:
        self._url, self._names = url, {}

    def build(self, clip: FlatClip) -> otio.schema.Clip | otio.schema.Gap:
        if not clip.enabled or not clip.file or clip.speed <= 0:
            return otio.schema.Gap(duration=clip.record.duration)
        zero = RationalTime(0, clip.record.duration.rate)
        reference = otio.schema.ExternalReference(
            self._url(str(clip.file)), TimeRange(zero, clip.available.duration)
        )
        reference.name = self._names.setdefault(clip.url, f"media{len(self._names) + 1}")
        first = clip.source - clip.available.start_time
        made = otio.schema.Clip(clip.name, reference, TimeRange(first, clip.record.duration))
        if clip.speed != 1:
            made.effects.append(otio.schema.LinearTimeWarp(time_scalar=clip.speed))
        return made


def _written(made: otio.schema.Timeline, adapter: str) -> str:
    with contextlib.redirect_stdout(io.StringIO()):  # the Kdenlive one talks
        return otio.adapters.write_to_string(made, adapter)


def _mix_tracks(root: ElementTree.Element, kdenlive: bool = False) -> None:
    """Sum the sound of all tracks; of pictures the topmost is seen without a word."""
    tractor = root.findall("tractor")[-1]
    tracks = len(tractor.findall("track") or tractor.findall("multitrack/track"))
    for index in range(1, tracks):
        transition = ElementTree.SubElement(tractor, "transition", id=f"mix{index}")
        facts = {"mlt_service": "mix", "a_track": "0", "b_track": str(index)}
        facts |= {"always_active": "1", "sum": "1"}
        if kdenlive:
            facts["internal_added"] = "237"  # Kdenlive's own mark for what the user didn't add
        for name, value in facts.items():
            ElementTree.SubElement(transition, "property", name=name).text = value


def _text(root: ElementTree.Element) -> str:
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, "unicode") + "\n"
