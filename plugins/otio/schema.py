"""Cues and takes of VSSFlow Studio as typed OTIO objects.

In a file they are plain metadata, which every tool keeps. This gives a tool that wants to work with
them their fields by name:

    from opentimelineio import schema
    otio.schema.schemadef.module_from_name("vssflow_studio").cues(timeline)
"""

import opentimelineio as otio

KEY = "vssflow_studio"
SCHEMA = 1


@otio.core.register_type
class VSSFlowTake(otio.core.SerializableObject):
    """One answer to a cue: `path` of its WAV from the timeline's folder, and all that made it.

    `head` and `tail` are handles before and after the cue's range.
    """

    _serializable_label = "VSSFlowTake.1"
    _name = "VSSFlowTake"

    id = otio.core.serializable_field("id", str)
    path = otio.core.serializable_field("path", str)
    head = otio.core.serializable_field("head", otio.opentime.RationalTime)
    duration = otio.core.serializable_field("duration", otio.opentime.RationalTime)
    tail = otio.core.serializable_field("tail", otio.opentime.RationalTime)
    provenance = otio.core.serializable_field("provenance")


@otio.core.register_type
class VSSFlowCue(otio.core.SerializableObject):
    """A wish for sound. `range` counts from the timeline's first frame; `kind` is dialogue,
    foley or ambience; `circled` is the id of the take that stands on the timeline.
    """

    _serializable_label = "VSSFlowCue.1"
    _name = "VSSFlowCue"

    id = otio.core.serializable_field("id", str)
    kind = otio.core.serializable_field("kind", str)
    text = otio.core.serializable_field("text", str)
    character = otio.core.serializable_field("character", str)
    range = otio.core.serializable_field("range", otio.opentime.TimeRange)
    circled = otio.core.serializable_field("circled", str)
    takes = otio.core.serializable_field("takes")

    def circled_take(self):
        """The take that stands on the timeline: the circled one, else the newest; None without."""
        takes = list(self.takes)
        return next((take for take in takes if take.id == self.circled), takes[-1] if takes else None)


def cues(timeline):
    """All cues of a timeline as `VSSFlowCue`; none where it has none of ours."""
    ours = timeline.metadata.get(KEY, {})
    if int(ours.get("schema", SCHEMA)) > SCHEMA:
        raise otio.exceptions.UnsupportedSchemaError(f"{KEY} of schema {ours['schema']}: update the plugin")
    return [_cue(row) for row in ours.get("cues", ())]


def _cue(row):
    cue, range_ = VSSFlowCue(), row["range"]
    cue.range = otio.opentime.TimeRange(
        otio.opentime.RationalTime(range_["start"], range_["rate"]),
        otio.opentime.RationalTime(range_["duration"], range_["rate"]),
    )
    for name in ("id", "kind", "text", "character", "circled"):
        setattr(cue, name, str(row.get(name, "")))
    cue.takes = [_take(take) for take in row.get("takes", ())]
    return cue


def _take(row):
    take = VSSFlowTake()
    take.id, take.path = str(row["id"]), str(row["path"])
    for name in ("head", "duration", "tail"):
        setattr(take, name, otio.opentime.RationalTime(row[name], row["rate"]))
    take.provenance = row.get("provenance", {})
    return take
