"""What the three entries in Resolve's Workspace > Scripts do.

Runs inside Resolve's Python, which may be as old as 3.6 and has none of the app's packages: only
the standard library is used here, and all real work is the command line's. The scripting
calls are those of Blackmagic's README ("DaVinci Resolve Scripting", Resolve 18.5 and later).
"""

import json
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.join(os.path.expanduser("~"), "VSSFlow Studio")
"""Where timelines are kept: one folder for each Resolve project."""

COLOURS = {"dialogue": "Yellow", "foley": "Green", "ambience": "Purple"}
PROGRAM = "program.json"
"""Beside this file: the command that starts the app, written when the plugin was installed."""


class Problem(Exception):
    """What can't be done, in the editor's words."""


def send(resolve):
    """Open the present timeline in VSSFlow Studio, with the cues it had there before."""
    return _told(resolve, lambda: _open(_sent(resolve)))


def bring_back(resolve):
    """Import what VSSFlow Studio has made as a new timeline beside the present one."""

    def work():
        project, timeline = _current(resolve)
        file = _newest(project, timeline)
        if not file:
            raise Problem("“%s” was not sent to VSSFlow Studio yet. Send it first." % timeline.GetName())
        _save_in_window(file)
        _imported(resolve, file)

    return _told(resolve, work)


def generate(resolve):
    """Make takes for the clips between the in and the out mark, else the one under the playhead."""

    def work():
        _, timeline = _current(resolve)
        start, end = _chosen(timeline)
        file = _sent(resolve)
        rate = _rate(timeline)
        made = _run("generate", file, "--from", _timecode(start, rate, timeline), "--to", _timecode(end, rate, timeline), "--json")
        if not json.loads(made)["takes"]:
            raise Problem("There are no cues in that range. Write some in VSSFlow Studio, or as markers: ANNA: line, FX: sound.")
        _imported(resolve, file)

    return _told(resolve, work)


def _told(resolve, work):
    """Do `work` with the page left as it was; say what went wrong. True when nothing did."""
    page = resolve.GetCurrentPage()
    try:
        work()
        return True
    except Problem as problem:
        print("VSSFlow Studio: %s" % problem)
        _run_quietly("window", "say", str(problem))
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
    before = _newest(project, timeline)
    folder = _folder(project)
    os.makedirs(folder, exist_ok=True)
    file = _free(folder, _plain(timeline.GetName()))
    if not timeline.Export(file, resolve.EXPORT_OTIO, resolve.EXPORT_NONE) or not os.path.exists(file):
        raise Problem("Resolve could not export the timeline as OTIO (18.5 or later can).")
    _add_markers(file, timeline)
    if before:
        _save_in_window(before)
        _run("conform", before, file, allowed=("There are no cues",))
    _run("cues", "import", file, "--markers", allowed=("no marker",))
    return file


def _add_markers(file, timeline):
    """Put the timeline's markers into the file where Resolve left them out."""
    with open(file, encoding="utf-8") as source:
        document = json.load(source)
    markers = document["tracks"].setdefault("markers", [])
    if markers:
        return
    rate = _rate(timeline)
    for frame, marker in sorted((timeline.GetMarkers() or {}).items()):
        markers.append(
            {
                "OTIO_SCHEMA": "Marker.2",
                "metadata": {"Resolve_OTIO": {"Note": marker.get("note", "")}},
                "name": marker.get("name", ""),
                "comment": marker.get("note", ""),
                "color": marker.get("color", "").upper(),
                "marked_range": {
                    "OTIO_SCHEMA": "TimeRange.1",
                    "start_time": _time(float(frame), rate),
                    "duration": _time(float(marker.get("duration", 1)), rate),
                },
            }
        )
    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(file), suffix=".otio")
    with os.fdopen(handle, "w", encoding="utf-8") as target:
        json.dump(document, target)
        target.flush()
        os.fsync(target.fileno())
    os.replace(temporary, file)


def _time(value, rate):
    return {"OTIO_SCHEMA": "RationalTime.1", "rate": rate, "value": value}


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
    _run("export", file, out, "--for", "resolve")
    there = {project.GetTimelineByIndex(i).GetName() for i in range(1, int(project.GetTimelineCount()) + 1)}
    name = next(name for name in _names(timeline.GetName() + " temp") if name not in there)
    options = {"timelineName": name, "importSourceClips": True, "sourceClipsPath": os.path.dirname(file)}
    made = project.GetMediaPool().ImportTimelineFromFile(out, options)
    if not made:
        raise Problem("Resolve could not import %s." % out)
    project.SetCurrentTimeline(made)
    made.SetCurrentTimecode(at)
    _mark_cues(made, json.loads(_run("cues", "list", file, "--json")))


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


# --- files and names ---


def _folder(project):
    return os.path.join(ROOT, _plain(project.GetName()))


def _plain(name):
    """A name that every file system takes."""
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", name).strip(" .") or "Untitled"


def _names(name):
    yield name
    number = 2
    while True:
        yield "%s %d" % (name, number)
        number += 1


def _free(folder, name):
    return next(path for path in (os.path.join(folder, n + ".otio") for n in _names(name)) if not os.path.exists(path))


def _newest(project, timeline):
    """The version of the timeline that was sent last; None before the first."""
    newest = None
    for name in _names(_plain(timeline.GetName())):
        path = os.path.join(_folder(project), name + ".otio")
        if not os.path.exists(path):
            return newest
        newest = path


def _rate(timeline):
    return float(timeline.GetSetting("timelineFrameRate"))


def _timecode(frame, rate, timeline):
    """Seconds from the timeline's first frame as the command line takes them."""
    exact = {23.976: 24000 / 1001.0, 29.97: 30000 / 1001.0, 47.952: 48000 / 1001.0, 59.94: 60000 / 1001.0}
    return "%.6f" % (frame / exact.get(round(rate, 3), rate))


# --- the app ---


def _program():
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), PROGRAM)
    try:
        with open(path, encoding="utf-8") as source:
            return json.load(source)
    except (OSError, ValueError):
        raise Problem("VSSFlow Studio is not where it was. Run: vssflow-studio plugins install resolve")


def _open(file):
    # Its own session, so that the app goes on when Resolve is quit.
    subprocess.Popen(_program() + ["open", file], start_new_session=True, **_QUIET)


def _save_in_window(file):
    """What is open in the window and not saved yet belongs to it, too."""
    said = _run_quietly("window", "status", "--json")
    if said and os.path.normcase(json.loads(said).get("timeline", "")) == os.path.normcase(os.path.realpath(file)):
        _run("window", "save")


def _run(*arguments, **options):
    """What the command line prints. Raises Problem with what it says, unless that is `allowed`."""
    process = subprocess.Popen(
        _program() + list(arguments),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **_HIDDEN
    )
    out, err = (said.decode("utf-8", "replace") for said in process.communicate())
    if process.returncode and not any(text in err for text in options.get("allowed", ())):
        raise Problem(err.strip().split("vssflow-studio: ")[-1] or "VSSFlow Studio ended unexpectedly.")
    return out


def _run_quietly(*arguments):
    try:
        return _run(*arguments)
    except (Problem, OSError):
        return ""


_HIDDEN = {"creationflags": 0x08000000} if sys.platform == "win32" else {}  # no console flashes up
_QUIET = dict(_HIDDEN, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
