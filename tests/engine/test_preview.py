from __future__ import annotations

import shutil
from pathlib import Path

import av

from vssflow_studio.engine.preview import preview
from vssflow_studio.timeline.cues import Project
from vssflow_studio.timeline.files import read_timeline, write_timeline
from vssflow_studio.timeline.metadata import write_project


def mean_brightness(path: Path) -> float:
    with av.open(str(path)) as film:
        frames = [frame.to_ndarray(format="gray").mean() for frame in film.decode(video=0)]
    return sum(frames) / len(frames)


def test_media_in_the_projects_search_folder_is_seen(timeline_file: Path, movie: Path, tmp_path: Path) -> None:
    moved = tmp_path / "archive"
    moved.mkdir()
    shutil.copy(movie, moved / "film.mp4")
    timeline = read_timeline(timeline_file)
    timeline.tracks[0][0].media_reference.target_url = "/gone/film.mp4"
    write_timeline(timeline, timeline_file)
    preview(timeline_file, tmp_path / "black.mp4")
    write_project(timeline, Project(search_folders=(str(moved),)))
    write_timeline(timeline, timeline_file)
    preview(timeline_file, tmp_path / "seen.mp4")
    assert mean_brightness(tmp_path / "black.mp4") < 20 < 40 < mean_brightness(tmp_path / "seen.mp4")
