"""Help ▸ About: the version, licences and models."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt, qVersion
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QTextBrowser, QVBoxLayout, QWidget

from ... import __version__
from ...models.registry import model_cards
from ...paths import notices
from ..look.theme import S2, S3, px_size

_LICENCES = """<p>Our code, shipped weights and sample: Apache-2.0. Pronunciation dictionary: CMU's, BSD-like.
Qt (PySide6): LGPL-3.0. PyTorch: BSD-3. FFmpeg, through PyAV: LGPL-3.0, with x264 and x265 under GPL-2.0. OpenTimelineIO: Apache-2.0.</p>
<p>What it makes is temp: synthetic voices and sounds, marked as such in every file.</p>"""


class About(QDialog):
    """Version, models and licences."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("About VSSFlow Studio")
        self.resize(px_size(520, 420))
        head = QLabel(f"VSSFlow Studio {__version__}")
        head.setObjectName("headline")
        self.page = QTextBrowser()
        self.page.setAccessibleName("Models and licences")
        self.page.setOpenExternalLinks(True)
        self.page.setHtml(_models() + _LICENCES + f"<p>Qt {qVersion()}</p>")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        if notices().is_file():
            whole = buttons.addButton("All Licences", QDialogButtonBox.ButtonRole.ActionRole)
            whole.clicked.connect(lambda: self.page.setPlainText(notices().read_text(encoding="utf-8")))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(S3, S3, S3, S3)
        layout.setSpacing(S2)
        for widget in (head, self.page, buttons):
            layout.addWidget(widget)


def _models() -> str:
    rows = "".join(
        f"<tr><td><b>{escape(card.title or card.name)}</b></td><td>{escape(card.licence)}</td></tr>"
        for card in model_cards()
    )
    return f"<p>Models:</p><table cellpadding='3'>{rows}</table>"
