"""Help: the guide with its pictures and the way back, and the licences."""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QPushButton

from vssflow_studio.ui.dialogs import about
from vssflow_studio.ui.dialogs.guide import Guide


def test_the_guide_shows_its_pictures_and_leads_on_and_back(opened) -> None:
    opened.actions_["guide"].trigger()
    guide = opened.findChild(Guide)
    page = guide.page
    assert "A timeline in" in page.toPlainText()
    image = page.loadResource(QTextDocument.ResourceType.ImageResource.value, QUrl("../screenshots/edit.png"))
    assert 0 < image.width() <= 760
    back = next(button for button in guide.findChildren(QPushButton) if button.text() == "Back")
    assert not back.isEnabled()
    page.setSource(QUrl("studio.md"))
    assert "licence" in page.toPlainText().lower() and back.isEnabled()
    back.click()
    assert "A timeline in" in page.toPlainText()


def test_a_build_shows_the_licences_of_all_that_it_carries(opened, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(about, "notices", lambda: tmp_path / "THIRD_PARTY.txt")
    (tmp_path / "THIRD_PARTY.txt").write_text("Qt LGPL-3.0-only")
    opened.actions_["about"].trigger()
    dialog = opened.findChild(about.About)
    next(button for button in dialog.findChildren(QPushButton) if button.text() == "All Licences").click()
    assert dialog.page.toPlainText() == "Qt LGPL-3.0-only"
