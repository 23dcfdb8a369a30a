"""The Blender add-on as it is installed: its pure part always, all of it in a real Blender where one is here."""

from __future__ import annotations

import importlib
import json
import sys
import threading
import time
import types
from pathlib import Path

import numpy as np
import opentimelineio as otio
import pytest
import soundfile
from opentimelineio.opentime import RationalTime

import blenders
from cuts import CLICK, clicked_cue, onsets, write_cut
from films import read_frame_number, write_movie
from vssflow_studio.cli import main
from vssflow_studio.errors import StudioError
from vssflow_studio.plugins import install
from vssflow_studio.timeline.clips import clip_views
from vssflow_studio.timeline.cues import Project
from vssflow_studio.timeline.files import read_timeline, write_timeline
from vssflow_studio.timeline.metadata import read_project, write_project
from vssflow_studio.timeline.tracks import place_takes

needs_blender = pytest.mark.skipif(not blenders.blender(), reason=blenders.WHY_NOT)


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home" / name))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def cut(home, tmp_path):
    """The add-on's module `cut`, out of an installed copy."""
    (folder,) = install("blender", tmp_path / "extensions")
    package = types.ModuleType("blender_add_on")
    package.__path__ = [str(folder)]
    sys.modules["blender_add_on"] = package
    yield importlib.import_module("blender_add_on.cut")
    for name in [name for name in sys.modules if name.startswith("blender_add_on")]:
        del sys.modules[name]


@pytest.fixture
def session(home, tmp_path, capfd) -> blenders.Session:
    assert main(["plugins", "install", "blender", "--folder", str(home / "extensions" / "user_default")]) == 0
    (tmp_path / "work").mkdir()
    return blenders.Session(home, tmp_path / "work" / "film.blend")


# --- without Blender ---


def written(cut, made, folder: Path) -> otio.schema.Timeline:
    (folder / "sent.otio").write_text(json.dumps(cut.to_otio(made)))
    return read_timeline(folder / "sent.otio")


def laid(track: otio.schema.Track) -> list[tuple]:
    """(name, first frame, length) of what is on a track, gaps left out."""
    found = []
    for item in track:
        range_ = item.range_in_parent()
        if not isinstance(item, otio.schema.Gap):
            found.append((item.name, range_.start_time.value, range_.duration.value))
    return found


def test_channels_become_tracks_and_frames_keep_their_timecode(cut, tmp_path, movie) -> None:
    Strip = cut.Strip
    strips = (
        Strip("two", "Video", 3, 60, 24, str(movie), into=0.5, media_length=4.0),
        Strip("one", "Video", 3, 10, 24, str(movie), into=1.0, media_length=4.0),
        Strip("voice", "Audio", 3, 40, 12, str(movie), media_length=4.0),
        Strip("early", "Video", 1, -14, 48, str(movie), media_length=4.0, enabled=False),
    )
    made = cut.Cut("Scene", 24.0, 10, strips, ((12, "ANNA: Hi."), (4, "too early")), {1: ("A", False), 3: ("Cut", True)})
    timeline = written(cut, made, tmp_path)
    assert timeline.global_start_time == RationalTime(10, 24)
    assert [(t.name, t.kind, t.enabled) for t in timeline.tracks] == [
        ("A", "Video", True), ("Cut", "Video", False), ("Cut", "Audio", False),
    ]  # fmt: skip
    low, high, sound = timeline.tracks
    assert laid(high) == [("one", 0, 24), ("two", 50, 24)] and laid(sound) == [("voice", 30, 12)]
    # What is before the scene's first frame is not rendered: the strip begins in its middle.
    assert laid(low) == [("early", 0, 24)] and low[0].source_range.start_time.value == 24 and not low[0].enabled
    assert high[0].source_range.start_time.to_seconds() == 1
    (marker,) = timeline.tracks.markers
    assert (marker.name, marker.marked_range.start_time.value) == ("ANNA: Hi.", 2)
    (first, second) = [view for view in clip_views(timeline, tmp_path) if view.name in ("one", "two")]
    assert first.media == movie and second.record.start_time.value == 50


def test_a_drawn_out_strip_holds_its_picture_and_a_fast_one_is_a_time_warp(cut, tmp_path, movie) -> None:
    drawn = cut.Strip("drawn", "Video", 1, 1, 120, str(movie), into=-0.5, media_length=4.0)
    fast = cut.Strip("fast", "Video", 2, 1, 24, str(movie), into=1.0, speed=2.0, media_length=4.0)
    quiet = cut.Strip("quiet", "Audio", 3, 1, 120, str(movie), into=-0.5, media_length=4.0)
    timeline = written(cut, cut.Cut("Scene", 24.0, 1, (drawn, fast, quiet)), tmp_path)
    slow, quick, sound = timeline.tracks
    assert laid(slow) == [("drawn", 0, 12), ("drawn", 12, 96), ("drawn", 108, 12)]
    assert [bool(clip.effects) for clip in slow] == [True, False, True]
    assert all(isinstance(clip.effects[0], otio.schema.FreezeFrame) for clip in (slow[0], slow[2]))
    assert quick[0].effects[0].time_scalar == 2
    assert laid(sound) == [("quiet", 12, 96)]


def test_metas_are_nests_and_numbered_pictures_a_sequence(cut, tmp_path) -> None:
    inside = (
        cut.Strip("in", "Video", 1, 90, 30, str(tmp_path / "a.mov"), media_length=10.0),
        cut.Strip("beep", "Audio", 2, 110, 10, str(tmp_path / "a.wav"), media_length=10.0),
    )
    meta = cut.Strip("meta", "Video", 4, 100, 15, inside=inside)
    names = tuple(f"sh.{n:04d}.exr" for n in range(1001, 1011))
    pictures = cut.Strip("sh", "Video", 1, 1, 10, str(tmp_path / names[0]), images=names, media_length=10 / 24)
    timeline = written(cut, cut.Cut("Scene", 24.0, 1, (meta, pictures)), tmp_path)
    below, above = timeline.tracks
    (nest,) = [item for item in above if isinstance(item, otio.schema.Stack)]
    assert laid(above) == [("meta", 99, 15)] and nest.source_range.start_time.value == 10
    assert [(t.kind, laid(t)) for t in nest] == [("Video", [("in", 0, 30)]), ("Audio", [("beep", 20, 10)])]
    reference = below[0].media_reference
    assert reference.target_url_for_image_number(9).endswith("sh.1010.exr")
    assert cut.is_sequence(["a1.png", "a3.png", "a5.png"]) and not cut.is_sequence(["a1.png", "a3.png", "a4.png"])
    assert not cut.is_sequence(["a1.png", "b2.png"]) and not cut.is_sequence(["a.png", "b.png"])


def test_takes_are_read_where_the_app_put_them(cut, tmp_path) -> None:
    file = write_cut(tmp_path, 25, starts=(30, 50))
    found = cut.takes(json.loads(file.read_text()), tmp_path)
    hour = 3600 * 25
    assert [(one.start - hour, one.into, one.length, one.track) for one in found] == [
        (30, 12, 36, "DX TEMP"), (50, 12, 36, "FOLEY TEMP"),
    ]  # fmt: skip
    assert all(Path(one.file).is_file() and one.ours["take"] for one in found)


def test_rates_are_exact_and_ranges_are_joined(cut) -> None:
    short = float(np.float32(1.001))  # as Blender keeps it
    assert cut.exact_rate(24, short) == 24000 / 1001 and cut.exact_rate(30, short) == 30000 / 1001
    assert cut.exact_rate(25, 1.0) == 25 and cut.exact_rate(25, 2.0) == 12.5
    assert cut.ranges([(10, 20), (30, 40), (18, 25), (-9, 4)], 4) == [(6, 21), (26, 36)]


def test_cancelling_ends_what_the_app_is_doing(cut, tmp_path) -> None:
    folder = tmp_path / "extensions" / "vssflow_studio"
    waits = "import time; print('begun', flush=True); time.sleep(3600)"
    (folder / "program.json").write_text(json.dumps([sys.executable, "-c", waits]))
    app_module = sys.modules["blender_add_on.vssflow_app"]
    app, said = app_module.App("blender", str(folder)), []

    def work() -> None:
        try:
            app.run("generate")
        except app_module.Problem as problem:
            said.append(str(problem))

    thread = threading.Thread(target=work)
    thread.start()
    while app._process is None:
        time.sleep(0.01)
    app.cancel()
    thread.join(60)
    assert said == ["Cancelled."] and app._process.poll() is not None
    with pytest.raises(app_module.Problem, match="Cancelled"):
        app.run("export")


def test_it_is_put_where_each_blender_looks(home, capsys) -> None:
    config = home / "XDG_CONFIG_HOME" / "blender"
    with pytest.raises(StudioError, match="No Blender 4.2"):
        install("blender")
    for version in ("3.6", "4.2", "4.10", "5.0"):
        (config / version).mkdir(parents=True)
    if sys.platform != "linux":
        pytest.skip("other systems have other folders")
    assert main(["plugins", "install", "blender"]) == 0
    assert "Preferences" in capsys.readouterr().out
    there = sorted(path.parent.relative_to(config).as_posix() for path in config.rglob("blender_manifest.toml"))
    assert there == [f"{v}/extensions/user_default/vssflow_studio" for v in ("4.10", "4.2", "5.0")]
    assert main(["plugins", "remove", "blender"]) == 0
    assert not list(config.rglob("*.py"))


# --- in Blender ---


@needs_blender
@pytest.mark.parametrize("fps,base", [(24, 1.0), (30, 1.001)])
def test_takes_sound_where_they_belong_and_nothing_else_changes(session, tmp_path, fps, base) -> None:
    rate = fps if base == 1 else fps * 1000 / 1001
    film = write_movie(tmp_path / "work" / "film.mov", 6, rate)
    session.run(f"""
scene.render.fps, scene.render.fps_base = {fps}, {base}
scene.frame_start, scene.frame_end = 11, 155
strips.new_movie("shot", {str(film)!r}, 2, 11)
sound = strips.new_sound("atmos", {str(film)!r}, 5, 11)
sound.volume = 0.0
""")
    before = session.run("answer(facts())")
    file = _sent(session)
    assert read_timeline(file).global_start_time == RationalTime(11, rate)
    _give_takes(file, {"a": (30, 1), "b": (50, 2), "c": (100, 3)})
    back = "bpy.ops.vssflow.bring_back()\nbpy.ops.sound.mixdown(filepath={!r}, container='WAV', codec='PCM')\nanswer(facts())"
    after = session.run(back.format(str(tmp_path / "mix.wav")))
    assert [one for one in after if not one["ours"]] == before
    ours = [one for one in after if one["ours"]]
    assert [(one["start"], one["length"], one["channel"], one["row"]) for one in ours] == [
        (41, 36, 6, "DX TEMP"), (111, 36, 6, "DX TEMP"), (61, 36, 7, "FOLEY TEMP"),
    ]  # fmt: skip
    mix, sample_rate = soundfile.read(tmp_path / "mix.wav")
    assert onsets(mix, rate, sample_rate) == pytest.approx([start + CLICK for start in (30, 50, 100)], abs=0.1)

    # The editor turns one of ours down and moves another; one take is replaced, one is gone.
    session.run("""
mine = {one.name: one for one in strips if of_ours.ours_of(one)}
for one in mine.values():
    if one.frame_final_start == 41: one.volume, one.frame_start = 0.5, one.frame_start - 4
""")
    _give_takes(file, {"a": (30, 1), "b": (50, 4)})
    again = session.run("bpy.ops.vssflow.bring_back()\nanswer(facts())")
    assert [one for one in again if not one["ours"]] == before
    ours = {one["start"]: one for one in again if one["ours"]}
    assert sorted(ours) == [37, 61] and ours[37]["volume"] == 0.5
    assert Path(ours[61]["sound"]).name == "take4.wav" and Path(ours[61]["sound"]).is_file()


@needs_blender
def test_the_app_sees_the_pictures_that_blender_renders(session, tmp_path) -> None:
    film = write_movie(tmp_path / "work" / "film.mov", 6, 24, sound=False)
    other = write_movie(tmp_path / "work" / "thirty.mov", 4, 30, sound=False)
    session.run(f"""
scene.render.resolution_x, scene.render.resolution_y = 128, 72
scene.frame_start, scene.frame_end = 1, 150
scene.view_settings.view_transform = "Standard"
a = strips.new_movie("trimmed", {str(film)!r}, 1, 1)
a.frame_offset_start, a.frame_final_duration = 30, 20
a.frame_start -= 30  # from frame 1 on
b = strips.new_movie("drawn out", {str(film)!r}, 2, 31)
b.frame_offset_start = -8
b.frame_final_duration = 30
c = strips.new_movie("thirty a second", {str(other)!r}, 1, 60)
c.frame_final_duration = 30
d = strips.new_movie("in meta", {str(film)!r}, 3, 90)
d.frame_final_duration = 50
window = bpy.context.window_manager.windows[0]
if hasattr(window.workspace, "sequencer_scene"): window.workspace.sequencer_scene = scene
area = window.screen.areas[0]
area.type = "SEQUENCE_EDITOR"
region = next(one for one in area.regions if one.type == "WINDOW")
e = strips.new_movie("twice as fast", {str(film)!r}, 4, 121)
def choose(strip):
    for one in strips: one.select = one == strip
    editor.active_strip = strip

with bpy.context.temp_override(window=window, area=area, region=region):
    choose(e)
    bpy.ops.sequencer.retiming_segment_speed_set(speed=200)
    choose(d)
    bpy.ops.sequencer.meta_make()
meta = next(one for one in strips if one.type == "META")
meta.frame_final_start, meta.frame_final_end = 100, 120
e.frame_final_duration = 20
answer(facts())
""")
    frames = [1, 10, 20, 23, 30, 31, 45, 52, 60, 61, 75, 89, 100, 110, 119, 121, 125, 140]
    session.run(f"""
scene.render.use_sequencer = True
scene.render.image_settings.file_format = "PNG"
for frame in {frames}:
    scene.frame_set(frame)
    scene.render.filepath = {str(tmp_path)!r} + f"/frame{{frame}}.png"
    bpy.ops.render.render(write_still=True)
""", save=False)
    file = _sent(session)
    assert main(["export", str(file), str(tmp_path / "seen.mp4")]) == 0
    seen = _numbers(tmp_path / "seen.mp4")
    theirs = {frame: _numbers(tmp_path / f"frame{frame}.png")[0] for frame in frames}
    ours = {frame: seen[frame - 1] for frame in frames}
    assert theirs[1] == 30 and theirs[110] == 20  # Blender did show what we meant it to
    # A retimed or 30 fps picture that lies between two frames may be rounded either way.
    between = {frame for frame in frames if 60 <= frame < 90 or frame >= 121}
    assert {f: n for f, n in ours.items() if f not in between} == {f: n for f, n in theirs.items() if f not in between}
    assert all(abs(ours[frame] - theirs[frame]) <= 1 for frame in between), (ours, theirs)


@needs_blender
def test_marked_lines_under_selected_strips_are_generated_without_a_window(session, tmp_path) -> None:
    film = write_movie(tmp_path / "work" / "film.mov", 4, 24)
    told = session.run(f"""
for number in range(2):
    one = strips.new_movie(f"shot{{number}}", {str(film)!r}, 1 + number, 1 + 48 * number)
    one.frame_final_duration = 48
    one.select = number == 0
try: bpy.ops.vssflow.generate()
except RuntimeError as error: answer(str(error))
""")
    assert "Save the .blend file first" in told
    told = session.run("""
try: bpy.ops.vssflow.generate()
except RuntimeError as error: answer(str(error))
scene.timeline_markers.new("ANNA: Hello there.", frame=7)
scene.timeline_markers.new("FX: knock on wood", frame=61)
""")
    assert "no cues in that range" in told
    made = session.run("bpy.ops.vssflow.generate()\nanswer(facts())")
    (take,) = [one for one in made if one["ours"]]
    assert (take["start"], take["row"], take["type"]) == (7, "DX TEMP", "SOUND")
    samples, rate = soundfile.read(take["sound"])
    assert rate == 48_000 and abs(samples).max() > 0.05
    # Sent again with the take on it: the cue and its take are known, nothing is made or placed twice.
    again = session.run("bpy.ops.vssflow.generate()\nanswer(facts())")
    assert again == made
    project = read_project(read_timeline(session.blend.parent / "VSSFlow Studio" / "film Scene 3.otio"))
    assert [len(cue.takes) for cue in project.cues] == [1, 0]


def _sent(session) -> Path:
    """The timeline file that the add-on writes; the app's window is not opened for it."""
    return Path(session.run("""
add_on = sys.modules["bl_ext.user_default.vssflow_studio"]
answer(add_on._sent(scene)[0])
""", save=False))  # fmt: skip


def _give_takes(file: Path, wanted: dict[str, tuple[int, int]]) -> None:
    """Let these cues (id: (frame, take)) be all of the timeline's, as after generating them."""
    timeline = read_timeline(file)
    cues = tuple(
        clicked_cue(file.parent, timeline, cue, take, start, line=cue != "b") for cue, (start, take) in wanted.items()
    )
    write_project(timeline, Project(cues=cues))
    place_takes(timeline, cues)
    write_timeline(timeline, file)


def _numbers(path: Path) -> list[int]:
    import av

    with av.open(str(path)) as media:
        return [read_frame_number(frame.to_ndarray(format="rgb24")) for frame in media.decode(video=0)]
