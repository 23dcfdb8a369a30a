"""Reading and writing timeline files, losing nothing that is not ours."""

from __future__ import annotations

from math import isfinite
from pathlib import Path

import opentimelineio as otio

from ..atomic import replacing, write_bytes
from ..errors import TimelineError

_REMEDY = "Export the timeline again as OpenTimelineIO (.otio) and open that."
_BUNDLES = (".otioz", ".otiod")
_SHELF = "vssflow_studio.collection"
"""Where a timeline that was read out of a collection carries the collection, in memory only."""


def read_timeline(path: Path) -> otio.schema.Timeline:
    """The timeline in `path`; a collection that holds exactly one is accepted.

    Raises TimelineError: no such file, not OTIO, cut short, a newer schema, no timeline.
    """
    path = Path(path)
    if not path.is_file():
        raise TimelineError("There is no such file", file=path, remedy="Check the name.")
    try:
        found = otio.adapters.read_from_file(str(path))
    except otio.exceptions.NoKnownAdapterForExtensionError as error:
        raise TimelineError(
            f"Timelines of the kind “{path.suffix}” can't be read", file=path, remedy=_REMEDY
        ) from error
    except otio.exceptions.UnsupportedSchemaError as error:
        raise TimelineError(
            "The timeline was written by a newer OpenTimelineIO than this one",
            file=path,
            remedy="Export it with a lower target version, or update VSSFlow Studio.",
        ) from error
    except (otio.exceptions.OTIOError, ValueError, OSError) as error:
        raise TimelineError(
            f"This is not a whole OpenTimelineIO file: {_first_line(error)}",
            file=path,
            remedy=_REMEDY,
        ) from error
    return _the_timeline(found, path)


def write_timeline(timeline: otio.schema.Timeline, path: Path) -> None:
    """Write `timeline` to `path` atomically. Raises StorageError or TimelineError."""
    path = Path(path)
    if path.suffix.lower() in _BUNDLES:
        raise TimelineError(
            "A bundle with its media inside can be read but not written",
            file=path,
            remedy="Save as .otio.",
        )
    _write(_back_on_its_shelf(timeline) if _SHELF in timeline.metadata else timeline, path)


def _write(found: otio.core.SerializableObject, path: Path) -> None:
    if path.suffix.lower() == ".otio":
        # OTIO's own file writer does not notice a full disk.
        write_bytes(path, otio.adapters.write_to_string(found, "otio_json").encode())
        return
    with replacing(path) as temporary:
        try:
            otio.adapters.write_to_file(found, str(temporary))
        except otio.exceptions.OTIOError as error:
            raise TimelineError(
                f"Timelines of the kind “{path.suffix}” can't be written: {_first_line(error)}",
                file=path,
                remedy="Save as .otio.",
            ) from error


def _the_timeline(found: object, path: Path) -> otio.schema.Timeline:
    if isinstance(found, otio.schema.SerializableCollection):
        inside = [place for place, child in enumerate(found) if isinstance(child, otio.schema.Timeline)]
        if len(inside) == 1:
            return _off_the_shelf(found, inside[0], path)
    if not isinstance(found, otio.schema.Timeline) or found.tracks is None:
        kind = getattr(found, "schema_name", lambda: type(found).__name__)()
        raise TimelineError(f"The file holds a {kind}, not a whole timeline", file=path, remedy=_REMEDY)
    _check_rates(found, path)
    return found


def _off_the_shelf(
    shelf: otio.schema.SerializableCollection, place: int, path: Path
) -> otio.schema.Timeline:
    """The timeline of a collection; it carries the rest along until it is written."""
    timeline = _the_timeline(shelf[place], path)
    del shelf[place]
    timeline.metadata[_SHELF] = {"place": place, "collection": shelf}
    return timeline


def _back_on_its_shelf(timeline: otio.schema.Timeline) -> otio.schema.SerializableCollection:
    shelf, written = timeline.metadata[_SHELF], timeline.clone()
    del written.metadata[_SHELF]
    collection = shelf["collection"].clone()
    collection.insert(shelf["place"], written)
    return collection


def _check_rates(timeline: otio.schema.Timeline, path: Path) -> None:
    """No time can be told at a rate of zero, so such a file is not opened at all."""
    for item in timeline.find_children(descended_from_type=otio.core.Item):
        range_ = item.source_range
        if range_ is None or _sane(range_.start_time) and _sane(range_.duration):
            continue
        raise TimelineError(
            "The source range has no usable rate or length",
            file=path,
            clip=item.name,
            remedy="Mend or remove this clip in the editing program and export again.",
        )


def _sane(time: otio.opentime.RationalTime) -> bool:
    return time.rate > 0 and isfinite(time.rate) and isfinite(time.value)


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]
