"""Report a Problem: everything that would be in it is shown before it is saved."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ...errors import StudioError
from ...report import collect, write_report
from .. import tasks
from ..look import theme as themes


class ReportDialog(QDialog):
    """Collects the report on another thread, shows it, and saves it where the user says."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parts: dict[str, str] = {}
        self.setWindowTitle("Report a Problem")
        self.what = QPlainTextEdit()
        self.what.setPlaceholderText("What did you do, and what happened? (goes into the report as you write it)")
        self.what.setAccessibleName("What happened")
        self.what.setTabChangesFocus(True)
        self.what.setFixedHeight(themes.px(84))
        self.files, self.text = QListWidget(), QPlainTextEdit()
        self.files.setAccessibleName("Files in the report")
        self.files.setFixedWidth(themes.px(160))
        self.text.setReadOnly(True)
        self.text.setAccessibleName("Text of the file")
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.said, self.save = QLabel("Collecting…"), QPushButton("Save…")
        self.said.setObjectName("status")
        self.said.setWordWrap(True)
        self._lay_out()
        self.files.currentTextChanged.connect(self._show)
        self.what.textChanged.connect(lambda: self._show(self._shown()))
        self.save.clicked.connect(self._ask_save)
        self.save.setEnabled(False)
        self.resize(themes.px_size(760, 560))
        self._answer = _Answer(self)
        self._answer.came.connect(self._came)
        answer = self._answer
        tasks.start(lambda: answer.came.emit(_collected()))

    def _lay_out(self) -> None:
        hint = QLabel(
            "This is all that is in the report. It has no line of dialogue, no character, no name of a file, "
            "of a person or of this computer. It is not sent anywhere: save it and attach it."
        )
        hint.setObjectName("hint")
        hint.setWordWrap(True)
        self.save.setObjectName("primary")
        close = QPushButton("Close")
        close.clicked.connect(self.reject)
        close.setAutoDefault(False)
        middle = QHBoxLayout()
        middle.addWidget(self.files)
        middle.addWidget(self.text, 1)
        row = QHBoxLayout()
        row.addWidget(self.said, 1)
        row.addWidget(close)
        row.addWidget(self.save)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(themes.S4, themes.S4, themes.S4, themes.S4)
        layout.setSpacing(themes.S3)
        layout.addWidget(self.what)
        layout.addWidget(hint)
        layout.addLayout(middle, 1)
        layout.addLayout(row)

    def write(self, path: Path) -> bool:
        """Save the report; says what is wrong in the dialog."""
        try:
            write_report(path, self._all())
        except StudioError as error:
            self.said.setText(str(error))
            return False
        self.said.setText(f"Saved as {path.name}.")
        return True

    def _came(self, parts: dict[str, str]) -> None:
        self.parts = parts
        self.files.addItems(["what happened.txt", *parts])
        self.files.setCurrentRow(1)
        self.save.setEnabled(True)
        self.said.setText("")

    def _all(self) -> dict[str, str]:
        return {"what happened.txt": self.what.toPlainText(), **self.parts}

    def _shown(self) -> str:
        item = self.files.currentItem()
        return item.text() if item else ""

    def _show(self, name: str) -> None:
        self.text.setPlainText(self._all().get(name, ""))

    def _ask_save(self) -> None:
        start = str(Path.home() / f"vssflow-studio-report-{date.today():%Y-%m-%d}.zip")
        name, _ = QFileDialog.getSaveFileName(self, "Save the report", start, "Zip archives (*.zip)")
        if name:
            self.write(Path(name))


class _Answer(QObject):
    """Signals:
        came(object): the report's parts.
    """

    came = Signal(object)


def _collected() -> dict[str, str]:
    try:
        return collect()
    except Exception as error:  # a report on what is broken must come whatever is broken
        return {"report.txt": f"The report could not be collected: {type(error).__name__}\n"}
