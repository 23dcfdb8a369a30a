"""Reading and writing timeline files, losing nothing that is not ours."""

from __future__ import annotations

from pathlib import Path

import opentimelineio as otio

from ..atomic import replacing
from ..errors import TimelineError

_REMEDY = "Export the timeline again as OpenTimelineIO (.otio) and open that."


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
    with replacing(path) as temporary:
        try:
            otio.adapters.write_to_file(timeline, str(temporary))
        except otio.exceptions.NoKnownAdapterForExtensionError as error:
            raise TimelineError(
                f"Timelines of the kind “{path.suffix}” can't be written",
                file=path,
                remedy="Save as .otio.",
            ) from error


def _the_timeline(found: object, path: Path) -> otio.schema.Timeline:
    if isinstance(found, otio.schema.SerializableCollection):
        inside = [child for child in found if isinstance(child, otio.schema.Timeline)]
        found = inside[0] if len(inside) == 1 else found
    if not isinstance(found, otio.schema.Timeline):
        kind = getattr(found, "schema_name", lambda: type(found).__name__)()
        raise TimelineError(f"The file holds a {kind}, not a timeline", file=path, remedy=_REMEDY)
    return found


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]
