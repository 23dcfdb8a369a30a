"""Timelines of other kinds than OTIO, through their adapters: FCP7 XML, CMX3600 EDL, AAF, Kdenlive.

They are read and not written over: a timeline that came from one is saved as .otio. What an
adapter leaves for us to mend: an EDL says neither its rate nor where its tracks begin, and
FCP7 XML keeps retimes as filters.
"""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from pathlib import Path

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from ..errors import TimelineError
from . import edl
from .otio_json import EXPORT_AGAIN, MOST_BYTES, first_line, refused

FOREIGN = (".xml", ".edl", ".aaf", ".kdenlive")
"""Suffixes of what can be opened besides OTIO's own."""

_NAMES = {
    ".xml": "Final Cut Pro 7 XML",
    ".edl": "CMX3600 EDL",
    ".aaf": "AAF",
    ".kdenlive": "a Kdenlive project",
}


def default_output(path: Path) -> Path:
    """Where the timeline read from `path` is saved: there when it is .otio, else beside it.

    What is beside it already is not ours to write over, so a number is added.
    """
    path = Path(path)
    return path if path.suffix.lower() == ".otio" else free_output(path)


def free_output(path: Path) -> Path:
    """An .otio beside `path`, called as it is but not there yet."""
    out, number = path.with_suffix(".otio"), 2
    while out.exists():
        out, number = path.with_name(f"{path.stem} {number}.otio"), number + 1
    return out


def read_foreign(path: Path, rate: float | None = None) -> otio.core.SerializableObject:
    """What the adapter for the suffix of `path` makes of it; `rate` is an EDL's frame rate.

    Raises TimelineError that names the file and, where the adapter knows it, the place.
    """
    kind = path.suffix.lower()
    try:
        if path.stat().st_size > MOST_BYTES:
            raise refused("The file is larger than any timeline", path)
        if kind == ".edl":
            return edl.read_edl(path, rate)
        # The adapters of AAF and Kdenlive talk; standard output is for our answers.
        with redirect_stdout(io.StringIO()):
            if kind == ".xml":  # as bytes: XML says itself which letters it uses
                found = otio.adapters.read_from_string(path.read_bytes(), "fcp_xml")
            else:
                found = otio.adapters.read_from_file(str(path))
    except TimelineError:
        raise
    except otio.exceptions.NoKnownAdapterForExtensionError as error:
        raise refused(f"Timelines of the kind “{path.suffix}” can't be read", path) from error
    except OSError as error:
        raise refused(f"The file can't be read: {error.strerror or error}", path) from error
    except Exception as error:  # adapters raise whatever their parser stumbles over
        what = f"This can't be understood as {_NAMES.get(kind, kind)}: {first_line(error)}"
        raise refused(what, path, EXPORT_AGAIN) from error
    if kind == ".xml":
        _add_retimes(found)
    if kind == ".kdenlive":
        _put_picture_first(found)
    return found


def _put_picture_first(found: otio.core.SerializableObject) -> None:
    """Kdenlive's first track is the one at the bottom: the last of the sound."""
    tracks = [track.clone() for track in found.tracks]
    sound = [track for track in tracks if track.kind == otio.schema.TrackKind.Audio]
    picture = [track for track in tracks if track.kind == otio.schema.TrackKind.Video]
    found.tracks[:] = [*picture, *reversed(sound)]


def _add_retimes(found: otio.core.SerializableObject) -> None:
    """FCP7's Time Remap filters as time warps; in and out there count retimed frames."""
    for clip in found.find_clips() if hasattr(found, "find_clips") else ():
        speed = next((s for s in map(_fcp_speed, clip.effects) if s is not None), None)
        if speed in (None, 1.0) or clip.source_range is None:
            continue
        range_, reference = clip.source_range, clip.media_reference
        known = reference.available_range if reference is not None else None
        rate = range_.start_time.rate
        begin = known.start_time.rescaled_to(rate) if known else RationalTime(0, rate)
        into = (range_.start_time - begin).value * (abs(speed) or 1)
        if speed < 0 and known:  # counted from the end, which is seen first
            whole = known.duration.rescaled_to(begin.rate).value
            into = whole - into - range_.duration.value * -speed
        clip.source_range = TimeRange(begin + RationalTime(into, begin.rate), range_.duration)
        warp = otio.schema.LinearTimeWarp(time_scalar=speed) if speed else otio.schema.FreezeFrame()
        clip.effects.append(warp)


def _fcp_speed(effect: otio.schema.Effect) -> float | None:
    """How fast a Time Remap plays (1 is normal, negative backwards); None for other filters."""
    notes = effect.metadata.get("fcp_xml", {})
    if not hasattr(notes, "get") or notes.get("effectid") != "timeremap":
        return None
    try:
        given = {one["parameterid"]: one.get("value") for one in notes["parameter"]}
        speed = float(given["speed"]) / 100
        return -speed if given.get("reverse") == "TRUE" else speed
    except (KeyError, TypeError, ValueError):  # a speed that varies has no one value
        return None
