"""What the editor listens to: stems alone, how loud, or not at all."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSlider, QToolButton, QWidget

from ...timeline.rows import stem_kind
from .. import model as models
from ..files.recent import kept
from ..look import icons
from ..look import theme as themes
from .monitor import Monitor

STEMS = {
    "dialogue": ("DX", "dialogue"),
    "foley": ("FX", "foley"),
    "ambience": ("AMB", "ambience"),
    "original": ("ORIG", "the original sound"),
}
"""By kind: what stands on the button, and what it is called."""


def stem_tracks(model: models.StudioModel) -> dict[str, frozenset[int]]:
    """The tracks of each stem, by index; `original` is all sound that isn't ours."""
    found: dict[str, set[int]] = {kind: set() for kind in STEMS}
    for index, track in enumerate(model.timeline.tracks if model.timeline else ()):
        if getattr(track, "kind", "") == "Audio":
            found.setdefault(stem_kind(track) or "original", set()).add(index)
    return {kind: frozenset(tracks) for kind, tracks in found.items()}


class Stems(QWidget):
    """A button for each stem that hears it alone; several together hear these."""

    def __init__(self, model: models.StudioModel) -> None:
        super().__init__()
        self.model, self.buttons = model, {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for kind, (text, name) in STEMS.items():
            button = self.buttons[kind] = QToolButton()
            button.setText(text)
            button.setObjectName("stem")
            button.setCheckable(True)
            button.setAccessibleName(f"Solo {name}")
            button.setToolTip(f"Hear only {name}")
            button.clicked.connect(lambda on, kind=kind: self.solo(kind, on))
            row.addWidget(button)
        for what in (models.TIMELINE, models.PROJECT, models.TRACKS):
            model.listen(what, self.refresh)
        self.refresh()

    def solo(self, kind: str, on: bool) -> None:
        """Hear the stem's tracks alone, with what is soloed already; or no more."""
        tracks = stem_tracks(self.model)[kind]
        soloed = self.model.soloed | tracks if on else self.model.soloed - tracks
        self.model.set_heard(self.model.muted, soloed)

    def refresh(self) -> None:
        """Show which stems there are, and which are soloed."""
        for kind, tracks in stem_tracks(self.model).items():
            if kind in self.buttons:
                self.buttons[kind].setEnabled(bool(tracks))
                self.buttons[kind].setChecked(bool(tracks) and tracks <= self.model.soloed)


class Volume(QWidget):
    """How loud the monitor is, and whether it is muted; remembered."""

    def __init__(self, monitor: Monitor) -> None:
        super().__init__()
        self._monitor = monitor
        self.mute, self.slider = QToolButton(), QSlider(Qt.Orientation.Horizontal)
        self.mute.setCheckable(True)
        self.mute.setAccessibleName("Mute")
        self.slider.setRange(0, 100)
        self.slider.setFixedWidth(72)
        self.slider.setAccessibleName("Volume")
        memory = kept()
        self.slider.setValue(int(memory.value("volume", 100)))
        self.mute.setChecked(memory.value("muted", "false") == "true")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(themes.S1)
        row.addWidget(self.mute)
        row.addWidget(self.slider)
        self.slider.valueChanged.connect(self._changed)
        self.mute.toggled.connect(self._changed)
        self._use()

    def _changed(self) -> None:
        self._use()
        memory = kept()
        memory.setValue("volume", self.slider.value())
        memory.setValue("muted", "true" if self.mute.isChecked() else "false")

    def _use(self) -> None:
        muted, volume = self.mute.isChecked(), self.slider.value()
        self._monitor.volume, self._monitor.muted = volume / 100, muted
        self.mute.setIcon(icons.icon("speaker-off" if muted else "speaker"))
        self.mute.setToolTip("Muted: click to hear again" if muted else "Mute")
        self.slider.setToolTip(f"Volume {volume} %")
