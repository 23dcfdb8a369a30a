"""What the three entries in Resolve's Workspace > Scripts do.

Runs inside Resolve's Python, which may be as old as 3.6 and has none of the app's packages: only
the standard library is used here, and all real work is the command line's. The scripting
calls are those of Blackmagic's README ("DaVinci Resolve Scripting", Resolve 18.5 and later).
"""

import json
import os
import re

from vssflow_app import App, Problem, free_version, marker, names, newest_version, plain, time_range, write_json

ROOT = os.path.join(os.path.expanduser("~"), "VSSFlow Studio")
"""Where timelines are kept: one folder for each Resolve project."""

COLOURS = {"dialogue": "Yellow", "foley": "Green", "ambience": "Purple"}
APP = App("resolve", os.path.dirname(os.path.abspath(__file__)))


def send(resolve):
    """Open the present timeline in VSSFlow Studio, with the cues it had there before."""
    return _told(resolve, lambda: APP.open(_sent(resolve)))


def bring_back(resolve):
    """Import what VSSFlow Studio has made as a new timeline beside the present one."""

    def work():
        project, timeline = _current(resolve)
        file = newest_version(_folder(project), plain(timeline.GetName()))
        if not file:
            raise Problem("“%s” was not sent to VSSFlow Studio yet. Send it first." % timeline.GetName())
        APP.save_in_window(file)
        _imported(resolve, file)

    return _told(resolve, work)


def generate(resolve):
    """Make takes for the clips between the in and the out mark, else the one under the playhead."""

    def work():
        _, timeline = _current(resolve)
        start, end = _chosen(timeline)
        file = _sent(resolve)
        rate = _exact_rate(timeline)
        failed = APP.generate(file, start / rate, end / rate)
        _imported(resolve, file)
        if failed:
            raise Problem(" ".join(failed))

    return _told(resolve, work)


def _told(resolve, work):
    """Do `work` with the page left as it was; say what went wrong. True when nothing did."""
    page = resolve.GetCurrentPage()
    try:
        work()
        return True
    except Problem as problem:
        print("VSSFlow Studio: %s" % problem)
        APP.try_to("window", "say", str(problem))
        return False
    finally:
        if page and resolve.GetCurrentPage() != page:
            resolve.OpenPage(page)


# --- out of Resolve ---


def _current(resolve):
    project = resolve.GetProjectManager().GetCurrentProject()
    timeline = project.GetCurrentTimeline() if project else None
    if not timeline:
        raise Problem("No timeline is open in Resolve.")
    return project, timeline


def _sent(resolve):
    """The file of the present timeline, with the cues of the version sent before."""
    project, timeline = _current(resolve)
    folder, name = _folder(project), plain(timeline.GetName())
    before = newest_version(folder, name)
    os.makedirs(folder, exist_ok=True)
    file = free_version(folder, name)
    if not timeline.Export(file, resolve.EXPORT_OTIO, resolve.EXPORT_NONE) or not os.path.exists(file):
        raise Problem("Resolve could not export the timeline as OTIO (18.5 or later can).")
    _add_markers(file, timeline)
    APP.carry_cues(before, file)
    return file


def _add_markers(file, timeline):
    """Put the timeline's markers into the file where Resolve left them out."""
    with open(file, encoding="utf-8") as source:
        document = json.load(source)
    markers = document["tracks"].setdefault("markers", [])
    if markers:
        return
    rate = _rate(timeline)
    for frame, one in sorted((timeline.GetMarkers() or {}).items()):
        marked = time_range(float(frame), float(one.get("duration", 1)), rate)
        note, colour = one.get("note", ""), one.get("color", "").upper()
        markers.append(marker(one.get("name", ""), marked, note, colour, {"Resolve_OTIO": {"Note": note}}))
    write_json(file, document)


def _chosen(timeline):
    """First frame and end of what is to be generated, counted from the timeline's first."""
    first = timeline.GetStartFrame()
    marks = timeline.GetMarkInOut() if hasattr(timeline, "GetMarkInOut") else None
    for kind in ("video", "audio"):
        found = (marks or {}).get(kind, {})
        if "in" in found and "out" in found:
            return found["in"], found["out"] + 1
    item = timeline.GetCurrentVideoItem()
    if not item:
        raise Problem("Set an in and an out mark, or put the playhead over a clip.")
    return item.GetStart() - first, item.GetEnd() - first


# --- back into Resolve ---


def _imported(resolve, file):
    project, timeline = _current(resolve)
    at = timeline.GetCurrentTimecode()
    out = os.path.splitext(file)[0] + " for Resolve.otio"
    APP.run("export", file, out, "--for", "resolve")
    there = {project.GetTimelineByIndex(i).GetName() for i in range(1, int(project.GetTimelineCount()) + 1)}
    name = next(name for name in names(timeline.GetName() + " temp") if name not in there)
    options = {"timelineName": name, "importSourceClips": True, "sourceClipsPath": os.path.dirname(file)}
    made = project.GetMediaPool().ImportTimelineFromFile(out, options)
    if not made:
        raise Problem("Resolve could not import %s." % out)
    project.SetCurrentTimeline(made)
    made.SetCurrentTimecode(at)
    _mark_cues(made, json.loads(APP.run("cues", "list", file, "--json")))


def _mark_cues(timeline, cues):
    """A marker for each cue that has none yet; Resolve has one marker a frame at most."""
    there = timeline.GetMarkers() or {}
    taken = {int(frame) for frame in there}
    known = {marker.get("customData", "") for marker in there.values()}
    known |= {note for marker in there.values() for note in re.findall(r"\[cue ([^\]\s]+)\]", marker.get("note", ""))}
    for cue in cues:
        frame = int(cue["frame"])
        if cue["id"] in known or frame in taken or cue["picture"] == "gone":
            continue
        who = cue["character"] + ": " if cue["character"] else ""
        note = "[cue %s]" % cue["id"]
        if timeline.AddMarker(frame, COLOURS[cue["kind"]], who + cue["text"], note, int(cue["frames"]), cue["id"]):
            taken.add(frame)


def _folder(project):
    return os.path.join(ROOT, plain(project.GetName()))


def _rate(timeline):
    return float(timeline.GetSetting("timelineFrameRate"))


def _exact_rate(timeline):
    exact = {23.976: 24000 / 1001.0, 29.97: 30000 / 1001.0, 47.952: 48000 / 1001.0, 59.94: 60000 / 1001.0}
    rate = _rate(timeline)
    return exact.get(round(rate, 3), rate)
