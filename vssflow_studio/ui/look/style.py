"""The look of all standard widgets, in the theme's colours, sizes and spaces."""

from __future__ import annotations

from ...paths import resources
from .theme import BODY, S1, S2, S3, S4, SMALL, TITLE, Theme, px


def style_sheet(t: Theme) -> str:
    """The style sheet of the window and of every dialog over it."""
    parts = (_surfaces, _panels, _fields, _buttons, _menus, _lists, _rest)
    return "".join(part(t) for part in parts)


def _surfaces(t: Theme) -> str:
    return f"""
    * {{ font-size: {px(BODY)}px; color: {t.text}; }}
    QMainWindow, QSplitter, QDialog, QMessageBox {{ background: {t.window}; }}
    QSplitter::handle {{ background: {t.window}; }}
    QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; border: none; }}
    QLabel {{ background: transparent; }}
    #headline {{ font-size: {px(TITLE)}px; font-weight: 600; }}
    #hint, #status {{ color: {t.dim}; font-size: {px(SMALL)}px; }}
    #lead {{ color: {t.dim}; }}
    #strong {{ font-weight: 600; }}
    #warning {{ color: {t.warning}; font-size: {px(SMALL)}px; }}
    #timecode {{ font-size: {px(TITLE)}px; }}
    QToolTip {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.border}; padding: {S1}px; }}
    """


def _panels(t: Theme) -> str:
    return f"""
    #panel {{ background: {t.panel}; border: 1px solid {t.border}; border-radius: 6px; }}
    #panel[active="true"] {{ border-color: {t.accent}; }}
    #title {{ background: {t.window}; }}
    #panel_title {{ color: {t.dim}; font-size: {px(SMALL)}px; font-weight: 600; }}
    #panel_title[active="true"] {{ color: {t.text}; }}
    QMainWindow::separator {{ background: {t.window}; width: {S2}px; height: {S2}px; }}
    QMainWindow::separator:hover {{ background: {t.border}; }}
    QTabBar {{ background: {t.window}; qproperty-drawBase: 0; }}
    QTabBar::tab {{ background: transparent; color: {t.dim}; border: none; padding: {S1 + 1}px {S2}px;
        margin-right: {S1}px; border-bottom: 2px solid transparent; font-size: {px(SMALL)}px; font-weight: 600; }}
    QTabBar::tab:selected {{ color: {t.text}; border-bottom-color: {t.accent}; }}
    QTabBar::tab:hover {{ color: {t.text}; }}
    QTabBar:focus {{ outline: none; }}
    QTabWidget::pane {{ border: none; border-top: 1px solid {t.border}; }}
    #message {{ background: {t.raised}; border: 1px solid {t.warning}; border-radius: 6px; }}
    #message[good="true"] {{ border-color: {t.border}; }}
    #card {{ background: {t.panel}; border: 1px solid {t.border}; border-radius: 6px; text-align: left;
        padding: {S2}px {S3}px; }}
    #card:hover, #card:focus {{ border-color: {t.accent}; }}
    #coach {{ background: {t.raised}; border: 1px solid {t.accent}; border-radius: 6px; }}
    """


def _fields(t: Theme) -> str:
    fields = "QLineEdit, QPlainTextEdit, QTextEdit, QComboBox, QAbstractSpinBox"
    focused = ", ".join(f"{one}:focus" for one in fields.split(", "))
    chevron, tick = ((resources() / "icons" / f"{name}.svg").as_posix() for name in ("chevron", "check" if t.dark else "check-white"))
    return f"""
    {fields} {{ background: {t.raised}; border: 1px solid {t.border}; border-radius: 4px;
        padding: {S1}px {S2}px; selection-background-color: {t.accent}; selection-color: {t.on_accent}; }}
    {focused} {{ border-color: {t.accent}; }}
    QAbstractSpinBox {{ padding: {S1}px {S1}px {S1}px {S2}px; }}
    QAbstractSpinBox QLineEdit {{ border: none; background: transparent; padding: 0; }}
    QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ subcontrol-origin: border;
        width: 1px; border: none; }}  /* without a width Qt 6.11 hides the number where there are no buttons */
    QComboBox::drop-down {{ border: none; width: {px(20)}px; }}
    QComboBox::down-arrow {{ image: url("{chevron}"); width: {px(12)}px; height: {px(12)}px; }}
    QComboBox QLineEdit {{ border: none; background: transparent; padding: 0; }}
    QComboBox QAbstractItemView {{ background: {t.raised}; border: 1px solid {t.border}; }}
    QCheckBox, QRadioButton {{ spacing: {S2}px; padding: 1px; border: 1px solid transparent; border-radius: 3px; }}
    QCheckBox:focus, QRadioButton:focus {{ border-color: {t.accent}; }}
    QCheckBox::indicator, QTableView::indicator {{ width: {px(14)}px; height: {px(14)}px; border: 1px solid {t.dim};
        border-radius: 3px; background: {t.raised}; }}
    QCheckBox::indicator:checked, QTableView::indicator:checked {{ background: {t.accent};
        border-color: {t.accent}; image: url("{tick}"); }}
    QSlider:focus {{ border: 1px solid {t.accent}; border-radius: 4px; }}
    """


def _buttons(t: Theme) -> str:
    return f"""
    QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
    QPushButton {{ background: {t.raised}; border: 1px solid {t.border}; border-radius: 4px;
        padding: {S1 + 1}px {S3}px; }}
    QPushButton:hover, QPushButton:focus {{ border-color: {t.accent}; }}
    QPushButton:pressed {{ background: {t.border}; }}
    QPushButton:disabled {{ color: {t.dim}; }}
    QPushButton#primary {{ background: {t.accent}; color: {t.on_accent}; border-color: {t.accent};
        font-weight: 600; }}
    QPushButton#primary:focus, QPushButton#primary:hover {{ border-color: {t.text}; }}
    QPushButton#primary:disabled {{ background: {t.raised}; color: {t.dim}; border-color: {t.border}; }}
    QToolBar {{ background: {t.window}; border: none; spacing: {S1}px; padding: {S1}px {S2}px; }}
    QToolBar::separator {{ background: {t.border}; width: 1px; margin: {S1}px {S1}px; }}
    QToolButton {{ background: transparent; border: 1px solid transparent; border-radius: 4px;
        padding: {S1}px {S2}px; }}
    QToolButton {{ qproperty-iconSize: {px(16)}px {px(16)}px; }}
    QToolBar > QToolButton {{ qproperty-iconSize: {px(24)}px {px(24)}px; }}
    QToolBar > #qt_toolbar_ext_button {{ padding: 0; qproperty-iconSize: 12px 12px; }}
    QToolButton#quiet {{ padding: 2px; }}
    QToolButton:hover {{ background: {t.raised}; }}
    QToolButton:pressed, QToolButton:checked {{ background: {t.raised}; border-color: {t.border}; }}
    QToolButton#stem {{ border-color: {t.border}; }}
    QToolButton#stem:checked {{ background: {t.accent}; color: {t.on_accent}; font-weight: 600; }}
    QToolButton:focus {{ border-color: {t.accent}; }}
    QToolButton:disabled {{ color: {t.dim}; }}
    QToolButton::menu-indicator {{ image: none; }}
    """


def _menus(t: Theme) -> str:
    return f"""
    QMenuBar {{ background: {t.window}; }}
    QMenuBar::item {{ padding: {S1}px {S2}px; background: transparent; border-radius: 3px; }}
    QMenuBar::item:selected, QMenu::item:selected {{ background: {t.accent}; color: {t.on_accent}; }}
    QMenu {{ background: {t.raised}; border: 1px solid {t.border}; padding: {S1}px; }}
    QMenu::item {{ padding: {S1}px {S4}px {S1}px {S2}px; border-radius: 3px; }}
    QMenu::item:disabled {{ color: {t.dim}; background: transparent; }}
    QMenu::icon {{ padding-left: {S2}px; }}
    QMenu::separator {{ height: 1px; background: {t.border}; margin: {S1}px {S2}px; }}
    """


def _lists(t: Theme) -> str:
    return f"""
    QTextBrowser {{ background: {t.panel}; }}
    QTableView, QListView, QTreeView {{ background: {t.panel}; border: none; gridline-color: {t.border};
        alternate-background-color: {t.raised}; selection-background-color: {t.accent};
        selection-color: {t.on_accent}; outline: 0; }}
    QTableView::item {{ padding: 0 {S1}px; }}
    QListView::item, QTreeView::item {{ padding: {S1}px; }}
    QListView::item:selected, QTreeView::item:selected {{ background: {t.accent}; color: {t.on_accent}; }}
    QHeaderView {{ background: {t.panel}; }}
    QHeaderView::section {{ background: {t.panel}; color: {t.dim}; border: none;
        border-bottom: 1px solid {t.border}; padding: {S1}px {S2}px; font-size: {px(SMALL)}px; }}
    QTableCornerButton::section {{ background: {t.panel}; border: none; }}
    """


def _rest(t: Theme) -> str:
    return f"""
    QScrollBar {{ background: transparent; margin: 0; }}
    QScrollBar:horizontal {{ height: 10px; }} QScrollBar:vertical {{ width: 10px; }}
    QScrollBar::handle {{ background: {t.border}; border-radius: 4px; min-width: 24px; min-height: 24px;
        margin: 1px; }}
    QScrollBar::handle:hover {{ background: {t.dim}; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    QProgressBar {{ background: {t.raised}; border: none; border-radius: 3px; height: 6px; max-height: 6px; }}
    QProgressBar::chunk {{ background: {t.accent}; border-radius: 3px; }}
    """
