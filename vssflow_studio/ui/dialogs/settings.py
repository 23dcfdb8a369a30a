"""The settings: each holds from the moment that it is changed."""

from __future__ import annotations

import shutil
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ...engine.devices import NAMES, available_devices
from ...models.about import size_text
from ...models.registry import model_cards
from ...settings import KINDS, Settings
from .. import tasks
from ..look import theme as themes
from ..look.numbers import Whole
from ..preferences import Preferences

_THEMES = {"system": "As the system", "light": "Light", "dark": "Dark"}
_DEVICES = {"auto": "Fastest there is", "cuda": "CUDA (NVIDIA)", "mps": "MPS (Apple)", "cpu": "CPU"}
_KIND_NAMES = {"dialogue": "Model for lines", "foley": "Model for foley", "ambience": "Model for ambience"}
_LABELS = 190  # pixels that the names take, the same in every group
_SYSTEM = "System’s choice"


class SettingsDialog(QDialog):
    """Shows `Preferences` and changes them at once."""

    def __init__(self, preferences: Preferences, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.preferences = preferences
        self.setWindowTitle("Settings")
        self.theme, self.device, self.audio = QComboBox(), QComboBox(), QComboBox()
        self.models = {kind: QComboBox() for kind in KINDS}
        self.threads, self.autosave = Whole(), Whole()
        self.polite = QCheckBox("Let other programs go first")
        self.notify = QCheckBox("Tell me when takes are ready")
        self.scratch, self.cache_size = QLineEdit(), QLabel()
        self.choose, self.usual, self.clear = QPushButton("Choose…"), QPushButton("Usual Folder"), QPushButton("Clear Cache")
        self._slow = _Slow(self)
        self._slow.sounds.connect(self._list_sounds)
        self._slow.size.connect(self._show_size)
        self._lay_out()
        self.show_settings(preferences.settings)
        self._connect()
        self._slow.ask_sounds()
        self._slow.ask_size(preferences.settings.cache())

    # --- building ---

    def _lay_out(self) -> None:
        self.threads.setRange(0, 256)
        self.threads.setSpecialValueText("as many as there are cores")
        self.autosave.setRange(1, 60)
        self.autosave.setSuffix(" min")
        for name, text in _THEMES.items():
            self.theme.addItem(text, name)
        there = available_devices()
        for name in NAMES:
            if name == "auto" or name in there:
                self.device.addItem(_DEVICES[name], name)
        self.audio.addItem(_SYSTEM, "")
        names = [card.name for card in model_cards()]
        for kind, box in self.models.items():
            chosen = self.preferences.settings.models[kind]
            for name in names if chosen in names else [*names, chosen]:
                box.addItem(name if name in names else f"{name} (not installed)", name)
        folder = QHBoxLayout()
        folder.setSpacing(themes.S2)
        folder.addWidget(self.scratch, 1)
        folder.addWidget(self.choose)
        folder.addWidget(self.usual)
        cache = QHBoxLayout()
        cache.addWidget(self.cache_size, 1)
        cache.addWidget(self.clear)
        self.notify.setToolTip("While the window is not in front")
        self.scratch.setReadOnly(True)
        self.scratch.setAccessibleName("Cache folder")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(themes.S4, themes.S4, themes.S4, themes.S4)
        layout.setSpacing(themes.S3)
        for title, rows in (
            ("Window", [("Theme", self.theme), ("", self.notify)]),
            (
                "Generating",
                [("Device", self.device), ("CPU threads", self.threads), ("", self.polite)]
                + [(_KIND_NAMES[kind], box) for kind, box in self.models.items()],
            ),
            ("Sound", [("Output", self.audio)]),
            ("Files", [("Keep unsaved changes every", self.autosave), ("Cache folder", folder), ("Cache", cache)]),
        ):
            layout.addWidget(self._group(title, rows))
        layout.addLayout(self._built_buttons())
        self.setMinimumWidth(themes.px(600))

    def _group(self, title: str, rows: list) -> QGroupBox:
        box = QGroupBox(title)
        form = QFormLayout(box)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setHorizontalSpacing(themes.S3)
        form.setVerticalSpacing(themes.S2)
        for name, field in rows:
            label = QLabel(name)
            label.setMinimumWidth(themes.px(_LABELS))
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            form.addRow(label, field)
            if name and isinstance(field, QWidget):
                field.setAccessibleName(name)
        return box

    def _built_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.defaults, close = QPushButton("Restore Defaults"), QPushButton("Close")
        self.defaults.clicked.connect(self.restore_defaults)
        close.clicked.connect(self.close)
        close.setDefault(True)
        row.addWidget(self.defaults)
        row.addStretch(1)
        row.addWidget(close)
        return row

    def _connect(self) -> None:
        change = self.preferences.change
        for name in ("theme", "device"):
            box = getattr(self, name)
            box.activated.connect(lambda _, name=name, box=box: change(**{name: box.currentData()}))
        self.audio.activated.connect(lambda _: change(audio_output=self.audio.currentData()))
        for kind, box in self.models.items():
            box.activated.connect(
                lambda _, kind=kind, box=box: change(
                    models={**self.preferences.settings.models, kind: box.currentData()}
                )
            )
        self.threads.valueChanged.connect(lambda value: change(threads=value))
        self.autosave.valueChanged.connect(lambda value: change(autosave_minutes=value))
        self.polite.toggled.connect(lambda on: change(polite=on))
        self.notify.toggled.connect(lambda on: change(notify=on))
        self.choose.clicked.connect(self._ask_folder)
        self.usual.clicked.connect(lambda: change(scratch=""))
        self.clear.clicked.connect(lambda: self._slow.ask_clear(self.preferences.settings.cache()))
        self.preferences.changed.connect(self.show_settings)

    # --- showing and doing ---

    def show_settings(self, settings: Settings) -> None:
        """Show what holds."""
        _choose(self.theme, settings.theme)
        _choose(self.device, settings.device)
        _choose(self.audio, settings.audio_output)
        for kind, box in self.models.items():
            _choose(box, settings.models[kind])
        self.threads.setValue(settings.threads)
        self.autosave.setValue(settings.autosave_minutes)
        self.polite.setChecked(settings.polite)
        self.notify.setChecked(settings.notify)
        if self.scratch.text() != str(settings.cache()):
            self.scratch.setText(str(settings.cache()))
            self._slow.ask_size(settings.cache())
        self.usual.setEnabled(bool(settings.scratch))

    def restore_defaults(self) -> None:
        """All as it was at first."""
        usual = Settings()
        self.preferences.change(**{name: getattr(usual, name) for name in usual.__dataclass_fields__})

    def _ask_folder(self) -> None:
        chosen = self.preferences.settings.scratch or str(Path.home())
        if name := QFileDialog.getExistingDirectory(self, "Folder for the cache", chosen):
            self.preferences.change(scratch=name)

    def _list_sounds(self, names: list[str]) -> None:
        chosen = self.preferences.settings.audio_output
        for name in names if chosen in ("", *names) else [*names, chosen]:
            if self.audio.findData(name) < 0:
                self.audio.addItem(name if name in names else f"{name} (not there)", name)
        _choose(self.audio, chosen)

    def _show_size(self, size: int) -> None:
        self.cache_size.setText(size_text(size) if size else "empty")
        self.clear.setEnabled(size > 0)


class _Slow(QObject):
    """What may take long is asked on another thread.

    Signals:
        sounds(object): the names of all sound outputs.
        size(object): bytes in the cache folder.
    """

    sounds = Signal(object)
    size = Signal(object)

    def ask_sounds(self) -> None:
        """The outputs of this machine."""
        tasks.start(self._look_for_sounds)

    def ask_size(self, folder: Path) -> None:
        """How large the cache is."""
        tasks.start(lambda: self.size.emit(_size(folder)))

    def ask_clear(self, folder: Path) -> None:
        """Empty the cache."""

        def clear() -> None:
            shutil.rmtree(folder, ignore_errors=True)
            self.size.emit(_size(folder))

        tasks.start(clear)

    def _look_for_sounds(self) -> None:
        from PySide6.QtMultimedia import QMediaDevices

        self.sounds.emit([device.description() for device in QMediaDevices.audioOutputs()])


def _choose(box: QComboBox, data: str) -> None:
    box.setCurrentIndex(max(0, box.findData(data)))


def _size(folder: Path) -> int:
    total = 0
    for file in folder.rglob("*"):
        try:
            total += file.stat().st_size if file.is_file() else 0
        except OSError:
            continue  # it went meanwhile
    return total
