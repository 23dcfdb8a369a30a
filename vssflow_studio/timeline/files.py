"""Reading and writing timeline files, losing nothing that is not ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import opentimelineio as otio
from opentimelineio.opentime import TimeRange

from ..atomic import write_bytes
from ..errors import ChoiceNeeded, TimelineError
from .bundles import ARCHIVE, FOLDER, read_bundle
from .formats import FOREIGN, default_output, read_foreign
from .otio_json import read_json, refused
from .timecode import is_usable

__all__ = ["READABLE", "default_output", "read_timeline", "take_alone", "write_timeline"]

READABLE = (".otio", ARCHIVE, FOLDER, *FOREIGN)
"""Suffixes of the timelines that can be opened."""

_SHELF = "vssflow_studio.collection"
"""Where a timeline that was read out of a collection carries the collection, in memory only."""
_MOST_TRACKS, _MOST_ITEMS = 2_000, 100_000
"""Several feature films; every one is looked at whenever the timeline is."""


def read_timeline(
    path: Path, *, rate: float | None = None, sequence: str = ""
) -> otio.schema.Timeline:
    """The timeline in `path`: .otio, .otioz, .otiod, FCP7 .xml, .edl, .aaf or .kdenlive.

    `rate` is the frame rate of an EDL, which says none; `sequence` the name of one of
    several timelines. Raises ChoiceNeeded when one of them is wanted, TimelineError: no
    such file, not what its suffix says, cut short, a newer schema, no timeline.
    """
    path = Path(path)
    if not (path.is_dir() if path.suffix.lower() == FOLDER else path.is_file()):
        raise TimelineError("There is no such file", file=path, remedy="Check the name.")
    found = _readers().get(path.suffix.lower(), lambda p: read_foreign(p, rate))(path)
    return _the_timeline(found, path, sequence)


def _readers() -> dict:
    return {".otio": read_json, ARCHIVE: read_bundle, FOLDER: read_bundle}


def write_timeline(timeline: otio.schema.Timeline, path: Path) -> None:
    """Write `timeline` to `path` (.otio) atomically. Raises StorageError or TimelineError.

    Other kinds are exported, not saved: none of them keeps what is ours.
    """
    path = Path(path)
    if path.suffix.lower() != ".otio":
        raise TimelineError(
            f"A timeline can't be saved as “{path.suffix}”",
            file=path,
            remedy=f"Save it as {default_output(path).name}.",
        )
    found = _back_on_its_shelf(timeline) if _SHELF in timeline.metadata else timeline
    try:
        text = otio.adapters.write_to_string(found, "otio_json")
    except (otio.exceptions.OTIOError, ValueError) as error:
        raise TimelineError(
            f"The timeline can't be written: {error}", file=path, remedy="Open it again."
        ) from error
    # OTIO's own file writer does not notice a full disk.
    write_bytes(path, text.encode())


def _the_timeline(found: object, path: Path, sequence: str = "") -> otio.schema.Timeline:
    if isinstance(found, otio.schema.SerializableCollection):
        kind = otio.schema.Timeline
        inside = {place: child for place, child in enumerate(found) if isinstance(child, kind)}
        wanted = [place for place, child in inside.items() if sequence in ("", child.name)]
        if len(wanted) == 1 or wanted and sequence:
            return _off_the_shelf(found, wanted[0], path)
        if inside:
            names = tuple(dict.fromkeys(child.name for child in inside.values()))
            raise ChoiceNeeded.between("The file holds several timelines", "sequence", names, path)
    if not isinstance(found, otio.schema.Timeline) or found.tracks is None:
        kind = getattr(found, "schema_name", str)()
        kind = f"a {kind}" if hasattr(otio.schema, kind) else "something else"
        raise refused(f"The file holds {kind}, not a whole timeline", path)
    _check_times(found, path)
    return found


def _off_the_shelf(
    shelf: otio.schema.SerializableCollection, place: int, path: Path
) -> otio.schema.Timeline:
    """The timeline of a collection; it carries the rest along until it is written."""
    timeline = _the_timeline(shelf[place], path)
    del shelf[place]
    timeline.metadata[_SHELF] = {"place": place, "collection": shelf}
    return timeline


def take_alone(timeline: otio.schema.Timeline) -> None:
    """Leave the collection that a timeline came in behind."""
    if _SHELF in timeline.metadata:
        del timeline.metadata[_SHELF]


def _back_on_its_shelf(timeline: otio.schema.Timeline) -> otio.schema.SerializableCollection:
    shelf, written = timeline.metadata[_SHELF], timeline.clone()
    del written.metadata[_SHELF]
    collection = shelf["collection"].clone()
    collection.insert(shelf["place"], written)
    return collection


def _check_times(timeline: otio.schema.Timeline, path: Path) -> None:
    """No clip can be placed by a rate of zero or a negative length, so such a file is not opened."""
    start = timeline.global_start_time
    if start is not None and not is_usable(start):
        raise refused("The timeline's start has no usable rate", path)
    items = timeline.find_children(descended_from_type=otio.core.Composable)
    if len(items) > _MOST_ITEMS or len(timeline.tracks) > _MOST_TRACKS:
        held = f"{len(timeline.tracks):,} tracks with {len(items):,} clips and gaps"
        raise refused(f"The timeline has {held}, more than can be worked on", path)
    for item in items:
        if all(_usable(range_) for range_ in _ranges(item)):
            continue
        raise TimelineError(
            "The source range has no usable rate or length",
            file=path,
            clip=item.name,
            remedy="Mend or remove this clip in the editing program and export again.",
        )


def _ranges(item: otio.core.Composable) -> Iterator[TimeRange]:
    """All times by which an item is placed or its media found."""
    if isinstance(item, otio.schema.Transition):
        yield from (TimeRange(offset, offset) for offset in (item.in_offset, item.out_offset))
        return
    if item.source_range is not None:
        yield item.source_range
    if isinstance(item, otio.schema.Clip):
        for reference in item.media_references().values():
            if reference.available_range is not None:
                yield reference.available_range


def _usable(range_: TimeRange) -> bool:
    times = range_.start_time, range_.duration
    return all(map(is_usable, times)) and range_.duration.value >= 0
