"""A double of DaVinci Resolve's scripting objects, as far as the plugin uses them.

Written from Blackmagic's README of the scripting API (Resolve 18.5 to 20): the same names, arguments
and answers, True and False where Resolve gives them, indices from 1, marker frames counted from
the timeline's first frame, no marker where one stands. Like Resolve it writes absolute media
paths, keeps no metadata of others on the timeline, leaves timeline markers out of OTIO, and
can't import a file that is not there or whose media are missing everywhere.
"""

from __future__ import annotations

from pathlib import Path

import opentimelineio as otio

COLOURS = frozenset(
    "Blue Cyan Green Yellow Red Pink Purple Fuchsia Rose Lavender Sky Mint Lemon Sand Cocoa Cream".split()
)
PAGES = ("media", "cut", "edit", "fusion", "color", "fairlight", "deliver")


class TimelineItem:
    def __init__(self, start: int, end: int) -> None:
        self._start, self._end = start, end

    def GetStart(self) -> int:
        return self._start

    def GetEnd(self) -> int:
        return self._end


class Timeline:
    def __init__(self, timeline: otio.schema.Timeline, name: str = "") -> None:
        self.otio, self.name = timeline, name or timeline.name
        self.rate = timeline.global_start_time.rate
        self.timecode = timeline.global_start_time.to_timecode()
        self.markers: dict[float, dict] = {}
        self.marks: dict = {}

    def GetName(self) -> str:
        return self.name

    def GetSetting(self, name: str) -> str:
        return {"timelineFrameRate": f"{self.rate:g}"}.get(name, "")

    def GetStartFrame(self) -> int:
        return int(self.otio.global_start_time.value)

    def GetCurrentTimecode(self) -> str:
        return self.timecode

    def SetCurrentTimecode(self, timecode: str) -> bool:
        self.timecode = timecode
        return True

    def GetMarkInOut(self) -> dict:
        return self.marks

    def GetCurrentVideoItem(self) -> TimelineItem | None:
        first = self.GetStartFrame()
        at = otio.opentime.from_timecode(self.timecode, self.rate).value - first
        for clip in self.otio.video_tracks()[0].find_clips():
            range_ = clip.range_in_parent()
            start, end = range_.start_time.value, range_.end_time_exclusive().value
            if start <= at < end:
                return TimelineItem(int(first + start), int(first + end))
        return None

    def GetMarkers(self) -> dict[float, dict]:
        return self.markers

    def AddMarker(self, frameId, color, name, note, duration, customData="") -> bool:
        if color not in COLOURS or frameId in self.markers or duration < 1:
            return False
        self.markers[float(frameId)] = {
            "color": color, "duration": duration, "note": note, "name": name, "customData": customData
        }  # fmt: skip
        return True

    def Export(self, fileName: str, exportType, exportSubtype="") -> bool:
        if exportType != Resolve.EXPORT_OTIO:
            return False
        written = self.otio.clone()
        written.name = self.name
        written.metadata.clear()
        del written.tracks.markers[:]
        otio.adapters.write_to_file(written, fileName)
        return True


class MediaPool:
    def __init__(self, project: Project) -> None:
        self._project = project

    def ImportTimelineFromFile(self, filePath: str, importOptions: dict) -> Timeline | None:
        if not Path(filePath).is_file():
            return None
        unknown = set(importOptions) - {
            "timelineName", "importSourceClips", "sourceClipsPath", "sourceClipsFolders", "interlaceProcessing"
        }  # fmt: skip
        name = importOptions.get("timelineName", "")
        if unknown or name in (timeline.name for timeline in self._project.timelines):
            return None
        timeline = otio.adapters.read_from_file(filePath)
        for clip in timeline.find_clips():
            url = getattr(clip.media_reference, "target_url", "")
            if url and not (Path(filePath).parent / url).is_file():
                return None
        made = Timeline(timeline, name)
        self._project.timelines.append(made)
        return made


class Project:
    def __init__(self, name: str, timelines: list[Timeline]) -> None:
        self.name, self.timelines = name, timelines
        self.current: Timeline | None = timelines[0] if timelines else None

    def GetName(self) -> str:
        return self.name

    def GetCurrentTimeline(self) -> Timeline | None:
        return self.current

    def SetCurrentTimeline(self, timeline: Timeline) -> bool:
        self.current = timeline
        return True

    def GetTimelineCount(self) -> int:
        return len(self.timelines)

    def GetTimelineByIndex(self, idx: int) -> Timeline:
        return self.timelines[idx - 1]

    def GetMediaPool(self) -> MediaPool:
        return MediaPool(self)


class ProjectManager:
    def __init__(self, project: Project) -> None:
        self._project = project

    def GetCurrentProject(self) -> Project:
        return self._project


class Resolve:
    EXPORT_NONE, EXPORT_OTIO = "", "OTIO"

    def __init__(self, project: Project, page: str = "edit") -> None:
        self._manager, self._page = ProjectManager(project), page

    def GetProjectManager(self) -> ProjectManager:
        return self._manager

    def GetCurrentPage(self) -> str:
        return self._page

    def OpenPage(self, pageName: str) -> bool:
        if pageName not in PAGES:
            return False
        self._page = pageName
        return True
