"""The main job, done by hand: open, select, type, generate, hear, circle, save; with pictures for the README.

    python tests/ui/walk.py [FOLDER]       # pictures into FOLDER, else resources/screenshots

Everything goes through real widgets, keys and clicks, with the real model; a step that can't be
done any more raises `Lost`.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt  # noqa: E402
from PySide6.QtTest import QTest  # noqa: E402
from PySide6.QtWidgets import QWidget  # noqa: E402

from vssflow_studio.timeline.cues import Cue  # noqa: E402
from vssflow_studio.timeline.files import read_timeline  # noqa: E402
from vssflow_studio.timeline.metadata import read_project  # noqa: E402

LINE = "It was only the wind, I think."
SIZE = (1440, 900)
_LEFT, _CTRL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier
_ALT, _SHIFT = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier
_MAKING = 300.0  # seconds that a take may need on a busy machine


class Lost(AssertionError):
    """A step of the walk that can no longer be done."""


class Walk:
    """Drives a `MainWindow`; `picture(name)` is called where the README shows one."""

    def __init__(self, window, picture: Callable[[str], None] = lambda _: None) -> None:
        self.window, self.picture = window, picture
        self.cue_id = ""

    def all_steps(self) -> None:
        """From the first page to the saved file."""
        for step in (self.open, self.select, self.type, self.generate, self.hear, self.another, self.circle):
            step()
        self.save_and_read_back()

    @property
    def cue(self) -> Cue:
        """The cue of the line that is typed."""
        return self.window.model.find(self.cue_id)

    def open(self) -> None:
        """The sample, from the first page."""
        self.click(self.window.welcome.sample_button)
        self.wait("the sample opens", lambda: self.window.model.timeline is not None)
        self.wait("its clips are drawn", lambda: len(self.window.model.views) > 1)

    def select(self) -> None:
        """The second clip, with the mouse."""
        view = self.window.timeline_view
        clip = self.window.model.views[1]
        place = view.places.clip_rect(clip).center().toPoint()
        QTest.mouseClick(view.viewport(), _LEFT, Qt.KeyboardModifier.NoModifier, place)
        self.expect("a click selects the clip", self.window.model.selected_clip == clip)

    def type(self) -> None:
        """A line over it, by its key."""
        QTest.keyClick(self.window.timeline_view, Qt.Key.Key_D)
        field = self.window.inspector.text
        self.expect("D puts the cursor where the line is typed", field.hasFocus())
        QTest.keyClicks(field, LINE)
        self.cue_id = self.window.model.selected_cue
        self.window.inspector.character.setFocus()
        QTest.keyClicks(self.window.inspector.character.lineEdit(), "MIA")
        self.expect("the line is the cue's", self.cue is not None and self.cue.text == LINE)

    def generate(self) -> None:
        """A take, by the button."""
        self.click(self.window.inspector.generate)
        self.expect("the line is the character's", self.cue.character == "MIA")
        self.wait("the job is in the queue", lambda: self.window.jobs.busy or self.cue.takes)
        self.wait("the take is made", lambda: len(self.cue.takes) == 1, _MAKING)
        take = self.cue.circled_take
        path = self.window.model.path.parent / take.path
        self.expect("its WAV is on disk", path.is_file() and path.stat().st_size > 40_000)

    def hear(self) -> None:
        """The first take plays by itself."""
        player, model = self.window.player, self.window.model
        start = self.cue.range.start_time.value
        self.wait("the first take plays by itself", lambda: player.playing, 20)
        self.wait("the playhead moves over the line", lambda: model.playhead.value > start + 6, 20)
        self.picture("edit")
        QTest.keyClick(self.window.timeline_view, Qt.Key.Key_Space)
        self.wait("Space stops it", lambda: not player.playing)

    def another(self) -> None:
        """A second take, by its key."""
        self.window.timeline_view.setFocus()
        QTest.keyClick(self.window.timeline_view, Qt.Key.Key_G, _CTRL)
        self.wait("the second take is made", lambda: len(self.cue.takes) == 2, _MAKING)
        self.expect("the newest one is circled", self.cue.circled == self.cue.takes[1].id)

    def circle(self) -> None:
        """The first one again, in the Takes panel."""
        window = self.window
        QTest.keyClick(window.timeline_view, Qt.Key.Key_4, _ALT | _SHIFT)
        self.wait("the Takes workspace shows its panel", lambda: window.docks.docks["takes"].isVisible())
        window.actions_["take_older"].trigger()
        self.picture("takes")
        QTest.keyClick(window.timeline_view, Qt.Key.Key_Return, _CTRL)
        self.wait("the older take is circled", lambda: self.cue.circled == self.cue.takes[0].id)
        self.expect("the edit has a name", window.undo_stack.undoText() == "Circle take")

    def save_and_read_back(self) -> None:
        """Everything is in the timeline file."""
        QTest.keyClick(self.window.timeline_view, Qt.Key.Key_S, _CTRL)
        self.wait("it is saved", lambda: not self.window.isWindowModified())
        timeline = read_timeline(self.window.model.path)
        (cue,) = [cue for cue in read_project(timeline).cues if cue.id == self.cue_id]
        self.expect("the line is in the file", cue.text == LINE and cue.character == "MIA")
        self.expect("both takes are, the first one circled", len(cue.takes) == 2 and cue.circled == cue.takes[0].id)
        self.expect("its track is", "DX TEMP" in [track.name for track in timeline.tracks])

    # --- how ---

    def click(self, widget: QWidget) -> None:
        """With the mouse, on what can be seen and pressed."""
        name = widget.accessibleName() or widget.text()
        self.expect(f"“{name}” can be pressed", widget.isVisible() and widget.isEnabled())
        QTest.mouseClick(widget, _LEFT)

    def expect(self, what: str, holds: bool) -> None:
        """Raises Lost where it doesn't."""
        if not holds:
            raise Lost(f"{what}: no more. The window says: {self.window.message.text or 'nothing'}")

    def wait(self, what: str, holds: Callable[[], object], seconds: float = 10.0) -> None:
        """Until it holds; raises Lost when it never does."""
        until = time.monotonic() + seconds
        while not holds() and time.monotonic() < until:
            QTest.qWait(20)
        self.expect(what, bool(holds()))


@contextmanager
def fresh_user():
    """A user who has never started the app."""
    names = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
    before = {name: os.environ.get(name) for name in names}
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update({name: os.path.join(folder, name.lower()) for name in names})
        try:
            yield
        finally:
            for name, value in before.items():
                os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)


def main() -> None:
    """Walk, and write the README's pictures: dark, and the script in light."""
    from PySide6.QtWidgets import QApplication

    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "resources" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    app = QApplication(sys.argv[:1])
    app.setStyle("Fusion")
    with fresh_user():
        from vssflow_studio.ui.window.main_window import MainWindow

        window = MainWindow()
        window.resize(*SIZE)
        window.show()
        window.activateWindow()
        QTest.qWaitForWindowActive(window)
        shoot = _pictures(window, folder)
        window.preferences.change(theme="dark", polite=False)
        Walk(window, shoot).all_steps()
        _finish(window, shoot)
        window._commit()
        window.undo_stack.setClean()
        window.close()


def _finish(window, shoot: Callable[[str], None]) -> None:
    """All takes made, as a script in light and on the timeline in dark."""
    window.coach.finish()
    window.actions_["generate_all"].trigger()
    until = time.monotonic() + _MAKING
    model = window.model
    while any(model.state(cue) != "ready" for cue in model.project.cues) and time.monotonic() < until:
        QTest.qWait(50)
    window.actions_["workspace_Script"].trigger()
    window.preferences.change(theme="light")
    model.select_cue(model.project.cues[0].id)
    model.seek(model.cue.range.start_time.value + 12)
    shoot("script")
    window.preferences.change(theme="dark")
    window.actions_["workspace_Foley"].trigger()
    model.select_cue(next(cue.id for cue in model.project.cues if cue.kind == "foley"))
    model.seek(model.cue.range.start_time.value + 24)
    shoot("foley")


def _pictures(window, folder: Path) -> Callable[[str], None]:
    def shoot(name: str) -> None:
        QTest.qWait(800 if window.player.playing else 3000)  # what is drawn in the background
        window.grab().save(str(folder / f"{name}.png"))

    return shoot


if __name__ == "__main__":
    main()
