"""Unfinished jobs outlive the window: kept beside the timeline, taken up when it is opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QThreadPool, QTimer, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from ...engine.pending import Pending, Wish, forget_pending, recall_pending, remember_pending, start_background
from ...engine.request import Sampling
from ...errors import StudioError
from .. import tasks
from .jobs import Jobs

BACKGROUND, LATER, CANCEL, STAY = "Finish in the background", "Keep for later", "Cancel jobs", "Don’t close"
_DELAY = 500
"""Milliseconds from a change of the jobs to writing it down."""


class Wishes(QObject):
    """Writes down what is unfinished, off the window's thread, so that a crash loses no wish.

    `may_write()` says whether the timeline is ours to write beside.

    Signals:
        failed(object): a StudioError: they could not be written down.
        told(str): what became of the jobs that were left last time.
    """

    failed = Signal(object)
    told = Signal(str)

    def __init__(self, window: QWidget, jobs: Jobs, may_write: Callable[[], bool]) -> None:
        super().__init__(window)
        self._window, self.jobs, self._may_write = window, jobs, may_write
        self._kept: tuple[Path, Pending] | None = None
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)  # in order
        self._timer = QTimer(self, interval=_DELAY, singleShot=True)
        self._timer.timeout.connect(self.write)
        jobs.changed.connect(lambda job: self._soon() if job.is_over or not job.step else None)
        jobs.listed.connect(self._soon)

    def pending(self) -> Pending:
        """What is unfinished, as wishes."""
        orders = [(job.order.cue_id, job.request.sampling) for job in self.jobs.unfinished()]
        return Pending(tuple(Wish(cue, sampling.seed, sampling.model) for cue, sampling in orders))

    def write(self) -> None:
        """Write down what is unfinished now, on another thread, unless that is written already."""
        path, pending = self.jobs.model.path, self.pending()
        if path is None or not self._may_write() or (path, pending) == self._kept:
            return
        before, self._kept = self._kept, (path, pending) if pending.wishes else None
        if before and (not pending.wishes or before[0] != path):
            self._start(lambda: forget_pending(before[0]))
        if pending.wishes:
            self._start(lambda: remember_pending(path, pending))

    def take_up(self) -> None:
        """Ask again for what was left when the timeline was closed.

        What was only kept for later waits, the queue paused, until somebody resumes it.
        """
        path, find = self.jobs.model.path, self.jobs.model.find
        pending = recall_pending(path) if path and self._may_write() else None
        if pending is None:
            return
        self._kept = path, pending
        if not pending.now:
            self.jobs.pause(True)
        asked = [(cue, wish) for wish in pending.wishes if (cue := find(wish.cue_id))]
        for cue, wish in asked:
            self.jobs.ask(cue, Sampling(wish.model, wish.seed))
        left = len(self.jobs.unfinished())
        if not left:
            self.jobs.pause(False)
        self.write()  # a process in the background stops at this
        if text := _told(len(asked) - left, left, pending.now):
            self.told.emit(text)

    def may_leave(self) -> bool:
        """Ask what becomes of unfinished jobs, and see to it; whether to go on."""
        self._timer.stop()
        if self.jobs.model.path is None:
            return True
        if not self.jobs.unfinished():
            self._forget()
            return True
        pending = self.pending()  # what is made while the question stands has missed the saving, and is found again
        answer = ask_unfinished(self._window, len(pending.wishes), self._may_write())
        if answer == STAY:
            return False
        try:
            if answer == CANCEL:
                self._forget()
            else:
                self._keep(replace(pending, now=answer == BACKGROUND))
        except StudioError as error:
            self.failed.emit(error)
            return False
        self.jobs.leave()
        self._timer.stop()  # that the jobs are off the list is not to be written
        return True

    def close(self) -> None:
        """The window closes."""
        self._timer.stop()
        self._pool.waitForDone(5000)

    def _keep(self, pending: Pending) -> None:
        path = self.jobs.model.path
        self._pool.waitForDone(5000)
        remember_pending(path, pending)
        self._kept = None
        if pending.now:
            self.jobs.close()  # the worker would only be in the way
            start_background(path, self.jobs.preferences.settings.device)

    def _forget(self) -> None:
        if self._kept:
            self._pool.waitForDone(5000)
            forget_pending(self._kept[0])
            self._kept = None

    def _soon(self) -> None:
        self._timer.start()

    def _start(self, work: Callable[[], object]) -> None:
        tasks.start(work, self.failed.emit, self._pool)


def ask_unfinished(parent: QWidget, count: int, may_keep: bool) -> str:
    """BACKGROUND, LATER, CANCEL or STAY, for jobs that are not over."""
    takes = "1 take is" if count == 1 else f"{count} takes are"
    box = QMessageBox(QMessageBox.Icon.Question, "Jobs are not finished", f"{takes} still to be made.", parent=parent)
    role = QMessageBox.ButtonRole
    if may_keep:
        box.setInformativeText(
            "In the background they are made without the window; later they wait for you. "
            "Either way the takes are there when you open this timeline again."
        )
    else:
        box.setInformativeText("The timeline is open read-only, so they can’t be kept.")
    choices = {CANCEL: role.DestructiveRole, STAY: role.RejectRole}
    if may_keep:
        choices = {BACKGROUND: role.AcceptRole, LATER: role.AcceptRole} | choices
    buttons = {choice: box.addButton(choice, kind) for choice, kind in choices.items()}
    box.setDefaultButton(buttons[BACKGROUND if may_keep else STAY])
    box.setEscapeButton(buttons[STAY])
    box.exec()
    return next((choice for choice, button in buttons.items() if button is box.clickedButton()), STAY)


def _told(made: int, left: int, now: bool) -> str:
    parts = []
    if made:
        parts.append("1 take was made in the background." if made == 1 else f"{made} takes were made in the background.")
    if left:
        takes = "1 take" if left == 1 else f"{left} takes"
        parts.append(f"Going on with {takes}." if now else f"{takes} kept for later: press Resume in Jobs to make them.")
    return " ".join(parts)
