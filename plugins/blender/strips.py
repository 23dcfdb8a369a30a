"""Reading the Video Sequencer's strips, and putting takes there; only our own strips are ever changed.

Blender's API from 4.2 on: `sequences` became `strips` in 4.4, and 5.0 dropped the old name.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import bpy

from .cut import KEY, Cut, Placed, Strip, exact_rate, is_sequence
from .vssflow_app import Problem

CHANNELS = 128
"""As many as the sequencer has."""

_NESTS = 4
"""How deep scenes in scenes are followed."""


class Reader:
    """A scene as a Cut. `lost` fills with sentences about what a timeline file can't say."""

    def __init__(self, scene: bpy.types.Scene) -> None:
        self.scene, self.lost = scene, []
        self.rate = rate_of(scene)
        self.length_of = cache(_movie_length)

    def read(self) -> Cut:
        """Raises Problem for a scene without strips."""
        editor = sequencer(self.scene)
        strips = tuple(self._strips(children(editor), 0))
        if not strips:
            raise Problem(f"There are no strips in the sequencer of the scene “{self.scene.name}”.")
        channels = {number: (channel.name, channel.mute) for number, channel in enumerate(editor.channels)}
        markers = tuple((marker.frame, marker.name) for marker in self.scene.timeline_markers)
        self.lost = list(dict.fromkeys(self.lost))
        return Cut(self.scene.name, self.rate, self.scene.frame_start, strips, markers, channels)

    def _strips(self, strips, depth: int) -> Iterator[Strip]:
        speeds = {one.input_1.name: one for one in strips if one.type == "SPEED" and one.input_1}
        for one in strips:
            found = self._strip(one, depth)
            if found is not None:
                yield self._sped(found, speeds[one.name]) if one.name in speeds else found

    def _strip(self, one, depth: int) -> Strip | None:
        """What is seen or heard of a strip; None for effects, which have no media."""
        kind = "Audio" if one.type == "SOUND" else "Video"
        found = Strip(
            one.name, kind, one.channel, one.frame_final_start, one.frame_final_duration, enabled=not one.mute
        )
        if one.type == "MOVIE":
            return self._movie(one, found)
        if one.type == "SOUND":
            return self._sound(one, found)
        if one.type == "IMAGE":
            return self._images(one, found)
        if one.type == "META":
            return self._nest(found, tuple(self._strips(children(one), depth)))
        if one.type == "SCENE":
            return self._scene(one, found, depth)
        if one.type == "COLOR":
            return found
        if one.type not in ("SPEED", "ADJUSTMENT", "TEXT"):
            self.lost.append(f"{one.type.replace('_', ' ').capitalize()} strips are left out.")
        return None

    def _movie(self, one, found: Strip) -> Strip:
        file = absolute(one.filepath)
        frames = self.length_of(file)
        fps = one.elements[0].orig_fps if one.elements else 0
        if not frames or not fps:
            return replace(found, file=file, into=one.frame_offset_start / self.rate)
        used = (frames - one.animation_offset_start - one.animation_offset_end) / fps
        speed = self._speed(one, used)
        into = one.animation_offset_start / fps + one.frame_offset_start / self.rate * speed
        if one.use_reverse_frames:
            into, speed = frames / fps - into - found.length / self.rate * speed, -speed
        return replace(found, file=file, into=into, speed=speed, media_length=frames / fps)

    def _sound(self, one, found: Strip) -> Strip:
        file = absolute(one.sound.filepath) if one.sound else ""
        trimmed = (one.animation_offset_start + one.animation_offset_end) / self.rate
        length = _sound_length(file) if len(one.retiming_keys) else None
        speed = self._speed(one, length - trimmed) if length else 1.0
        into = one.animation_offset_start / self.rate + one.frame_offset_start / self.rate * speed
        whole = length or trimmed + _content(one) / self.rate
        ours = ours_of(one)
        return replace(found, file=file, into=into, speed=speed, media_length=whole, ours=ours)

    def _images(self, one, found: Strip) -> Strip:
        names = [element.filename for element in one.elements]
        file = os.path.join(absolute(one.directory), names[0]) if names else ""
        if len(names) == 1:
            return replace(found, file=file, images=tuple(names))
        if not is_sequence(names):
            self.lost.append(f"“{one.name}” has pictures that are not numbered in a row: only its first is shown.")
            return replace(found, file=file)
        count = len(names) + one.animation_offset_start + one.animation_offset_end
        speed = self._speed(one, len(names) / self.rate)
        into = (one.animation_offset_start + one.frame_offset_start * speed) / self.rate
        return replace(
            found, file=file, images=tuple(names), into=into, speed=speed, media_length=count / self.rate
        )

    def _scene(self, one, found: Strip, depth: int) -> Strip:
        inner = one.scene
        cut = one.scene_input == "SEQUENCER" and inner and inner.sequence_editor
        if not cut or depth >= _NESTS or rate_of(inner) != self.rate:
            self.lost.append(f"The scene strip “{one.name}” has no file whose picture could be shown.")
            return found
        # The scene's first frame is where its strip's own first frame is.
        shift = round(one.frame_final_start - one.frame_offset_start) - inner.frame_start
        held = self._strips(children(inner.sequence_editor), depth + 1)
        return self._nest(found, tuple(_shifted(strip, shift) for strip in held))

    def _nest(self, found: Strip, inside: tuple[Strip, ...]) -> Strip:
        kind = "Video" if any(strip.kind == "Video" for strip in inside) else "Audio"
        return replace(found, kind=kind, inside=inside) if inside else found

    def _sped(self, found: Strip, effect) -> Strip:
        if effect.speed_control != "MULTIPLY" or found.inside:
            self.lost.append(f"“{found.name}” is shown at its normal speed.")
            return found
        return replace(found, speed=found.speed * effect.speed_factor)

    def _speed(self, one, media: float) -> float:
        """How fast `media` seconds play; between several retiming keys that is their mean."""
        if len(one.retiming_keys) > 2:
            self.lost.append(f"“{one.name}” changes its speed: it is shown at its mean speed.")
        content = _content(one)
        if abs(media * self.rate - content) <= 1:  # lengths are whole frames
            return 1.0
        return media * self.rate / content


def rate_of(scene) -> float:
    """The scene's frames a second."""
    return exact_rate(scene.render.fps, scene.render.fps_base)


def sequencer(scene):
    """The scene's sequencer. Raises Problem where it has none."""
    if scene is None or scene.sequence_editor is None:
        raise Problem("There are no strips in this scene's sequencer.")
    return scene.sequence_editor


def children(owner):
    """The strips of a sequencer or of a meta strip."""
    found = getattr(owner, "strips", None)
    return owner.sequences if found is None else found


def absolute(path: str) -> str:
    """A path of Blender's, which may begin with // for the .blend file's folder."""
    return os.path.abspath(bpy.path.abspath(path)) if path else ""


def ours_of(strip) -> dict | None:
    """Our metadata on a strip; None where it is the editor's own."""
    try:
        found = json.loads(strip[KEY])
    except (KeyError, TypeError, ValueError):
        return None
    return found if isinstance(found, dict) and "take" in found else None


def place(scene, wanted: list[Placed]) -> tuple[int, int]:
    """Put the takes on channels of their own: (strips added, strips of ours taken away).

    A take that stands there already is left as the editor left it, one in a meta strip, too. Raises
    Problem, with nothing changed, when a take is not on disk or the sequencer has too few channels.
    """
    editor = scene.sequence_editor or scene.sequence_editor_create()
    strips = children(editor)
    old, added = list(_ours_in(strips)), []
    stays: set[int] = set()
    for one in sorted(wanted, key=lambda one: (one.track, one.start)):
        same = [strip for _, strip, nested in old if _stands(strip, one, nested)]
        stays |= {strip.as_pointer() for strip in same}
        if not same:
            added.append(one)
            _check(one.file)
    away = [(owner, strip) for owner, strip, _ in old if strip.as_pointer() not in stays]
    rows = _rows(strips, {strip.as_pointer() for _, strip in away}, added)
    scratch = max([strip.channel for strip in strips] + [channel for channel, _ in rows], default=0) + 1
    if scratch > CHANNELS:
        raise Problem(f"All {CHANNELS} channels of the sequencer are in use.")
    for owner, strip in away:
        owner.remove(strip)
    for one, (channel, is_new) in zip(added, rows):
        _add(strips, one, scratch, channel)
        if is_new:
            editor.channels[channel].name = one.track
    return len(added), len(away)


def _ours_in(strips, nested: bool = False) -> Iterator[tuple]:
    """(collection it is in, strip, whether that is a meta strip's) of every take."""
    for strip in strips:
        if strip.type == "META":
            yield from _ours_in(children(strip), True)
        elif ours_of(strip):
            yield strips, strip, nested


def _stands(strip, one: Placed, nested: bool) -> bool:
    """Whether a strip is this take, and where the app has it, or was put there and moved since."""
    ours = ours_of(strip)
    if (ours.get("cue"), ours["take"], ours.get("wav")) != (one.ours.get("cue"), one.ours["take"], Path(one.file).name):
        return False
    here = [strip.frame_final_start, round(strip.frame_offset_start), strip.frame_final_duration]
    return nested or one.place in (here, ours.get("place"))


def _rows(strips, away: set[int], added: list[Placed]) -> list[tuple[int, bool]]:
    """(channel, whether it is new) for each take: its track's channel, else a free one above all others."""
    busy: dict[int, list[tuple[int, int]]] = {}
    tracks: dict[str, list[int]] = {}
    for strip in strips:
        if ours := ours_of(strip):
            tracks.setdefault(ours.get("track", ""), []).append(strip.channel)
        if strip.as_pointer() not in away:
            end = strip.frame_final_start + strip.frame_final_duration
            busy.setdefault(strip.channel, []).append((strip.frame_final_start, end))
    top, found = max((strip.channel for strip in strips), default=0), []
    for one in added:
        known = tracks.setdefault(one.track, [])
        channel = next((n for n in known if all(one.end <= a or b <= one.start for a, b in busy.get(n, ()))), 0)
        found.append((channel or top + 1, not channel))
        if not channel:
            top = channel = top + 1
            known.append(channel)
        busy.setdefault(channel, []).append((one.start, one.end))
    return found


def _add(strips, one: Placed, scratch: int, channel: int) -> None:
    # Made on an empty channel: with its handles it could push a neighbour away.
    strip = strips.new_sound(one.name, one.file, scratch, one.start - one.into)
    strip.frame_offset_start = one.into
    strip.frame_final_duration = one.length
    strip.channel = channel
    strip.mute, strip.show_waveform = not one.enabled, True
    strip.sound.filepath = _relative(one.file)
    known = {"wav": Path(one.file).name, "track": one.track, "place": one.place}
    strip[KEY] = json.dumps(one.ours | known)


def _check(file: str) -> None:
    if not Path(file).is_file():
        raise Problem(f"The take is not there: {file}")


def _relative(file: str) -> str:
    try:
        return bpy.path.relpath(file) if bpy.data.filepath else file
    except ValueError:  # on another drive
        return file


def _content(one) -> float:
    """Frames that the strip's media fills on the timeline, seen or not."""
    return one.frame_final_duration + one.frame_offset_start + one.frame_offset_end


def _shifted(strip: Strip, frames: int) -> Strip:
    inside = tuple(_shifted(one, frames) for one in strip.inside)
    return replace(strip, start=strip.start + frames, inside=inside)


def _movie_length(file: str) -> int:
    """Frames of a movie; 0 where it can't be opened. No strip tells it once it is retimed."""
    try:
        clip = bpy.data.movieclips.load(file)
    except RuntimeError:
        return 0
    try:
        return clip.frame_duration
    finally:
        bpy.data.movieclips.remove(clip)


def _sound_length(file: str) -> float | None:
    try:
        import aud

        sound = aud.Sound(file)
        return sound.length / sound.specs[0]
    except Exception:  # a build without sound, a file that is not there: aud has errors of its own
        return None
