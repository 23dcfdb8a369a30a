"""Help ▸ User Guide: the shipped guides as pages to read beside the work."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QImage, QTextDocument
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from ...paths import resources
from ..look.theme import S2, S3, px_size

_WIDTH = 760  # pixels of a page's pictures


class Guide(QDialog):
    """The user guide first; its links lead to the other pages, Back leads back."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("User guide")
        self.resize(px_size(_WIDTH + 80, 720))
        self.page = _Page()
        self.page.setAccessibleName("User guide")
        self.page.setOpenExternalLinks(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        back = buttons.addButton("Back", QDialogButtonBox.ButtonRole.ActionRole)
        back.setEnabled(False)
        back.clicked.connect(self.page.backward)
        self.page.backwardAvailable.connect(back.setEnabled)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(S3, S3, S3, S3)
        layout.setSpacing(S2)
        layout.addWidget(self.page)
        layout.addWidget(buttons)
        self.page.setSource(QUrl.fromLocalFile(str(resources() / "guide" / "user.md")))


class _Page(QTextBrowser):
    """Markdown whose pictures are no wider than the page."""

    def loadResource(self, kind: int, name: QUrl):
        found = super().loadResource(kind, name)
        if kind == QTextDocument.ResourceType.ImageResource.value:
            image = QImage.fromData(found) if found is not None else QImage()
            if image.width() > _WIDTH:
                return image.scaledToWidth(_WIDTH, Qt.TransformationMode.SmoothTransformation)
        return found
