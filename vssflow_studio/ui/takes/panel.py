"""The takes panel: every take of the selected cue, heard, compared, circled, rated and adjusted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QItemSelectionModel, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from ...errors import MediaError
from ...media.sound_picture import SoundPicture, sound_picture
from ...timeline.cues import Adjustment, Cue, Take
from ...timeline.timecode import seconds
from .. import model as models
from ..background import Background
from ..look.theme import S1, S2, px
from ..viewer.player import Player
from .adjuster import Adjuster
from .fields import TakeFields
from .list import TakeRow, TakesList, TakesModel
from .sound import heard_range, take_file
from .wave import TakeWave
from .word_dialog import WordDialog, sampling_of

_REMEMBERED = 4 << 20  # bytes of pictures, some 80 takes
_NO_CUE = "Select a cue to see its takes."
_NO_TAKES = "This cue has no take yet.\n\nPress Generate: each time another take is made,\nand all of them stay here."


class TakesPanel(QStackedWidget):
    """All takes of the selected cue, newest first, and one or two of them large.

    A click plays a take alone; while the timeline or a loop plays, the chosen take is heard in
    place of the circled one.

    Signals:
        edited(object, str): a changed Cue and the name of the edit.
        generate_asked(str): another take of the cue.
        again_asked(object, object): a take of this Cue with this Sampling.
        failed(object): a StudioError.
    """

    edited = Signal(object, str)
    generate_asked = Signal(str)
    again_asked = Signal(object, object)
    failed = Signal(object)

    def __init__(self, model: models.StudioModel, player: Player, adjuster: Adjuster) -> None:
        super().__init__()
        self.model, self.player, self.adjuster = model, player, adjuster
        self.background = Background(self, limit=_REMEMBERED)
        self.background.ready.connect(self._show_pictures)
        self._cue_id, self._known, self._alone = "", set(), ""
        self._hint, self._page = QLabel(_NO_CUE), QWidget()
        self._hint.setObjectName("hint")
        self._hint.setWordWrap(True)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.rows = TakesModel()
        self.list = TakesList(self.rows)
        self.waves, self.fields = (TakeWave("Take"), TakeWave("Take compared with")), TakeFields()
        self._build()
        self.addWidget(self._hint)
        self.addWidget(self._page)
        self._connect()

    def _build(self) -> None:
        layout = QVBoxLayout(self._page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(S2)
        layout.addWidget(self.list, 2)
        for wave in self.waves:
            layout.addWidget(wave, 1)
        self.waves[1].hide()
        layout.addWidget(self.fields)
        self.compare = QPushButton("Compare")
        self.compare.setCheckable(True)
        self.compare.setToolTip("Show it above the circled take, to the same scale.\nCtrl+click picks two takes.")
        again, words = QPushButton("New seed"), QPushButton("New word…")
        again.setToolTip("Make one more take of this cue")
        words.setToolTip("Make the take again with other words, everything else as it was")
        again.clicked.connect(lambda: self.generate_asked.emit(self._cue_id))
        words.clicked.connect(self.change_words)
        self._words = words
        row = QHBoxLayout()
        row.setSpacing(S1)
        for button in (again, words, self.compare):
            button.setMinimumWidth(px(60))
            row.addWidget(button, 1)
        layout.addLayout(row)

    def _connect(self) -> None:
        delegate, player = self.list.itemDelegate(), self.player
        delegate.rated.connect(self.rate)
        delegate.circled.connect(self.circle)
        delegate.played.connect(self._clicked)
        self.list.circle_asked.connect(self.circle)
        self.list.remove_asked.connect(self.remove)
        self.list.selectionModel().selectionChanged.connect(self._chosen)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._menu)
        self.rows.commented.connect(self._commented)
        self.compare.toggled.connect(self._show_waves)
        self.fields.adjusted.connect(lambda adjustment, name: self._adjust(self.take, adjustment, name))
        for wave in self.waves:
            wave.adjusted.connect(lambda adjustment, name, wave=wave: self._adjust(wave.take, adjustment, name))
            wave.play_asked.connect(lambda second, wave=wave: self._play(wave.take, second))
        player.take_played.connect(self._take_played)
        player.audition_changed.connect(self.refresh)
        player.speed_changed.connect(self._played)
        for what in (models.PROJECT, models.SELECTION):
            self.model.listen(what, self.refresh)
        self.model.listen(models.PLAYHEAD, self._follow)

    def slots(self) -> dict[str, Callable[[], object]]:
        """What its commands do."""
        rates = {f"rate_{stars}": partial(self.rate_chosen, stars) for stars in range(6)}
        return rates | {
            "take_play": lambda: self.take and self._clicked(self.take.id),
            "take_circle": lambda: self.take and self.circle(self.take.id),
            "take_newer": lambda: self.choose_next(-1),
            "take_older": lambda: self.choose_next(1),
            "take_compare": self.compare.toggle,
            "take_words": self.change_words,
            "take_reveal": self.reveal,
            "take_plain": self.reset,
            "take_remove": lambda: self.take and self.remove(self.take.id),
        }

    def close_threads(self) -> None:
        """Wait for what is being drawn and written."""
        self.background.close()
        self.adjuster.close()

    # --- what is shown ---

    @property
    def cue(self) -> Cue | None:
        """The cue whose takes are shown."""
        return self.model.find(self._cue_id)

    @property
    def take(self) -> Take | None:
        """The take that was chosen last."""
        row = self.list.row(self.list.currentIndex())
        return row.take if row else None

    def refresh(self) -> None:
        """Show the selected cue's takes."""
        cue = self.model.cue
        if cue is None or not cue.takes:
            self._cue_id = cue.id if cue else ""
            self._known = set()
            self._hint.setText(_NO_TAKES if cue else _NO_CUE)
            self.rows.show([])
            self.setCurrentWidget(self._hint)
            return
        ids, chosen, fresh = {take.id for take in cue.takes}, self._chosen_ids(), cue.id != self._cue_id
        newest = cue.takes[-1].id if ids - self._known else ""
        self._cue_id, self._known = cue.id, ids
        self.rows.show(self._rows_of(cue))
        if fresh or newest or not set(chosen) & ids:
            chosen = [cue.circled_take.id if fresh or not newest else newest]
        self._choose(chosen)
        self._words.setVisible(cue.kind == "dialogue")
        self.setCurrentWidget(self._page)
        self._show_pictures()

    def _rows_of(self, cue: Cue) -> list[TakeRow]:
        voice = cue.voice or self.model.project.cast.get(cue.character, "")
        heard = self.player.auditioned
        heard = heard[1].id if heard and heard[0] == cue.id else self._alone
        rows, offline = [], self.model.offline
        for number, take in enumerate(cue.takes, start=1):
            is_fresh = models.is_fresh(cue, take, voice)
            state = "offline" if take.id in offline else "fresh" if is_fresh else "stale"
            rows.append(TakeRow(number, take, take is cue.circled_take, state, take.id == heard))
        return rows[::-1]

    @property
    def _base(self) -> Path:
        return self.model.path.resolve().parent

    def _file(self, take: Take) -> Path:
        return take_file(take, self._base, self.model.relinked)

    def _chosen_ids(self) -> list[str]:
        rows = map(self.list.row, self.list.selectionModel().selectedIndexes())
        found = [row.take.id for row in rows if row]
        current = self.take.id if self.take else ""
        return sorted(found, key=lambda take_id: take_id == current)  # the current one last

    def _choose(self, take_ids: list[str]) -> None:
        if take_ids == self._chosen_ids():
            return
        flags, selection = QItemSelectionModel.SelectionFlag, self.list.selectionModel()
        selection.blockSignals(True)
        selection.clear()
        for index in (self.rows.index(row) for row in range(self.rows.rowCount())):
            if self.list.row(index).take.id in take_ids:
                how = flags.Select
                selection.select(index, how)
                if self.list.row(index).take.id == take_ids[-1]:
                    selection.setCurrentIndex(index, flags.NoUpdate)
        selection.blockSignals(False)
        self.list.scrollTo(self.list.currentIndex())
        self.list.viewport().update()

    def _show_pictures(self) -> None:
        for row in self.rows.rows:
            if row.state != "offline" and row.take.id not in self.rows.pictures:
                path = self._file(row.take)
                try:
                    when = path.stat().st_mtime_ns
                except OSError:
                    continue  # it went a moment ago, or its disk did
                picture = self.background.get((str(path), when), partial(sound_picture, path))
                if isinstance(picture, SoundPicture):
                    self.rows.pictures[row.take.id] = picture
        self.list.viewport().update()
        self._show_waves()

    def compared(self) -> list[Take]:
        """The one or two takes that are shown large, the chosen one first."""
        cue, take = self.cue, self.take
        if cue is None or take is None:
            return []
        both = [row.take for row in self.rows.rows if row.take.id in self._chosen_ids()]
        others = [other for other in both if other.id != take.id]
        if not others and self.compare.isChecked():
            ranked = [cue.circled_take, *reversed(cue.takes)]
            others = [other for other in ranked if other.id != take.id]
        return [take, *others[:1]]

    def _show_waves(self) -> None:
        takes, numbers = self.compared(), {row.take.id: row for row in self.rows.rows}
        pictures = [self.rows.pictures.get(take.id) for take in takes]
        ends = [tuple(float(seconds(t)) for t in (take.head, take.duration + take.tail)) for take in takes]
        span = (-max(head for head, _ in ends), max(end for _, end in ends)) if ends else (0.0, 1.0)
        loudest = [float(abs(picture.peaks).max()) for picture in pictures if picture]
        self.waves[1].setVisible(len(takes) > 1)
        for wave, take, picture in zip(self.waves, takes, pictures, strict=False):
            row = numbers[take.id]
            wave.span, wave.full = span, max([0.05, *loudest])
            label = f"Take {row.number}{'  ◉' if row.circled else ''}"
            note = "Its WAV is not there." if row.state == "offline" else "Drawing…"
            wave.setAccessibleName(f"Take {row.number}, waveform and spectrogram")
            wave.show_take(take, picture, self.adjuster.present(take), label, note)
        if takes:
            self.fields.show_adjustment(self.adjuster.present(takes[0]), numbers[takes[0].id].state != "offline")

    # --- hearing ---

    def _chosen(self, *_) -> None:
        if self.player.playing and self.take:
            self.player.audition(self.cue, self.take)
        self._show_waves()

    def _clicked(self, take_id: str) -> None:
        take = self._find(take_id)
        if take and self.player.playing:
            self.player.audition(self.cue, take)
        elif take:
            self._play(take, None)

    def _play(self, take: Take, second: float | None) -> None:
        """Let a take sound alone, from a second of the cue or from its begin."""
        path = self._file(take)
        if not path.is_file():
            self._say_offline(path)
            return
        begin, end = heard_range(take)
        if second is not None:
            begin = max(0.0, float(seconds(take.head)) + second)
            end = max(end, min(begin + 1.0, float(seconds(take.head + take.duration + take.tail))))
        self.player.play_take(path, begin, end)
        self._alone = take.id
        self.refresh()

    def _played(self, speed: float) -> None:
        """Whoever plays a cue to hear it is told where there is nothing to hear."""
        cue = self.cue if speed else None
        take = cue and cue.circled_take
        if take and take.id in self.model.offline and (self.player.looping or cue.range.contains(self.model.playhead)):
            self._say_offline(self._file(take))

    def _say_offline(self, path: Path) -> None:
        remedy = "Put it back, find it with Timeline ▸ Offline Media, or generate it again."
        self.failed.emit(MediaError("The take's WAV is not there", file=path, remedy=remedy))

    def _take_played(self, second: float) -> None:
        if second < 0:
            self._alone = ""
            self.refresh()
        for wave in self.waves:
            mine = wave.take is not None and wave.take.id == self._alone
            wave.show_cursor(second - float(seconds(wave.take.head)) if mine else None)

    def _follow(self) -> None:
        """The playhead on the waveforms, while the timeline plays over the cue."""
        if cue := self.cue if self.player.playing else None:
            at = float(seconds(self.model.playhead - cue.range.start_time))
            for wave in self.waves:
                wave.show_cursor(at if wave.span[0] <= at <= wave.span[1] else None)

    def choose_next(self, step: int) -> None:
        """Choose the take below or above; it is heard at once if something plays."""
        row = self.list.currentIndex().row() + step
        if 0 <= row < self.rows.rowCount():
            self.list.setCurrentIndex(self.rows.index(row))

    # --- changing ---

    def _find(self, take_id: str) -> Take | None:
        return next((row.take for row in self.rows.rows if row.take.id == take_id), None)

    def circle(self, take_id: str) -> None:
        """Put a take on the timeline."""
        cue = self.cue
        if cue and take_id != cue.circled:
            self.edited.emit(replace(cue, circled=take_id), "Circle take")

    def rate(self, take_id: str, stars: int) -> None:
        """0 to 5 stars."""
        if self.cue:
            self.edited.emit(self.cue.with_changed_take(take_id, rating=stars), "Rate take")

    def rate_chosen(self, stars: int) -> None:
        """Stars for the take that was chosen last."""
        if self.take:
            self.rate(self.take.id, stars)

    def _commented(self, take_id: str, text: str) -> None:
        if self.cue:
            self.edited.emit(self.cue.with_changed_take(take_id, comment=text), "Comment on take")

    def remove(self, take_id: str) -> None:
        """Take it off the cue; its WAV stays on disk."""
        if self.cue:
            self.edited.emit(self.cue.without_take(take_id), "Remove take")

    def reset(self) -> None:
        """The chosen take as it was made."""
        if self.take:
            self._adjust(self.take, Adjustment(), "Reset take")

    def _adjust(self, take: Take | None, adjustment: Adjustment, name: str) -> None:
        if take and self.cue:
            self.adjuster.adjust(self._cue_id, take, adjustment, name)
            self._show_waves()

    def reveal(self) -> None:
        """Show the folder with the WAV in the system's file manager."""
        if self.take:
            folder = (self._base / self.take.path).parent
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    def change_words(self) -> None:
        """Ask for other words, and make the take again with them."""
        cue, take = self.cue, self.take
        if cue and take and cue.kind == "dialogue":
            dialog = WordDialog(cue.text, self)
            dialog.accepted.connect(lambda: self._make_with_words(cue.id, take, dialog.text))
            dialog.open()

    def _make_with_words(self, cue_id: str, take: Take, text: str) -> None:
        cue = self.model.find(cue_id)
        if cue and text and text != cue.text:
            changed = replace(cue, text=text)
            self.edited.emit(changed, "Change words")
            self.again_asked.emit(changed, sampling_of(take))

    def _menu(self, at) -> None:
        index = self.list.indexAt(at)
        row = self.list.row(index)
        if row is None:
            return
        self.list.setCurrentIndex(index)
        menu, slots = QMenu(self), self.slots()
        for name, text in (
            ("take_play", "Play"), ("take_circle", "Circle"), ("", ""), ("comment", "Comment…"),
            ("take_plain", "Reset Trims, Fades, Gain and Slip"), ("take_words", "Change a Word…"),
            ("", ""), ("take_reveal", "Show in Folder"), ("take_remove", "Remove from Cue"),
        ):
            if not name:
                menu.addSeparator()
            elif name == "comment":
                menu.addAction(text, lambda: self.list.edit(index))
            else:
                menu.addAction(text, slots[name])
        menu.popup(self.list.viewport().mapToGlobal(at))
