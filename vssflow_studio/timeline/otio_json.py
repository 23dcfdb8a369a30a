"""OTIO's JSON from anybody, looked over before OpenTimelineIO's own reader sees it.

That reader is quick and trusting: brackets nested deep enough end the process, objects that
hold themselves end it later, and text that is no UTF-8 fails wherever a name is first used.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import opentimelineio as otio

from ..errors import TimelineError

EXPORT_AGAIN = "Export the timeline again as OpenTimelineIO (.otio) and open that."
MOST_BYTES = 512 * 2**20
MOST_OBJECTS = 1_000_000
"""A feature film of 20,000 clips has a quarter of that."""
_DEEPEST = 250

_SIGNS = np.isin(np.arange(256), np.frombuffer(b'[]{}"', np.uint8))
_SHARED = "SerializableObjectRef"


def read_json(path: Path) -> otio.core.SerializableObject:
    """The object in the .otio file `path`. Raises TimelineError."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise refused("The file is larger than any timeline", path)
        data = path.read_bytes()
    except OSError as error:
        raise refused(f"The file can't be read: {error.strerror}", path) from error
    return parsed(data, path)


def parsed(data: bytes, path: Path) -> otio.core.SerializableObject:
    """The object that the JSON `data` holds; `path` is for messages. Raises TimelineError."""
    if not data.strip():
        raise refused("The file is empty", path)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refused(f"This is no timeline, or a damaged one: not UTF-8 from byte {error.start} on", path) from error
    if data.count(b"OTIO_SCHEMA") > MOST_OBJECTS:
        raise refused(f"The timeline has more than {MOST_OBJECTS:,} parts", path)
    if _depth(data) > _DEEPEST:
        raise refused(f"The timeline is nested more than {_DEEPEST} deep", path)
    try:
        if _SHARED in text and _holds_itself(json.loads(text)):
            raise refused("A part of the timeline holds itself", path)
        return otio.adapters.read_from_string(_with_known_markers(text), "otio_json")
    except otio.exceptions.UnsupportedSchemaError as error:
        raise TimelineError(
            "The timeline was written by a newer OpenTimelineIO than this one",
            file=path,
            remedy="Export it with a lower target version, or update VSSFlow Studio.",
        ) from error
    except TimelineError:
        raise
    except Exception as error:  # KeyError, ValueError, RuntimeError … by what is wrong
        what = f"This is not a whole OpenTimelineIO file: {first_line(error)}"
        raise refused(what, path) from error


def _with_known_markers(text: str) -> str:
    """OTIO after 0.18 gives markers a colour in numbers; its name is what 0.18 knows.

    The numbers are kept in the marker's metadata.
    """
    if '"Marker.3"' not in text or otio.core.type_version_map().get("Marker", 0) > 2:
        return text
    tree = json.loads(text)
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        waiting += node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        if isinstance(node, dict) and node.get("OTIO_SCHEMA") == "Marker.3":
            colour, node["OTIO_SCHEMA"] = node.get("color"), "Marker.2"
            if isinstance(colour, dict):
                node["color"] = str(colour.get("name") or "RED").upper()
                node["metadata"] = (node.get("metadata") or {}) | {"Marker.3": {"color": colour}}
    return json.dumps(tree)


def refused(what: str, path: Path, remedy: str = EXPORT_AGAIN) -> TimelineError:
    """The error that names a timeline file which is not taken."""
    return TimelineError(what, file=path, remedy=remedy)


def first_line(error: BaseException) -> str:
    """What an error of a library says, in one line."""
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]


def _depth(data: bytes) -> int:
    """How deep brackets stand in one another, those in strings left out."""
    plain = data.replace(rb"\\", b"").replace(rb"\"", b"")  # outside a string the reader stops at a backslash
    signs = np.frombuffer(plain, np.uint8)
    signs = signs[_SIGNS[signs]]
    quotes = signs == ord('"')
    signs = signs[~quotes & (np.cumsum(quotes, dtype=np.int64) % 2 == 0)]
    steps = np.where((signs == ord("[")) | (signs == ord("{")), 1, -1)
    return int(np.cumsum(steps).max(initial=0))


def _holds_itself(tree: object) -> bool:
    """Whether one follows from an object to itself, references to shared objects included."""
    shared: dict[str, object] = {}
    within: dict[int, list[object]] = {}
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        within[id(node)] = [one for one in inner if isinstance(one, (dict, list))]
        waiting += within[id(node)]
        if isinstance(node, dict) and isinstance(node.get("OTIO_REF_ID"), str):
            shared[node["OTIO_REF_ID"]] = node
    for node in _dicts(tree, within):
        if str(node.get("OTIO_SCHEMA", "")).startswith(_SHARED):
            target = shared.get(str(node.get("id")))
            within[id(node)] = [target] if target is not None else []
    return _has_cycle(tree, within)


def _dicts(tree: object, within: dict[int, list[object]]):
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        waiting += within[id(node)]
        if isinstance(node, dict):
            yield node


def _has_cycle(tree: object, within: dict[int, list[object]]) -> bool:
    done: set[int] = set()
    above: set[int] = set()
    waiting = [(tree, False)]
    while waiting:
        node, left = waiting.pop()
        if left:
            above.discard(id(node))
            done.add(id(node))
        elif id(node) in above:
            return True
        elif id(node) not in done:
            above.add(id(node))
            waiting.append((node, True))
            waiting += [(one, False) for one in within[id(node)]]
    return False
