"""VSSFlow Studio in Blender's Video Sequencer: a tab in its sidebar with three buttons.

Blender's own data is only touched in Blender's thread; what the app does meanwhile runs in
another, so that Blender goes on. Without a window (`blender -b`) an operator waits for it.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import bpy

from . import cut, strips
from .vssflow_app import NO_CUES, App, Problem, free_version, newest_version, plain, write_json

FOLDER = "VSSFlow Studio"
"""Beside the .blend file: the timelines and their takes."""

_HERE = os.path.dirname(os.path.abspath(__file__))
_TICK = 0.1  # seconds


def _edited(context) -> bpy.types.Scene:
    """The scene that is edited: since 5.0 the sequencer may show another than the window."""
    return getattr(context, "sequencer_scene", None) or context.scene


def _home(scene) -> tuple[str, str]:
    """(folder, name) of the scene's timelines. Raises Problem."""
    if not bpy.data.filepath:
        raise Problem("Save the .blend file first: the timeline and its takes go beside it.")
    blend = Path(bpy.data.filepath)
    return str(blend.parent / FOLDER), plain(f"{blend.stem} {scene.name}")


def _sent(scene) -> tuple[str, str | None, list[str]]:
    """Write the next version: (its file, the version before, what could not be said)."""
    folder, name = _home(scene)
    reader = strips.Reader(scene)
    document = cut.to_otio(reader.read())
    before = newest_version(folder, name)
    os.makedirs(folder, exist_ok=True)
    file = free_version(folder, name)
    write_json(file, document)
    return file, before, reader.lost


class _Task:
    """Work in another thread and what is known of it; an operator's own attributes die with the operator."""

    def __init__(self, scene) -> None:
        self.scene, self.app = scene.name, App("blender", _HERE)
        self.lost: list[str] = []
        self.made = self.problem = None
        self._done = self._of = 0
        self._began = time.monotonic()

    def run(self, work: Callable[[], object]) -> None:
        """Do the work; `made` or `problem` is then what came of it."""
        try:
            self.made = work()
        except (Problem, OSError) as problem:
            self.problem = problem

    def expect(self, cues: int) -> None:
        """So many cues will be counted from now on."""
        self._of, self._began = cues, time.monotonic()

    def count(self, line: str) -> None:
        """One more is over."""
        self._done += 1

    @property
    def status(self) -> str:
        """`3 of 7 cues, about 20 s left`."""
        if not self._of:
            return "working"
        took = time.monotonic() - self._began
        left = f", about {took / self._done * (self._of - self._done):.0f} s left" if self._done else ""
        return f"{self._done} of {self._of} cues{left}"


class _Work:
    """What the operators share: `begin` in Blender's thread gives the work for the other one, `end` follows."""

    def begin(self, scene, task: _Task) -> Callable[[], object]:
        """What is to be done meanwhile. Raises Problem."""
        raise NotImplementedError

    def end(self, scene, made) -> str:
        """Put what was made into the scene; a sentence about it. Raises Problem."""
        raise NotImplementedError

    def execute(self, context):
        work = self._begin(context)
        if work is None:
            return {"CANCELLED"}
        self._task.run(work)
        return self._end()

    def invoke(self, context, event):
        if bpy.app.background:
            return self.execute(context)
        work = self._begin(context)
        if work is None:
            return {"CANCELLED"}
        self._thread = threading.Thread(target=self._task.run, args=(work,), daemon=True)
        self._thread.start()
        self._timer = context.window_manager.event_timer_add(_TICK, window=context.window)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context, event):
        if event.type == "ESC":
            self._task.app.cancel()
            self._stop(context)
            self.report({"INFO"}, "Cancelled. Takes that were finished are kept.")
            return {"CANCELLED"}
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        if self._thread.is_alive():
            context.workspace.status_text_set(f"VSSFlow Studio: {self._task.status}    Esc: cancel")
            return {"PASS_THROUGH"}
        self._stop(context)
        return self._end()

    def _begin(self, context) -> Callable[[], object] | None:
        scene = _edited(context)
        self._task = _Task(scene)
        try:
            return self.begin(scene, self._task)
        except (Problem, OSError) as problem:
            self.report({"ERROR"}, str(problem))
            return None

    def _end(self) -> set[str]:
        task, scene = self._task, bpy.data.scenes.get(self._task.scene)
        try:
            if task.problem:
                raise task.problem
            if scene is None:
                raise Problem(f"The scene “{task.scene}” is gone.")
            said = self.end(scene, task.made)
        except (Problem, OSError) as problem:
            self.report({"ERROR"}, str(problem))
            return {"CANCELLED"}
        for sentence in task.lost:
            self.report({"WARNING"}, sentence)
        self.report({"INFO"}, said)
        return {"FINISHED"}

    def _stop(self, context) -> None:
        context.window_manager.event_timer_remove(self._timer)
        context.workspace.status_text_set(None)


class VSSFLOW_OT_send(_Work, bpy.types.Operator):
    bl_idname = "vssflow.send"
    bl_label = "Send to VSSFlow Studio"
    bl_description = "Open this scene's cut in VSSFlow Studio, with the cues it had there before"

    def begin(self, scene, task):
        file, before, task.lost = _sent(scene)

        def work() -> str:
            task.app.carry_cues(before, file)
            task.app.open(file)
            return file

        return work

    def end(self, scene, made) -> str:
        return f"Sent {Path(made).name}."


class VSSFLOW_OT_bring_back(_Work, bpy.types.Operator):
    bl_idname = "vssflow.bring_back"
    bl_label = "Bring Tracks Back"
    bl_options = {"REGISTER", "UNDO"}
    bl_description = "Put the takes of VSSFlow Studio on channels of their own; strips of yours stay as they are"

    def begin(self, scene, task):
        file = newest_version(*_home(scene))
        if not file:
            raise Problem(f"The scene “{scene.name}” was not sent to VSSFlow Studio yet. Send it first.")

        def work() -> str:
            task.app.save_in_window(file)
            return file

        return work

    def end(self, scene, made) -> str:
        return _brought(scene, made)


class VSSFLOW_OT_generate(_Work, bpy.types.Operator):
    bl_idname = "vssflow.generate"
    bl_label = "Generate for Selected Strips"
    bl_options = {"REGISTER", "UNDO"}
    bl_description = "Make the takes of the cues under the selected strips and put them on channels of their own"

    def begin(self, scene, task):
        chosen = [
            (strip.frame_final_start, strip.frame_final_start + strip.frame_final_duration)
            for strip in strips.children(strips.sequencer(scene))
            if strip.select
        ]
        if not chosen:
            raise Problem("Select the strips that are to be heard.")
        ranges, rate = cut.ranges(chosen, scene.frame_start), strips.rate_of(scene)
        file, before, task.lost = _sent(scene)

        def work() -> str:
            task.app.carry_cues(before, file)
            cues = json.loads(task.app.run("cues", "list", file, "--json"))
            asked = {(start, end): _cues_in(cues, start, end) for start, end in ranges}
            if not any(asked.values()):
                raise Problem(NO_CUES)
            task.expect(sum(asked.values()))
            for (start, end), count in asked.items():
                if count:
                    task.lost += task.app.generate(file, start / rate, end / rate, task.count)
            return file

        return work

    def end(self, scene, made) -> str:
        return _brought(scene, made)


class VSSFLOW_PT_sidebar(bpy.types.Panel):
    bl_idname = "VSSFLOW_PT_sidebar"
    bl_label = "VSSFlow Studio"
    bl_space_type = "SEQUENCE_EDITOR"
    bl_region_type = "UI"
    bl_category = "VSSFlow"

    @classmethod
    def poll(cls, context):
        return context.space_data.view_type in {"SEQUENCER", "SEQUENCER_PREVIEW"}

    def draw(self, context):
        column = self.layout.column()
        column.operator(VSSFLOW_OT_send.bl_idname, icon="EXPORT")
        column.operator(VSSFLOW_OT_bring_back.bl_idname, icon="IMPORT")
        column.separator()
        column.operator(VSSFLOW_OT_generate.bl_idname, icon="SOUND")


def _cues_in(cues: list[dict], start: int, end: int) -> int:
    """How many have something between two frames of the timeline."""
    return sum(start < cue["frame"] + cue["frames"] and cue["frame"] < end for cue in cues)


def _brought(scene, file: str) -> str:
    with open(file, encoding="utf-8") as source:
        wanted = cut.takes(json.load(source), Path(file).parent)
    added, away = strips.place(scene, wanted)
    if not wanted and not away:
        raise Problem("There are no takes in VSSFlow Studio yet: press Generate there.")
    kept = len(wanted) - added
    told = [f"{number} {what}" for number, what in ((added, "new"), (kept, "as before"), (away, "taken away")) if number]
    return f"Takes: {', '.join(told)}."


_CLASSES = (VSSFLOW_OT_send, VSSFLOW_OT_bring_back, VSSFLOW_OT_generate, VSSFLOW_PT_sidebar)


def register() -> None:
    for one in _CLASSES:
        bpy.utils.register_class(one)


def unregister() -> None:
    for one in reversed(_CLASSES):
        bpy.utils.unregister_class(one)
