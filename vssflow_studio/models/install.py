"""Installing models: from the hub, from a folder, from a checkpoint of their authors.

A model appears among the user's own when it is whole; until then there is only what was
fetched so far, in the cache folder, with which the next attempt goes on.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from .. import paths
from ..atomic import appearing, storage_error
from ..errors import ModelError, StorageError
from ..settings import read_settings
from .available import Available, known_or_repository
from .hub import fetch, repository
from .interface import ModelCard
from .registry import CARD, model_card, model_cards, read_card

_PLAIN = (".safetensors", ".json", ".npy", ".md", ".txt", ".toml")
"""What a model of ours consists of; nothing else is taken, least of all pickles."""

_EVERY = 0.1  # seconds between two reports


@dataclass(frozen=True)
class Progress:
    """How far it is: what is being done, and bytes done of those in all (0 where unknown)."""

    doing: str
    done: int = 0
    total: int = 0
    seconds_left: float | None = None

    @property
    def fraction(self) -> float:
        """0 … 1."""
        return min(1.0, self.done / self.total) if self.total else 0.0


OnProgress = Callable[[Progress], None]


@dataclass(frozen=True)
class Offer:
    """What would be installed: its name, its licence, the bytes to fetch."""

    name: str
    title: str
    licence: str
    licence_url: str
    size: int
    source: str
    row: Available | None = None
    commit: str = ""
    files: tuple[str, ...] = ()


def offer(source: str) -> Offer:
    """What the hub has under a name of the table, or `owner/name` for a model of our own layout.

    Raises HubError, ModelError.
    """
    row = known_or_repository(source)
    if row:
        return Offer(row.name, row.title, row.licence, row.licence_url, row.size, source, row)
    found = repository(source)
    files = [file for file in found.files if _is_plain(file.path)]
    if CARD not in [file.path for file in files]:
        raise ModelError(
            f"There is no {CARD} in this repository, so it is no model of ours", file=source,
            remedy="Known models are listed by `models list`.",
        )
    url = f"{_hub_address()}/{source}"
    size, name = sum(file.size for file in files), source.rpartition("/")[2]
    listed = tuple(file.path for file in files)
    return Offer(name, name, found.licence, url, size, source, None, found.commit, listed)


def install(wanted: Offer, name: str = "", on_progress: OnProgress = lambda progress: None) -> ModelCard:
    """Fetch what was offered, whose licence was accepted, and make a model of it called `name`.

    Raises HubError, ModelError, StorageError; what was fetched so far is kept.
    """
    target = new_folder(name or wanted.name)
    if wanted.row:
        return _from_table(wanted.row, target, on_progress)
    clock, cache = _Clock(f"Fetching {wanted.source}", wanted.size, on_progress), downloads()
    fetched = {
        path: fetch(wanted.source, path, wanted.commit, cache, clock.more) for path in wanted.files
    }
    on_progress(Progress("Checking"))
    card = _assembled(fetched, target)
    _drop(fetched.values(), cache)
    return card


def install_folder(folder: Path, name: str = "", on_progress: OnProgress = lambda progress: None) -> ModelCard:
    """A copy of a model's folder, as `models convert` and `train` leave it, among the user's own.

    Of a folder with the files of other authors each network is made into a model (`convert_folder`).
    Raises ModelError, StorageError.
    """
    if not (folder / CARD).is_file():
        from .convert import convert_folder

        return convert_folder(folder, name, lambda file: on_progress(Progress(f"Converting {file.name}")))
    files = [file for file in sorted(folder.rglob("*")) if file.is_file() and _is_plain(file.name)]
    found = {file.relative_to(folder).as_posix(): file for file in files}
    clock = _Clock(f"Copying {folder.name}", sum(file.stat().st_size for file in files), on_progress)
    return _assembled(found, new_folder(name or folder.resolve().name), clock.more)


def install_checkpoint(
    file: Path, name: str = "", on_progress: OnProgress = lambda progress: None
) -> ModelCard | str:
    """A checkpoint of its authors' code made into a model of ours, or the name of the part that it is.

    Raises ModelError, StorageError.
    """
    from .convert import convert

    on_progress(Progress(f"Converting {file.name}"))
    made = convert(file, new_folder(name) if name else None)
    return made.card or made.part


def remove(name: str) -> None:
    """Delete a model of the user's own. Raises ModelError for a shipped one, StorageError."""
    folder = paths.models() / name
    if name not in [card.name for card in model_cards()] or not folder.is_dir():
        what = f"The model “{name}” is shipped with the app" if name in _names() else f"No model is called “{name}”"
        raise ModelError(what, remedy="Only models that you installed can be removed.")
    gone = folder.with_name(f".{name}-removed-{os.getpid()}")
    try:
        folder.rename(gone)  # gone at once, however long deleting takes
    except OSError as error:
        raise storage_error(error, folder) from error
    shutil.rmtree(gone, ignore_errors=True)


def new_folder(name: str) -> Path:
    """Where a model of this name goes. Raises StorageError when the name is taken or none."""
    if not name or name.startswith(".") or "/" in name or "\\" in name:
        raise StorageError(f"“{name}” can’t be a model’s name", remedy="Choose another with --as.")
    if name in _names():
        what = f"A model is called “{name}” already"
        raise StorageError(what, file=paths.models(), remedy="Choose another name with --as, or remove that one.")
    return paths.models() / name


def downloads() -> Path:
    """Where files are fetched to, and wait to be gone on with."""
    return read_settings().cache() / "downloads"


def _names() -> list[str]:
    return [card.name for card in model_cards()]


def _from_table(row: Available, target: Path, on_progress: OnProgress) -> ModelCard:
    from .convert import convert_together

    if row.guiding:
        _from_table(row.guiding, new_folder(row.guide), on_progress)
    size = sum(file.size for file in row.missing)
    clock, cache = _Clock(f"Fetching {row.title}", size, on_progress), downloads()
    fetched = {file: fetch(file.repo, file.path, "main", cache, clock.more, file.md5) for file in row.missing}
    on_progress(Progress(f"Converting {row.title}"))
    with _by_name({file.path: path for file, path in fetched.items()}, cache) as named:
        card = convert_together(named, target)
    _drop(fetched.values(), cache)
    return card


@contextmanager
def _by_name(files: dict[str, Path], cache: Path) -> Iterator[list[Path]]:
    """The files under the paths of their repository, which the converter goes by, for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="named-", dir=cache) as folder:
        named = []
        for name, path in files.items():
            named.append(Path(folder) / name)
            named[-1].parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(os.path.realpath(path), named[-1])
            except OSError:  # another disk, or one without hard links
                shutil.copyfile(path, named[-1])
        yield named


def _assembled(files: dict[str, Path], target: Path, on_bytes: Callable[[int], None] = lambda more: None) -> ModelCard:
    """Copies of `files` in a new folder, taken for a model only when its weights fit its card."""
    from .checkpoints import file_hash
    from .interface import WEIGHTS

    with appearing(target) as made:
        for name, file in files.items():
            (made / name).parent.mkdir(parents=True, exist_ok=True)
            with open(file, "rb") as source, open(made / name, "wb") as copy:
                while block := source.read(1 << 22):
                    copy.write(block)
                    on_bytes(len(block))
        card = read_card(made / CARD)
        weights = made / WEIGHTS
        if not weights.is_file():
            raise ModelError("The model has no weights", file=target / WEIGHTS, remedy="Fetch it again.")
        if file_hash(weights) != card.checkpoint:
            raise ModelError(
                "The weights are not those that the card names", file=target / WEIGHTS,
                remedy="Fetch the model again, from whom it was made by.",
            )
    return model_card(target.name)


def _is_plain(path: str) -> bool:
    """Whether the file may be taken: of a known kind, not hidden, and not outside the folder."""
    parts = PurePosixPath(path).parts
    inside = not PurePosixPath(path).is_absolute() and not any(part.startswith(".") for part in parts)
    return inside and "\\" not in path and PurePosixPath(path).suffix in _PLAIN


def _drop(files, cache: Path) -> None:
    """What is installed need not lie in our cache too; the hub client's own is left alone."""
    for file in files:
        if file.parent == cache:
            file.unlink(missing_ok=True)


def _hub_address() -> str:
    from huggingface_hub import constants

    return constants.ENDPOINT


class _Clock:
    """Counts bytes and reports some ten times a second, with the time that is left."""

    def __init__(self, doing: str, total: int, on_progress: OnProgress) -> None:
        self._doing, self._total, self._tell = doing, total, on_progress
        self._done, self._begun, self._told = 0, time.monotonic(), 0.0
        self._first: int | None = None

    def more(self, size: int) -> None:
        self._done += size
        if self._first is None:
            self._first = self._done  # was there before: it tells nothing of the speed
        now = time.monotonic()
        if now - self._told < _EVERY and self._done < self._total:
            return
        self._told = now
        came = self._done - self._first
        speed = came / (now - self._begun) if came > 0 and now > self._begun else 0.0
        left = (self._total - self._done) / speed if speed and self._total else None
        self._tell(Progress(self._doing, self._done, self._total, left))
