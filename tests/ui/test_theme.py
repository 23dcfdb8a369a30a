"""Light and dark: the system's change is followed at once, everything can be read, icons are sharp."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QIcon, QImage, QPainter
from PySide6.QtWidgets import QPushButton, QStyleOptionViewItem

from vssflow_studio.paths import resources
from vssflow_studio.ui.look import icons
from vssflow_studio.ui.look import theme as themes

THEMES = {"dark": themes.DARK, "light": themes.LIGHT}
ICONS = sorted(path.stem for path in (resources() / "icons").glob("*.svg"))


@pytest.fixture(autouse=True)
def system_theme():
    yield
    themes.set_choice(themes.SYSTEM)


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.1)."""
    parts = QColor(colour).getRgbF()[:3]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", THEMES)
def test_all_text_can_be_read(name) -> None:
    t = THEMES[name]
    grounds = (t.window, t.panel, t.raised)
    texts = (t.text, t.dim, t.warning, t.good, t.bad, t.accent)
    pairs = [(text, ground) for text in texts for ground in grounds] + [(t.on_accent, t.accent)]
    low = [(text, ground, round(contrast(text, ground), 2)) for text, ground in pairs if contrast(text, ground) < 4.5]
    assert low == []


@pytest.mark.parametrize("name", THEMES)
def test_focus_rings_and_marks_stand_out(name) -> None:
    t = THEMES[name]
    people = (colours[name == "light"] for colours in themes.PEOPLE.values())
    marks = (t.accent, t.playhead, t.dialogue, t.foley, t.ambience, *people)
    assert [(mark, round(contrast(mark, t.panel), 2)) for mark in marks if contrast(mark, t.panel) < 3] == []


def corner(widget) -> QColor:
    """What is painted in the middle of the left edge, inside the border."""
    image = widget.grab().toImage()
    return image.pixelColor(3, image.height() // 2)


def test_the_systems_change_is_followed_at_once(qtbot, opened, monkeypatch) -> None:
    monkeypatch.setattr(themes, "_system_scheme", lambda: Qt.ColorScheme.Dark)
    hints = QGuiApplication.styleHints()
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    parts = [opened.docks.centralWidget(), *(dock.widget() for dock in opened.docks.docks.values() if dock.isVisible())]
    dark = [corner(part).lightness() for part in parts]
    icon = opened.actions_["open"].icon().pixmap(QSize(24, 24)).toImage()
    monkeypatch.setattr(themes, "_system_scheme", lambda: Qt.ColorScheme.Light)
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert themes.current() is themes.LIGHT
    light = [corner(part).lightness() for part in parts]
    assert all(before < 80 and after > 200 for before, after in zip(dark, light, strict=True)), (dark, light)
    assert opened.actions_["open"].icon().pixmap(QSize(24, 24)).toImage() != icon


def test_a_choice_goes_before_the_system_and_is_kept(window, monkeypatch) -> None:
    monkeypatch.setattr(themes, "_system_scheme", lambda: Qt.ColorScheme.Dark)
    window.preferences.change(theme="light")
    assert themes.current() is themes.LIGHT and window.theme is themes.LIGHT
    window.actions_["theme"].trigger()
    assert themes.current() is themes.DARK and window.preferences.settings.theme == "dark"
    window.preferences.change(theme="system")
    assert themes.current() is themes.DARK


def edges(image: QImage) -> float:
    """How much of what is drawn is neither clear nor full: blurred drawings have more."""
    alphas = [image.pixelColor(x, y).alpha() for x in range(image.width()) for y in range(image.height())]
    return sum(20 < a < 235 for a in alphas) / max(1, sum(a > 20 for a in alphas))


@pytest.mark.parametrize("scale", [1.5, 2.0])
def test_icons_are_drawn_for_the_screens_scale(qtbot, scale) -> None:
    icon, size = icons.icon("maximise"), QSize(20, 20)
    sharp = icon.pixmap(size, scale)
    assert sharp.size() == size * scale and sharp.devicePixelRatio() == scale
    enlarged = icon.pixmap(size, 1.0).toImage().scaled(sharp.size(), mode=Qt.TransformationMode.SmoothTransformation)
    assert edges(sharp.toImage()) < edges(enlarged)


@pytest.mark.parametrize("name", ICONS)
def test_the_icons_are_one_family(name) -> None:
    text = Path(resources() / "icons" / f"{name}.svg").read_text()
    assert 'viewBox="0 0 24 24"' in text and 'stroke-linecap="round"' in text
    assert name in ("chevron", "check-white") or "currentColor" in text
    image = icons.icon(name).pixmap(QSize(24, 24)).toImage()
    assert sum(image.pixelColor(x, y).alpha() > 128 for x in range(24) for y in range(24)) > 15


def test_a_disabled_icon_is_dimmer(qtbot) -> None:
    icon = icons.icon("save")
    usual, off = (icon.pixmap(QSize(24, 24), mode).toImage() for mode in (QIcon.Mode.Normal, QIcon.Mode.Disabled))
    assert usual != off


@pytest.fixture
def large_text(qapp):
    """The system's text made larger while the app runs."""
    usual = QFont(qapp.font())
    large = QFont(usual)

    def enlarge() -> None:
        large.setPointSize(14)
        qapp.setFont(large)

    yield enlarge
    qapp.setFont(usual)


def test_text_is_as_large_as_the_systems_and_what_holds_it_grows(qtbot, opened, large_text) -> None:
    def sizes() -> dict[str, int]:
        button, clock = opened.inspector.page.generate, opened.viewer.clock
        area = opened.timeline_view.places.cue_area
        rows = opened.takes.list.itemDelegate().sizeHint(QStyleOptionViewItem(), None).height()
        found = {"button": button.sizeHint().height(), "clock": clock.sizeHint().height(), "cues": area, "take": rows}
        return found | {"text": opened.timeline_view.look.labels.height}

    assert themes.px(themes.BODY) == themes.BODY, "drawn for the usual size"
    before = sizes()
    large_text()
    assert themes.px(themes.BODY) == 19
    qtbot.waitUntil(lambda: all(now >= 1.15 * before[name] for name, now in sizes().items()))
    words = opened.findChildren(QPushButton)
    cut = [b.text() for b in words if b.isVisible() and b.width() < b.fontMetrics().horizontalAdvance(b.text())]
    assert cut == []


def test_running_figures_stand_still(qtbot) -> None:
    from PySide6.QtGui import QFontMetricsF

    metrics = QFontMetricsF(themes.figures(17))
    widths = {round(metrics.horizontalAdvance(f"01:00:0{n}:1{n}"), 2) for n in range(10)}
    assert len(widths) == 1


def test_an_icon_paints_into_any_place(qtbot) -> None:
    image = QImage(40, 40, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    icons.icon("play").paint(painter, 4, 4, 32, 32)
    painter.end()
    assert any(image.pixelColor(x, 20).alpha() for x in range(40))
