"""A checkpoint of other people's code installed: what it is, its content tells.

What cannot be read, or is not whole, is refused with the name of the file and of the tensor
before anything is written.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from ..atomic import appearing, storage_error, write_bytes
from ..errors import StorageError
from ..paths import models
from .checkpoints import file_hash, read_pickled, read_weights, save_weights
from .conditions.byte_pairs import read_merges
from .deepaudio import convert as deepaudio
from .deepaudio import parts
from .interface import WEIGHTS, ModelCard
from .registry import CARD, model_cards
from .vssflow.convert import convert as convert_vssflow

_LISTS = (".txt", ".gz")


@dataclass(frozen=True)
class Converted:
    """What came of it: a model with its `card`, or a `part` that models share."""

    path: Path
    card: ModelCard | None = None
    part: str = ""


def convert(source: Path, out: Path | None = None) -> Converted:
    """Convert `source`: a model becomes the new folder `out`, a shared part a file in the folder `out`.

    By default both lie among the user's own models. Raises ModelError, StorageError; nothing
    is overwritten.
    """
    if source.suffix in _LISTS:
        lines = "\n".join(" ".join(pair) for pair in read_merges(source))
        return _shared(parts.MERGES, out, lambda path: write_bytes(path, f"#merges\n{lines}\n".encode()))
    held = read_weights(source)[0] if source.suffix == ".safetensors" else read_pickled(source)
    if "state_dict" in held or deepaudio.is_network(held):
        folder = _free(out or models() / source.stem)
        make = _network if deepaudio.is_network(held) else lambda _, *paths: convert_vssflow(*paths)
        return Converted(folder, make(held, source, folder))
    found = deepaudio.found_part(held, source)
    return _shared(found.part, out, lambda path: save_weights(found.tensors, path, found.facts))


def convert_together(files: Iterable[Path], folder: Path) -> ModelCard:
    """A network and the parts it needs into the model `folder`; parts that are installed are left alone.

    Raises ModelError, StorageError.
    """
    *others, network = sorted(files, key=lambda file: deepaudio.is_network(_peek(file)))
    for file in others:
        try:
            convert(file)
        except _AlreadyThere:
            continue
    return convert(network, folder).card


class _AlreadyThere(StorageError):
    """The part was installed before."""


def _peek(file: Path) -> Mapping[str, object]:
    return {} if file.suffix in (*_LISTS, ".safetensors") else read_pickled(file)


def _network(held: Mapping[str, object], source: Path, folder: Path) -> ModelCard:
    config, tensors = deepaudio.network(held, source)
    with appearing(folder) as made:
        save_weights(tensors, made / WEIGHTS, {"config": config.to_json()})
        card = deepaudio.card_of(folder.name, config, file_hash(made / WEIGHTS))
        text = json.dumps(asdict(card), indent=2, ensure_ascii=False)
        write_bytes(made / CARD, f"{text}\n".encode())
    return card


def _shared(part: parts.Part, out: Path | None, write: Callable[[Path], None]) -> Converted:
    path = (out or models() / parts.SHARED) / part.file
    if path.exists():
        what = f"The {part.name} is installed already"
        raise _AlreadyThere(what, file=path, remedy="Delete it first, to replace it.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise storage_error(error, path.parent) from error
    write(path)
    return Converted(path, part=part.name)


def _free(folder: Path) -> Path:
    """`folder`. Raises StorageError where a model has its name."""
    if folder.name in [card.name for card in model_cards()]:
        what = f"A model is called “{folder.name}” already"
        raise StorageError(what, file=folder, remedy="Choose another name with --out, or delete that model.")
    return folder
