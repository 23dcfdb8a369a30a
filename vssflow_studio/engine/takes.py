"""The take store: where takes lie, what they are called, which exist already."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from .. import __version__
from ..atomic import storage_error, write_bytes
from ..errors import MediaError
from ..media.bwf import read_bwf_info
from ..models.interface import ModelCard
from ..timeline.adjustments import is_original
from ..timeline.clips import start_time
from ..timeline.cues import Cue, Take, new_id
from ..timeline.timecode import seconds
from . import ucs
from .foley_cue import asked_by
from .planner import with_handles
from .request import SAMPLE_RATE, Request

_DAY = 24 * 3600 * SAMPLE_RATE


@dataclass(frozen=True)
class Order:
    """A take that is to be made: for which cue, and what its WAV is called and carries.

    `frames` is the cue's range when it was ordered (start, duration, rate): the editor
    may move the cue while the take is being made.
    """

    cue_id: str
    take_id: str
    key: str
    path: Path
    description: str
    time_reference: int
    frames: tuple[float, float, float] = (0.0, 1.0, 24.0)
    provenance: dict = field(default_factory=dict)


class TakeStore:
    """The folder `<timeline>.takes` beside a timeline file.

    `index.json` in it remembers which request made which WAV, so that an unchanged cue
    is answered from disk. Nothing in it is ever overwritten but the index.
    """

    def __init__(self, timeline_file: Path) -> None:
        self.base = Path(timeline_file).resolve().parent
        self.folder = self.base / f"{Path(timeline_file).stem}.takes"
        self._read: tuple[tuple[int, int], dict[str, str]] | None = None

    def order(
        self, timeline: otio.schema.Timeline, cue: Cue, request: Request, card: ModelCard
    ) -> Order:
        """What is to be written for `cue`. Makes the folder. Raises StorageError."""
        try:
            self.folder.mkdir(exist_ok=True)
        except OSError as error:
            raise storage_error(error, self.folder) from error
        window = with_handles(cue.range)
        record = seconds(window.start_time) + seconds(start_time(timeline))
        take_id = new_id()
        return Order(
            cue_id=cue.id,
            take_id=take_id,
            key=request.key(card.identity),
            path=self.folder / f"{_file_name(cue)}_{take_id}.wav",
            description=f"{cue.character}: {cue.text}" if cue.character else cue.text,
            time_reference=round(record * SAMPLE_RATE) % _DAY,
            frames=(
                cue.range.start_time.value,
                cue.range.duration.value,
                cue.range.start_time.rate,
            ),
            provenance=_provenance(cue, request, card)
            | {"request": request.key(card.identity), "wish": request.wish(card.identity)},
        )

    def found(self, order: Order) -> Path | None:
        """A WAV that the same request made before."""
        name = self._index().get(order.key) or self._unlisted.get(order.key)
        path = self.folder / name if name else None
        return path if path and path.is_file() else None

    def answers(self, order: Order, cue: Cue) -> Path | None:
        """The WAV of the cue's circled take if it was made for the same wish, wherever it lies."""
        take = cue.circled_take
        if take is None or cue.picture or seconds(take.duration) != seconds(cue.range.duration):
            return None
        if take.provenance.get("wish") != order.provenance["wish"]:
            return None
        path = self.base / take.path
        return path if path.is_file() else None

    @cached_property
    def _unlisted(self) -> dict[str, str]:
        """Whole takes that a kill kept out of the index: each carries the key of its request."""
        listed, found = set(self._index().values()), {}
        for path in self.folder.glob("*.wav"):
            if path.name not in listed and not path.name.startswith(".") and is_original(path.name):
                with suppress(MediaError):
                    found[read_bwf_info(path)["provenance"].get("request", "")] = path.name
        return found

    def remember(self, *orders: Order) -> None:
        """Enter finished takes into the index. Raises StorageError."""
        index = self._index() | {order.key: order.path.name for order in orders}
        write_bytes(self.folder / "index.json", json.dumps(index, indent=1).encode())

    def take(self, order: Order, path: Path) -> Take:
        """The take to put into the cue, its path relative to the timeline file."""
        start, duration, rate = order.frames
        range_ = TimeRange(RationalTime(start, rate), RationalTime(duration, rate))
        window = with_handles(range_)
        return Take(
            id=order.take_id,
            path=path.relative_to(self.base).as_posix(),
            head=range_.start_time - window.start_time,
            duration=range_.duration,
            tail=window.end_time_exclusive() - range_.end_time_exclusive(),
            # A WAV made earlier for the same request may begin elsewhere than this cue's would.
            provenance=order.provenance | {"time_reference": read_bwf_info(path)["time_reference"]},
        )

    def _index(self) -> dict[str, str]:
        """The index as it is on disk, where another process may have added to it; don't change it."""
        path = self.folder / "index.json"
        try:
            now = path.stat()
            state = now.st_mtime_ns, now.st_size
            if self._read is None or self._read[0] != state:
                found = json.loads(path.read_text(encoding="utf-8"))
                self._read = state, found if isinstance(found, dict) else {}
            return self._read[1]
        except (OSError, ValueError):
            return {}


def _file_name(cue: Cue) -> str:
    if cue.kind != "dialogue":
        return ucs.file_name(cue)
    words = "-".join(re.findall(r"[A-Za-z0-9']+", cue.text)[:5]).replace("'", "")[:40]
    who = re.sub(r"[^A-Za-z0-9]+", "-", cue.character).strip("-").upper()
    return "_".join(part for part in (who or "DIALOGUE", words) if part)


def _sound(cue: Cue, request: Request, card: ModelCard) -> dict:
    """What a sound was asked for as, and what it was taken for."""
    asked = asked_by(cue, card)
    return {
        "prompt": request.prompt,
        "kind": f"{asked.kind.name} ({asked.kind.category})" if asked.kind else "",
        "note": asked.note,
        "distance": cue.distance,
        "room": cue.room,
        "negative": cue.negative,
        "treatment": asdict(request.treatment),
    }


def _provenance(cue: Cue, request: Request, card: ModelCard) -> dict:
    way = card.settled(request.sampling, request.kind)
    delivery = {name: getattr(request, name) for name in ("pace", "pitch", "delivery")}
    return {
        "synthetic": True,
        "app": f"VSSFlow Studio {__version__}",
        "model": card.name,
        "checkpoint": card.checkpoint,
        "licence": card.licence,
        "text": cue.text,
        "voice": request.voice,
        **(delivery if request.phonemes else _sound(cue, request, card)),
        "energy": request.energy,
        "seed": way.seed,
        "steps": way.steps,
        "guidance": way.guidance,
        "solver": way.solver,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
    }
