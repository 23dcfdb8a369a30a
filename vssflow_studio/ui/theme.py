"""One spacing scale, one type scale, one accent; light and dark after the system."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QImage, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer

from ..paths import resources

S1, S2, S3, S4 = 4, 8, 12, 16
SMALL, BODY, TITLE = 11, 13, 17


@dataclass(frozen=True)
class Theme:
    """Colours by what they mean."""

    dark: bool
    window: str
    panel: str
    raised: str
    border: str
    text: str
    dim: str
    accent: str
    on_accent: str
    picture: str
    sound: str
    dialogue: str
    foley: str
    ambience: str
    playhead: str
    warning: str
    good: str
    bad: str

    def kind(self, kind: str) -> QColor:
        """The colour of a cue's kind."""
        return QColor(getattr(self, kind))

    def state(self, state: str) -> QColor:
        """The colour of a cue's state, of `StudioModel.state`."""
        known = {"ready": self.good, "stale": self.warning, "failed": self.bad, "orphaned": self.bad}
        return QColor(self.accent if "%" in state else known.get(state, self.dim))


DARK = Theme(
    True, "#16181c", "#1d2025", "#282c33", "#363b44", "#e8eaee", "#9aa1ad", "#5b9cf5", "#0b1220",
    "#3c5a80", "#3d6b58", "#d9a441", "#4fb08d", "#a199e6", "#f0575f", "#f2b04b",
    "#62c79d", "#ff7b81",
)
LIGHT = Theme(
    False, "#eceef1", "#f8f9fa", "#ffffff", "#cfd4db", "#1b1e24", "#5d6673", "#1f63c9", "#ffffff",
    "#9db9dc", "#a5cfbd", "#945f00", "#1a6b4f", "#5b50b5", "#c92a35", "#8a5700",
    "#1a6b4f", "#b3212c",
)

_MARKS = {"wanted": "○", "queued": "◌", "ready": "●", "stale": "△", "failed": "✕", "orphaned": "⌀"}


def mark(state: str) -> str:
    """A cue's state in one sign."""
    return _MARKS.get(state, "◔")



def current() -> Theme:
    """The theme that the system asks for."""
    scheme = QGuiApplication.styleHints().colorScheme()
    return LIGHT if scheme == Qt.ColorScheme.Light else DARK


def palette(theme: Theme) -> QPalette:
    """For what the style sheet does not reach."""
    made = QPalette()
    roles = QPalette.ColorRole
    for role, colour in (
        (roles.Window, theme.window),
        (roles.WindowText, theme.text),
        (roles.Base, theme.panel),
        (roles.AlternateBase, theme.raised),
        (roles.Text, theme.text),
        (roles.Button, theme.raised),
        (roles.ButtonText, theme.text),
        (roles.Highlight, theme.accent),
        (roles.HighlightedText, theme.on_accent),
        (roles.PlaceholderText, theme.dim),
        (roles.ToolTipBase, theme.raised),
        (roles.ToolTipText, theme.text),
    ):
        made.setColor(role, QColor(colour))
    return made


def style_sheet(t: Theme) -> str:
    """The look of all standard widgets."""
    return f"""
    * {{ font-size: {BODY}px; color: {t.text}; }}
    QMainWindow, QSplitter, QDialog, QMessageBox {{ background: {t.window}; }}
    QSplitter::handle {{ background: {t.window}; }}
    #panel {{ background: {t.panel}; border: 1px solid {t.border}; border-radius: 6px; }}
    QDockWidget {{ color: {t.dim}; font-size: {SMALL}px; font-weight: 600; }}
    QDockWidget::title {{ background: {t.window}; padding: {S1}px {S3}px; text-align: left; }}
    QMainWindow::separator {{ background: {t.window}; width: {S2}px; height: {S2}px; }}
    QTabBar {{ background: {t.window}; }}
    QTabBar::tab {{ background: transparent; color: {t.dim}; border: none; padding: {S1}px {S3}px;
        border-bottom: 2px solid transparent; font-size: {SMALL}px; }}
    QTabBar::tab:selected {{ color: {t.text}; border-bottom-color: {t.accent}; }}
    QTabBar::tab:hover {{ color: {t.text}; }}
    #headline {{ font-size: {TITLE}px; font-weight: 600; }}
    #hint, #status {{ color: {t.dim}; font-size: {SMALL}px; }}
    #warning {{ color: {t.warning}; font-size: {SMALL}px; }}
    #timecode {{ font-family: monospace; font-size: {TITLE}px; }}
    QLabel {{ background: transparent; }}
    QLineEdit, QPlainTextEdit, QComboBox, QDoubleSpinBox {{ background: {t.raised}; border: 1px solid {t.border};
        border-radius: 4px; padding: {S1}px {S2}px; selection-background-color: {t.accent};
        selection-color: {t.on_accent}; }}
    QLineEdit:focus, QPlainTextEdit:focus, QComboBox:focus, QDoubleSpinBox:focus {{ border-color: {t.accent}; }}
    QDoubleSpinBox {{ padding: {S1}px; }}
    QComboBox::drop-down {{ border: none; width: 20px; }}
    QComboBox::down-arrow {{ image: url("{(resources() / "icons" / "chevron.svg").as_posix()}"); width: 12px; height: 12px; }}
    QComboBox QLineEdit {{ border: none; background: transparent; padding: 0; }}
    QComboBox QAbstractItemView {{ background: {t.raised}; border: 1px solid {t.border}; }}
    QPushButton {{ background: {t.raised}; border: 1px solid {t.border}; border-radius: 4px;
        padding: {S1 + 1}px {S3}px; }}
    QPushButton:hover {{ border-color: {t.accent}; }}
    QPushButton:disabled {{ color: {t.dim}; }}
    QPushButton:focus {{ border-color: {t.accent}; }}
    QPushButton#primary {{ background: {t.accent}; color: {t.on_accent}; border-color: {t.accent};
        font-weight: 600; }}
    QPushButton#primary:disabled {{ background: {t.raised}; color: {t.dim}; border-color: {t.border}; }}
    QToolBar {{ background: {t.window}; border: none; spacing: {S1}px; padding: {S1}px {S2}px; }}
    QToolButton {{ background: transparent; border: 1px solid transparent; border-radius: 4px;
        padding: {S1}px {S2}px; }}
    QToolButton:hover {{ background: {t.raised}; }}
    QToolButton:disabled {{ color: {t.dim}; }}
    QMenuBar {{ background: {t.window}; }} QMenuBar::item {{ padding: {S1}px {S2}px; background: transparent; }}
    QMenuBar::item:selected, QMenu::item:selected {{ background: {t.accent}; color: {t.on_accent}; }}
    QMenu {{ background: {t.raised}; border: 1px solid {t.border}; padding: {S1}px; }}
    QMenu::item {{ padding: {S1}px {S4 + S2}px; border-radius: 3px; }}
    QMenu::item:disabled {{ color: {t.dim}; }}
    QTableView, QListWidget {{ background: {t.panel}; border: none; gridline-color: {t.border};
        selection-background-color: {t.accent}; selection-color: {t.on_accent}; outline: 0; }}
    QTableView::item {{ padding: 0 {S1}px; }}
    QListWidget::item {{ padding: {S1}px; }}
    QHeaderView::section {{ background: {t.panel}; color: {t.dim}; border: none;
        border-bottom: 1px solid {t.border}; padding: {S1}px {S2}px; font-size: {SMALL}px; }}
    QScrollBar {{ background: transparent; margin: 0; }}
    QScrollBar:horizontal {{ height: 10px; }} QScrollBar:vertical {{ width: 10px; }}
    QScrollBar::handle {{ background: {t.border}; border-radius: 4px; min-width: 24px; min-height: 24px; margin: 1px; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    #message {{ background: {t.raised}; border: 1px solid {t.warning}; border-radius: 6px; }}
    QProgressBar {{ background: {t.raised}; border: none; border-radius: 3px; height: 6px; }}
    QProgressBar::chunk {{ background: {t.accent}; border-radius: 3px; }}
    """


def icon(name: str, theme: Theme) -> QIcon:
    """An icon of our family in the text colour, dimmed where disabled; sharp at any scale."""
    made = QIcon()
    for mode, colour in ((QIcon.Mode.Normal, theme.text), (QIcon.Mode.Disabled, theme.dim)):
        for size in (16, 20, 32, 40):
            made.addPixmap(QPixmap.fromImage(_drawn(name, colour, size)), mode)
    return made


def _drawn(name: str, colour: str, size: int) -> QImage:
    source = (resources() / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    data = QByteArray(source.replace("currentColor", colour).encode())
    QSvgRenderer(data).render(painter, QRectF(0, 0, size, size))
    painter.end()
    return image
