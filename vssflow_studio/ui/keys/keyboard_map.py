"""All keys on one page, to read, to print or to keep as a PDF."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence, QTextDocument
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFileDialog, QTextBrowser, QVBoxLayout, QWidget

from ...atomic import replacing
from ...errors import StudioError
from ..look.theme import S3, px_size
from .commands import plain


def as_html(actions: dict[str, QAction], preset: str) -> str:
    """A table of keys for each menu, in the menus' order."""
    tables: dict[str, list[str]] = {}
    for name, action in actions.items():
        keys = ", ".join(one.toString(QKeySequence.SequenceFormat.NativeText) for one in action.shortcuts())
        if keys:
            text = {"undo": "Undo", "redo": "Redo"}.get(name, plain(action).rstrip("…"))
            row = f"<tr><td width='220'>{escape(text)}</td><td><b>{escape(keys)}</b></td></tr>"
            tables.setdefault(action.property("where") or "Elsewhere", []).append(row)
    parts = (f"<h3>{escape(menu)}</h3><table cellpadding='2'>{''.join(rows)}</table>" for menu, rows in tables.items())
    return f"<h2>VSSFlow Studio – keys as in {escape(preset)}</h2>{''.join(parts)}"


class KeyboardMap(QDialog):
    """Shows the map; prints it through a PDF."""

    def __init__(self, actions: dict[str, QAction], preset: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Keyboard map")
        self.resize(px_size(520, 640))
        self._html = as_html(actions, preset)
        self.page = QTextBrowser()
        self.page.setHtml(self._html)
        self.page.setAccessibleName("Keyboard map")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        self.save = buttons.addButton("Save as &PDF…", QDialogButtonBox.ButtonRole.ActionRole)
        self.save.clicked.connect(self._ask)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(S3, S3, S3, S3)
        layout.addWidget(self.page)
        layout.addWidget(buttons)

    def _ask(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Save keyboard map", "keyboard map.pdf", "PDF (*.pdf)")
        if name:
            try:
                write_pdf(self._html, name)
            except StudioError as error:
                self.parent().message.show_error(error)


def write_pdf(html: str, path: str) -> None:
    """Write the map in black on white. Raises StorageError."""
    from pathlib import Path

    from PySide6.QtPrintSupport import QPrinter

    document = QTextDocument()
    document.setDefaultStyleSheet("* { color: black; }")
    document.setHtml(html)
    with replacing(Path(path)) as temporary:
        printer = QPrinter()
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setOutputFileName(str(temporary))
        document.print_(printer)


