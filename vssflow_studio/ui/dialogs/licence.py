"""A model's licence, shown and accepted before anything of it is fetched."""

from __future__ import annotations

import shutil
from html import escape

from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from ...models.about import size_text
from ...models.install import Offer, downloads
from ..look import theme as themes


class LicenceDialog(QDialog):
    """What would be fetched, under which licence, and whether it fits on the disk."""

    def __init__(self, offer: Offer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Install {offer.title}")
        self.setMinimumWidth(themes.px(460))
        headline = QLabel(offer.title)
        headline.setObjectName("headline")
        link = QLabel(f'<a href="{escape(offer.licence_url)}">{escape(offer.licence_url)}</a>')
        link.setOpenExternalLinks(True)
        self.text = QLabel(
            f"{size_text(offer.size)} are fetched from the hub; {_free()} are free on the disk.\n\n"
            f"Licence: {offer.licence}"
        )
        self.text.setWordWrap(True)
        self.accept_box = QCheckBox("I have read the licence and accept it")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self.install = buttons.addButton("Install", QDialogButtonBox.ButtonRole.AcceptRole)
        self.install.setObjectName("primary")
        self.install.setEnabled(False)
        self.accept_box.toggled.connect(self.install.setEnabled)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(themes.S4, themes.S4, themes.S4, themes.S4)
        layout.setSpacing(themes.S3)
        for widget in (headline, self.text, link, self.accept_box, buttons):
            layout.addWidget(widget)


def accept_licence(parent: QWidget, offer: Offer) -> bool:
    """Show the licence; whether it was accepted."""
    return LicenceDialog(offer, parent).exec() == QDialog.DialogCode.Accepted


def _free() -> str:
    folder = downloads()
    while not folder.exists():
        folder = folder.parent
    return size_text(shutil.disk_usage(folder).free)
