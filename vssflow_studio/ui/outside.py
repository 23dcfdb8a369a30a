"""What plugins and a second start may ask of the window."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from .. import __version__
from ..endpoint import Endpoint
from ..engine.cut import Cut
from ..engine.export import CLIENTS, export
from ..errors import StudioError
from ..timeline.files import read_timeline
from ..timeline.metadata import read_project
from ..timeline.new_cut import conform_files

_PATIENCE = 30.0  # seconds that an answer may wait for the window, which may be showing a question


class Outside(QObject):
    """Carries each request of the endpoint's threads over to the window's, and the answer back.

    `verbs` are what can be asked: functions of the request's arguments that give the answer,
    or a function that finds it later, on the endpoint's thread, where slow work halts nobody.
    """

    _asked = Signal(object, object, object)

    def __init__(self, verbs: dict[str, Callable[[dict], dict]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._verbs = verbs
        self._asked.connect(self._answer, Qt.ConnectionType.QueuedConnection)
        self._endpoint: Endpoint | None = None

    def open(self) -> None:
        """Answer from now on. Without a place for the address there are no plugins, and all else goes on."""
        try:
            self._endpoint = Endpoint(self._carry)
        except (StudioError, OSError):
            self._endpoint = None

    def close(self) -> None:
        """Answer no more."""
        if self._endpoint:
            self._endpoint.close()
            self._endpoint = None

    def _carry(self, verb: str, arguments: dict) -> dict:
        function, answer = self._verbs[verb], Future()
        self._asked.emit(function, arguments, answer)
        try:
            found = answer.result(_PATIENCE)
        except TooLate as error:
            raise StudioError("The window is busy", remedy="Look whether it asks something.") from error
        return found() if callable(found) else found

    def _answer(self, function: Callable[[dict], dict], arguments: dict, answer: Future) -> None:
        try:
            answer.set_result(function(arguments))
        except Exception as error:  # it belongs to whoever asked
            answer.set_exception(error)


def verbs(window) -> dict[str, Callable[[dict], dict]]:
    """What the main window answers.

    status, open {path}, say {text}, save, conform {old, new}, export {folder, for}
    """

    def status(_: dict) -> dict:
        model = window.model
        return {
            "app": f"VSSFlow Studio {__version__}",
            "timeline": str(model.path.resolve()) if model.path else "",
            "modified": not window.undo_stack.isClean(),
            "jobs": sum(not job.is_over for job in model.jobs.values()),
        }

    def open_(arguments: dict) -> dict:
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
        window.raise_()
        window.activateWindow()
        if name := str(arguments.get("path", "")):
            # Later: it may ask about unsaved changes, and who sent it need not wait for that.
            QTimer.singleShot(0, lambda: window.open(Path(name)))
        return status({})

    def say(arguments: dict) -> dict:
        window.message.show_text(str(arguments.get("text", ""))[:1000])
        return status({})

    def save(_: dict) -> dict:
        if window.model.timeline is None:
            raise StudioError("No timeline is open", remedy="Open one in VSSFlow Studio first.")
        if not window.save():
            raise StudioError(window.message.text or "The timeline was not saved")
        return status({})

    def export_(arguments: dict) -> Callable[[], dict]:
        save({})
        path, folder = window.model.path, Path(str(arguments.get("folder", "")))
        return lambda: _exported(path, folder, str(arguments.get("for", "")))

    def conform(arguments: dict) -> Callable[[], dict]:
        old, new = (Path(str(arguments.get(name, ""))) for name in ("old", "new"))
        if window.model.path and window.model.path.resolve() == old.resolve():
            save({})  # what is not saved yet belongs to the new cut, too
        return lambda: _conformed(old, new)

    return {"status": status, "open": open_, "conform": conform, "say": say, "save": save, "export": export_}


def _conformed(old: Path, new: Path) -> dict:
    if not read_project(read_timeline(old)).cues:
        return {"timeline": str(new), "cues": 0}
    out, result = conform_files(old, new)
    return {"timeline": str(out), "cues": len(result.project.cues)}


def _exported(timeline: Path, folder: Path, client: str) -> dict:
    if client not in CLIENTS:
        raise StudioError(f"“{client}” is no program that can be exported for", remedy=", ".join(CLIENTS))
    if not folder.is_dir():
        raise StudioError("The folder is not there", file=folder, remedy="Name one that is.")
    return export(Cut.read(timeline), folder, client).as_dict()
