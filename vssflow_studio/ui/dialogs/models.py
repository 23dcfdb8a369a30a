"""The models: which there are, which more could be, what they need, and which makes what."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QHeaderView,
    QInputDialog,
    QLabel,
    QLineEdit,
    QMessageBox,
    QProgressBar,
    QPushButton,
    QTextBrowser,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ...errors import StudioError
from ...models.about import Installed, installed, size_text
from ...models.available import AVAILABLE, Available
from ...models.install import Offer, Progress, remove
from ...models.installer import Installer, Task
from ...settings import KINDS
from ..jobs.table import duration
from ..look import theme as themes
from ..preferences import Preferences
from .licence import accept_licence
from .model_text import available_text, installed_text

_KIND_NAMES = {"dialogue": "Lines", "foley": "Foley", "ambience": "Ambience"}
_CHECKPOINTS = "Checkpoints (*.ckpt *.pth *.pt *.bin *.safetensors *.txt *.gz);;All files (*)"


class ModelsDialog(QDialog):
    """Shows installed and available models, installs and removes them, and picks one per kind of cue.

    Signals:
        changed(): another model is installed, or one less.
    """

    changed = Signal()
    _answered = Signal(object, object)

    def __init__(self, preferences: Preferences, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.preferences = preferences
        self._installer: Installer | None = None
        self._answered.connect(self._heard)
        self.setWindowTitle("Models")
        self.tree, self.details = QTreeWidget(), QTextBrowser()
        self.picks = {kind: QComboBox() for kind in KINDS}
        self.said, self.progress = QLabel(), QProgressBar()
        self.cancel, self.install, self.remove_button = (QPushButton(t) for t in ("Cancel", "Install…", "Remove…"))
        self._lay_out()
        self._connect()
        self.refresh()
        self.resize(themes.px_size(820, 600))

    # --- building ---

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(themes.S4, themes.S4, themes.S4, themes.S4)
        layout.setSpacing(themes.S3)
        layout.addWidget(self._built_picks())
        middle = QHBoxLayout()
        middle.setSpacing(themes.S3)
        middle.addWidget(self._built_tree(), 1)
        self.details.setAccessibleName("About the model")
        self.details.setOpenExternalLinks(True)
        middle.addWidget(self.details, 1)
        layout.addLayout(middle, 1)
        layout.addLayout(self._built_progress())
        layout.addLayout(self._built_buttons())

    def _built_picks(self) -> QWidget:
        box = QGroupBox("Which model makes what")
        row = QHBoxLayout(box)
        row.setSpacing(themes.S3)
        for kind, pick in self.picks.items():
            form = QFormLayout()
            pick.setAccessibleName(f"Model for {_KIND_NAMES[kind].lower()}")
            form.addRow(_KIND_NAMES[kind], pick)
            row.addLayout(form, 1)
        return box

    def _built_tree(self) -> QWidget:
        self.tree.setAccessibleName("Models")
        self.tree.setHeaderLabels(["Model", "Size"])
        self.tree.setRootIsDecorated(False)
        self.tree.setIndentation(themes.S3)
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        return self.tree

    def _built_progress(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.said.setWordWrap(True)
        self.said.setObjectName("status")
        self.said.setAccessibleName("What is going on")
        self.said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.progress.setFixedSize(180, 6)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Progress of installing")
        row.addWidget(self.said, 1)
        row.addWidget(self.progress)
        row.addWidget(self.cancel)
        return row

    def _built_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.from_folder, self.from_file, self.from_hub = (
            QPushButton(text) for text in ("From a Folder…", "From a File…", "From the Hub…")
        )
        close = QPushButton("Close")
        close.clicked.connect(self.close)
        for button in (self.install, self.remove_button):
            row.addWidget(button)
        row.addStretch(1)
        for button in (self.from_hub, self.from_folder, self.from_file, close):
            row.addWidget(button)
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)
        return row

    def _connect(self) -> None:
        self.tree.currentItemChanged.connect(lambda *_: self._show_selected())
        self.install.clicked.connect(lambda: self.look(self.selected.name))
        self.remove_button.clicked.connect(self._ask_remove)
        self.cancel.clicked.connect(self.cancel_install)
        self.from_folder.clicked.connect(self._ask_folder)
        self.from_file.clicked.connect(self._ask_file)
        self.from_hub.clicked.connect(self._ask_hub)
        for kind, pick in self.picks.items():
            pick.activated.connect(lambda _, kind=kind, pick=pick: self._pick(kind, pick.currentData()))

    # --- showing ---

    def refresh(self, select: str = "") -> None:
        """Show what is there now."""
        select = select or (self._name(self.selected) if self.selected else "")
        self.tree.clear()
        try:
            there = installed()
        except StudioError as error:
            there = ()
            self.said.setText(str(error))
        more = [row for row in AVAILABLE if row.name not in {model.card.name for model in there}]
        for title, rows in (("Installed", there), ("Available on the hub", more)):
            group = QTreeWidgetItem(self.tree, [title])
            group.setFlags(Qt.ItemFlag.ItemIsEnabled)
            group.setFirstColumnSpanned(True)
            group.setForeground(0, QColor(themes.current().dim))
            group.setExpanded(True)
            for row in rows:
                item = QTreeWidgetItem(group, [self._label(row), size_text(row.size)])
                item.setData(0, Qt.ItemDataRole.UserRole, row)
                item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                if self._name(row) == select or not select and not self.tree.currentItem():
                    self.tree.setCurrentItem(item)
        self._show_picks(there)
        self._show_selected()
        self._show_progress(None)

    @property
    def selected(self) -> Installed | Available | None:
        """What is selected."""
        item = self.tree.currentItem()
        return item.data(0, Qt.ItemDataRole.UserRole) if item else None

    def _name(self, row: Installed | Available) -> str:
        return row.card.name if isinstance(row, Installed) else row.name

    def _label(self, row: Installed | Available) -> str:
        if isinstance(row, Available):
            return row.name
        return f"{row.card.name}  ⚠ incomplete" if row.lack else row.card.name

    def _show_picks(self, there: Sequence[Installed]) -> None:
        for kind, pick in self.picks.items():
            chosen = self.preferences.settings.models[kind]
            names = [model.card.name for model in there if kind in model.card.suits]
            pick.clear()
            for name in names:
                pick.addItem(name, name)
            if chosen not in names:
                pick.addItem(f"{chosen} (not installed)", chosen)
            pick.setCurrentIndex(pick.findData(chosen))

    def _show_selected(self) -> None:
        row, busy = self.selected, self._installer is not None
        self.install.setEnabled(isinstance(row, Available) and not busy)
        self.remove_button.setEnabled(isinstance(row, Installed) and row.own and not busy)
        for button in (self.from_hub, self.from_folder, self.from_file):
            button.setEnabled(not busy)
        if isinstance(row, Installed):
            self.details.setHtml(installed_text(row))
        elif row is not None:
            self.details.setHtml(available_text(row))

    def _show_progress(self, progress: Progress | None) -> None:
        busy = self._installer is not None
        self.progress.setVisible(busy)
        self.cancel.setVisible(busy)
        if progress is None:
            self.progress.setRange(0, 0)
            return
        if progress.total:
            self.progress.setRange(0, 1000)
            self.progress.setValue(round(1000 * progress.fraction))
        else:
            self.progress.setRange(0, 0)
        text = f"{progress.doing}…"
        if progress.total:
            text += f" {size_text(progress.done)} of {size_text(progress.total)}"
        if progress.seconds_left:
            text += f", {duration(progress.seconds_left)} left"
        self.said.setText(text)

    # --- doing ---

    def _pick(self, kind: str, name: str) -> None:
        self.preferences.change(models={**self.preferences.settings.models, kind: name})

    def look(self, source: str) -> None:
        """See what the hub has under a name, then ask for its licence."""
        self._start(Task(look=source), f"Asking the hub for {source}…")

    def add(self, path: Path, name: str = "") -> None:
        """Install from a folder or from a checkpoint file."""
        self._start(Task(path=path, name=name), f"Reading {path.name}…")

    def cancel_install(self) -> None:
        """Stop; what was fetched waits for the next time."""
        if self._installer:
            self._installer.cancel()

    def _start(self, task: Task, text: str) -> None:
        if self._installer:
            return
        self.said.setText(text)
        self._installer = Installer(task, lambda answer: self._tell(task, answer))
        self._show_progress(None)
        self._show_selected()

    def _tell(self, task: Task, answer) -> None:
        """On the installer's thread."""
        try:
            self._answered.emit(task, answer)
        except RuntimeError:
            pass  # the dialog is gone

    def _heard(self, task: Task, answer) -> None:
        if isinstance(answer, Progress):
            self._show_progress(answer)
            return
        self._installer = None
        if answer is None:
            self.said.setText("Cancelled. What was fetched is kept for the next time.")
        elif isinstance(answer, StudioError):
            self.said.setText(str(answer))
        elif isinstance(answer, Offer):
            self._offered(answer)
            return
        else:
            name = answer if isinstance(answer, str) else answer.name
            self.said.setText(f"Installed: {name}.")
            self.refresh(name)
            self.changed.emit()
            return
        self.refresh()

    def _offered(self, offer: Offer) -> None:
        self.said.setText("")
        if accept_licence(self, offer):
            self._start(Task(offer=offer), f"Fetching {offer.title}…")
        else:
            self.said.setText("The licence was not accepted; nothing was fetched.")
            self.refresh()

    # --- asking ---

    def _ask_folder(self) -> None:
        if name := QFileDialog.getExistingDirectory(self, "Install a model from its folder"):
            self.add(Path(name))

    def _ask_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Install a checkpoint of its authors", "", _CHECKPOINTS)
        if name:
            self.add(Path(name))

    def _ask_hub(self) -> None:
        name, ok = QInputDialog.getText(
            self, "From the hub", "Repository of a model of this program’s own kind:", QLineEdit.EchoMode.Normal, "owner/name"
        )
        if ok and name.strip():
            self.look(name.strip())

    def _ask_remove(self) -> None:
        row = self.selected
        what = f"Remove the model {row.card.name} ({size_text(row.size)}) from this computer?"
        box = QMessageBox(QMessageBox.Icon.Question, "Remove model", what, parent=self)
        box.setInformativeText("Takes that it made stay.")
        yes = box.addButton("Remove", QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.exec()
        if box.clickedButton() is not yes:
            return
        try:
            remove(row.card.name)
            self.said.setText(f"Removed: {row.card.name}.")
        except StudioError as error:
            self.said.setText(str(error))
        self.refresh()
        self.changed.emit()

    def done(self, result: int) -> None:
        self.cancel_install()
        super().done(result)
