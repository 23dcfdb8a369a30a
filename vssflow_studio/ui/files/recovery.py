"""The questions about files that would otherwise lose somebody's work."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QListWidget,
    QListWidgetItem,
    QMessageBox,
    QVBoxLayout,
    QWidget,
)

from ...errors import LockedError, StorageError
from ...timeline.backups import Backup, backups
from ...timeline.recovery import Recovery
from ..look.theme import px_size

CANCEL = ""
READ_ONLY, COPY, TAKE_OVER = "Open read-only", "Open a copy", "Take over"
RECOVER, SAVED = "Recover", "Open saved"
RELOAD, SAVE_COPY, OVERWRITE = "Reload", "Save as copy…", "Overwrite"


def ask_locked(parent: QWidget, path: Path, error: LockedError) -> str:
    """READ_ONLY, COPY, TAKE_OVER or CANCEL, for a timeline that somebody else has open."""
    more = "Open read-only to look at it, or open a copy to work on it."
    choices = [READ_ONLY, COPY]
    if error.elsewhere:
        more += "\nIf that computer was switched off, you can take over."
        choices.append(TAKE_OVER)
    return _ask(parent, f"{path.name} is in use", f"{error.what}.", more, choices)


def ask_recovery(parent: QWidget, path: Path, left: Recovery) -> str:
    """RECOVER, SAVED or CANCEL, for changes that a crash kept from being saved."""
    saved = datetime.fromtimestamp(path.stat().st_mtime)
    order = "later" if saved > left.saved else "earlier"
    more = (
        f"The file itself was saved {order}, {_when(saved)}.\n"
        "“Recover” brings the changes back, and undo takes them away again; "
        "“Open saved” drops them."
    )
    what = f"{path.name} has changes of {_when(left.saved)} that were never saved."
    return _ask(parent, "Unsaved changes found", what, more, [RECOVER, SAVED])


def ask_changed(parent: QWidget, path: Path, unsaved: bool) -> str:
    """RELOAD, SAVE_COPY, OVERWRITE or CANCEL, for a file that another program has written."""
    more = "“Overwrite” puts your version in its place and keeps theirs among the backups."
    if unsaved:
        more += " “Reload” takes theirs and keeps yours, with what is unsaved, among the backups."
    what = f"Another program has changed {path.name} since it was opened."
    return _ask(parent, "The file has changed", what, more, [RELOAD, SAVE_COPY, OVERWRITE])


def ask_backup(parent: QWidget, path: Path) -> Backup | None:
    """Which of the earlier generations is to be restored; None for none. Raises StorageError."""
    known = backups(path)
    if not known:
        raise StorageError("There are no backups yet", file=path, remedy="Saving makes them.")
    dialog = QDialog(parent)
    dialog.setWindowTitle(f"Restore a backup of {path.name}")
    rows = QListWidget()
    rows.setAccessibleName("Backups, the newest first")
    for backup in known:
        item = QListWidgetItem(f"Saved {_when(backup.saved)}    {backup.size // 1024 + 1} KB")
        item.setToolTip(str(backup.path))
        rows.addItem(item)
    rows.setCurrentRow(0)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, dialog)
    buttons.addButton("Restore", QDialogButtonBox.ButtonRole.AcceptRole)
    buttons.accepted.connect(dialog.accept)
    buttons.rejected.connect(dialog.reject)
    rows.itemDoubleClicked.connect(dialog.accept)
    layout = QVBoxLayout(dialog)
    layout.addWidget(rows)
    layout.addWidget(buttons)
    dialog.resize(px_size(420, 200))
    return known[rows.currentRow()] if dialog.exec() else None


def _ask(parent: QWidget, title: str, what: str, more: str, choices: list[str]) -> str:
    box = QMessageBox(QMessageBox.Icon.Warning, title, what, parent=parent)
    box.setInformativeText(more)
    role = QMessageBox.ButtonRole.ActionRole
    buttons = {choice: box.addButton(choice, role) for choice in choices}
    box.setDefaultButton(buttons[choices[0]])
    box.addButton(QMessageBox.StandardButton.Cancel)
    box.exec()
    return next((choice for choice, button in buttons.items() if button is box.clickedButton()), CANCEL)


def _when(time: datetime) -> str:
    """The time, with its date unless that is today."""
    same = time.date() == datetime.now().date()
    return f"{time:%H:%M:%S}" if same else f"{time:%Y-%m-%d %H:%M}"
