"""Installing in a process of its own: it imports torch, and a cancel ends it at once."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from ..errors import ModelError, StudioError
from .install import Offer, Progress
from .interface import ModelCard


@dataclass(frozen=True)
class Task:
    """What to do: look what a name of the hub offers, install an offer, a folder, or a checkpoint file."""

    look: str = ""
    offer: Offer | None = None
    path: Path | None = None
    name: str = ""


Answer = Progress | Offer | ModelCard | str | StudioError | None
"""How far it is; the end is what was asked for (a part by its name), an error, or None when it was cancelled."""


class Installer:
    """One task under way. `on_answer` is called on a thread of its own, last with the end."""

    def __init__(self, task: Task, on_answer: Callable[[Answer], None]) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe(duplex=False)
        self._process = context.Process(target=_run, args=(theirs, task), daemon=True)
        self._cancelled, self._on_answer = False, on_answer
        self._process.start()
        theirs.close()
        self._thread = threading.Thread(target=self._listen, name="installer", daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        """End it now; what was fetched so far waits for the next time."""
        self._cancelled = True
        self._process.kill()

    def wait(self) -> None:
        """Until its end was told."""
        self._thread.join()

    def _listen(self) -> None:
        answer: Answer = None
        while answer is None or isinstance(answer, Progress):
            try:
                answer = self._pipe.recv()
            except (EOFError, OSError):
                answer = None
                break
            if not self._cancelled:
                self._on_answer(answer)
        self._process.join()
        if self._cancelled:
            self._on_answer(None)
        elif answer is None:
            self._on_answer(ModelError("Installing ended unexpectedly", remedy="Memory may have run out; try again."))


def _run(pipe: Connection, task: Task) -> None:
    import signal

    from .. import logs
    from .install import install, install_checkpoint, install_folder, offer

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logs.start("worker", task="install")
    try:
        if task.look:
            answer: Answer = offer(task.look)
        elif task.offer:
            answer = install(task.offer, task.name, pipe.send)
        elif task.path.is_dir():
            answer = install_folder(task.path, task.name, pipe.send)
        else:
            answer = install_checkpoint(task.path, task.name, pipe.send)
        logs.event("installed", look=bool(task.look), done=True)
    except StudioError as error:
        logs.problem("install", error)
        answer = error
    except BrokenPipeError:
        return
    except Exception as error:
        logs.defect("install", error)
        answer = ModelError(f"Installing stopped unexpectedly ({type(error).__name__})", remedy="Help ▸ Report a Problem.")
    try:
        pipe.send(answer)
    except OSError:
        pass
