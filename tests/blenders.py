"""A real Blender for tests: the program, or its Python module (`pip install bpy`), when one is here."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path

NAMED = "VSSFLOW_TEST_BLENDER"
"""In the environment: a Blender 4.2 or later, or a Python that has `bpy`."""

WHY_NOT = f"no Blender 4.2 or later here: name one, or a Python with bpy, in {NAMED}"

_BEGIN = """
import json, os, sys
import bpy
if bpy.ops.preferences.addon_enable(module="bl_ext.user_default.vssflow_studio") != {"FINISHED"}:
    sys.exit("the add-on can't be enabled")
from bl_ext.user_default.vssflow_studio import strips as of_ours

def answer(what):
    with open(os.environ["ANSWER"], "w") as out:
        json.dump(what, out)

scene = bpy.context.scene
editor = scene.sequence_editor or scene.sequence_editor_create()
strips = of_ours.children(editor)

def facts():
    return [
        {"name": one.name, "type": one.type, "channel": one.channel, "start": one.frame_final_start,
         "length": one.frame_final_duration, "into": one.frame_offset_start, "mute": one.mute,
         "volume": getattr(one, "volume", 1), "ours": of_ours.ours_of(one) is not None,
         "row": editor.channels[one.channel].name,
         "sound": bpy.path.abspath(one.sound.filepath) if one.type == "SOUND" else ""}
        for one in sorted(strips, key=lambda one: (one.channel, one.frame_final_start))
    ]
"""


@cache
def blender() -> tuple[str, ...]:
    """The command that runs a script in Blender; empty where there is none that is new enough."""
    named = os.environ.get(NAMED) or shutil.which("blender") or (sys.executable if find_spec("bpy") else "")
    if not named:
        return ()
    is_python = "python" in Path(named).name
    command = (named,) if is_python else (named, "--background", "--factory-startup", "--python")
    code = "import bpy; print('version', *bpy.app.version)"
    asked = [named, "-c", code] if is_python else [named, "--background", "--python-expr", code]
    said = subprocess.run(asked, capture_output=True, text=True, timeout=120).stdout
    version = next((line.split()[1:3] for line in said.splitlines() if line.startswith("version ")), ("0", "0"))
    return command if tuple(map(int, version)) >= (4, 2) else ()


class Session:
    """Blender with the add-on that `plugins install blender` put into `home`; `blend` is the file worked on."""

    def __init__(self, home: Path, blend: Path) -> None:
        self.home, self.blend = home, blend

    def run(self, code: str, save: bool = True):
        """Run `code` in the .blend file, which is saved after it; gives what it called `answer` with."""
        script, said = self.home / "script.py", self.home / "answer.json"
        said.unlink(missing_ok=True)
        there = f"bpy.ops.wm.open_mainfile(filepath={str(self.blend)!r})\n"
        text = "import bpy\n" + (there if self.blend.is_file() else "") + _BEGIN + code
        script.write_text(text + (f"\nbpy.ops.wm.save_as_mainfile(filepath={str(self.blend)!r})\n" if save else ""))
        own = {"BLENDER_USER_RESOURCES": str(self.home), "ANSWER": str(said)}
        done = subprocess.run(
            [*blender(), str(script)], env=os.environ | own, capture_output=True, text=True, timeout=300
        )
        failed = done.returncode or "Traceback" in done.stderr + done.stdout
        assert not failed, (done.stdout + done.stderr)[-3000:]
        return json.loads(said.read_text()) if said.is_file() else None
