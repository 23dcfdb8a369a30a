"""A checkpoint of other people's code installed: what it is, its content tells.

What cannot be read, or is not whole, is refused with the name of the file and of the tensor
before anything is written.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from torch import Tensor

from ..atomic import appearing, storage_error, write_bytes
from ..errors import ModelError, StorageError
from ..paths import models
from .checkpoints import file_hash, read_pickled, read_weights, save_weights, tensor_names
from .conditions.byte_pairs import read_merges
from .deepaudio import convert as deepaudio
from .deepaudio import parts
from .deepaudio.f5 import convert as f5
from .deepaudio.f5.characters import is_list, read_characters
from .interface import WEIGHTS, ModelCard
from .registry import CARD, model_cards
from .vssflow.convert import convert as convert_vssflow

_LISTS = (".txt", ".gz")
_CHECKPOINTS = (".pth", ".pt", ".bin", ".ckpt", ".safetensors")
_NAMED = ("vocab.txt", "merges.txt", "bpe_simple_vocab_16e6.txt.gz")
"""Lists, under the names that they are published by."""


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
        return _list(source, out)
    held = read_weights(source)[0] if source.suffix == ".safetensors" else read_pickled(source)
    if make := _maker(held):
        folder = _free(out or models() / source.stem)
        return Converted(folder, make(held, source, folder))
    found = deepaudio.found_part(held, source)
    return _shared(found.part, out, lambda path: save_weights(found.tensors, path, found.facts))


def convert_together(files: Iterable[Path], folder: Path) -> ModelCard:
    """A network and the parts it needs into the model `folder`; parts that are installed are left alone.

    Raises ModelError, StorageError.
    """
    *others, network = sorted(files, key=_rank)
    _convert_parts(others)
    return convert(network, folder).card


def convert_folder(
    folder: Path, name: str = "", on_file: Callable[[Path], None] = lambda file: None
) -> ModelCard:
    """Every network in `folder` or one below it, as its authors publish them, with the parts beside it.

    A single network may be called `name`; else each is called as its file. The card is that of the
    last, of a speaking one where there is any. Raises ModelError, StorageError; parts that are
    installed are left alone.
    """
    ranks = {file: _rank(file) for file in (*folder.glob("*"), *folder.glob("*/*")) if _is_public(file)}
    networks = sorted(filter(ranks.get, ranks), key=ranks.get)
    if not networks:
        what = f"There is no {CARD} in the folder and no network of known authors, so it is no model of ours"
        raise ModelError(what, file=folder, remedy="Give the folder with the checkpoint, or the checkpoint itself.")
    if name and len(networks) > 1:
        what = f"The folder holds {len(networks)} networks: {', '.join(file.name for file in networks)}"
        raise StorageError(what, file=folder, remedy="Leave --as out: each is called as its file.")
    for file in networks:
        _free(models() / (name or file.stem))
    _convert_parts([file for file in ranks if not ranks[file]], on_file)
    for file in networks:
        on_file(file)
        card = convert(file, models() / (name or file.stem)).card
    return card


def _is_public(file: Path) -> bool:
    """Whether the file may be one that authors publish, and is not in a model of ours."""
    known = file.suffix in _CHECKPOINTS or file.name in _NAMED
    return known and file.is_file() and not (file.parent / CARD).is_file()


def _rank(file: Path) -> int:
    """0 for a part, 1 for a network that is seen with, 2 for one that speaks: what is needed first."""
    held = _peek(file)
    return (2 if f5.is_network(held) else 1) if _maker(held) else 0


def _convert_parts(files: Iterable[Path], on_file: Callable[[Path], None] = lambda file: None) -> None:
    for file in files:
        on_file(file)
        try:
            convert(file)
        except _AlreadyThere:
            continue


class _AlreadyThere(StorageError):
    """The part was installed before."""


def _peek(file: Path) -> Mapping[str, object]:
    """What the file holds; of safetensors the names alone."""
    if file.suffix in _LISTS:
        return {}
    return dict.fromkeys(tensor_names(file)) if file.suffix == ".safetensors" else read_pickled(file)


def _maker(held: Mapping[str, object]) -> Callable[[Mapping[str, object], Path, Path], ModelCard] | None:
    """What makes a model of a checkpoint that holds this; None where it is none."""
    if f5.is_network(held):
        return _f5
    if deepaudio.is_network(held):
        return _mmaudio
    return (lambda _, source, folder: convert_vssflow(source, folder)) if "state_dict" in held else None


def _mmaudio(held: Mapping[str, object], source: Path, folder: Path) -> ModelCard:
    config, tensors = deepaudio.network(held, source)
    return _model(folder, config.to_json(), tensors, lambda hash_: deepaudio.card_of(folder.name, config, hash_))


def _f5(held: Mapping[str, object], source: Path, folder: Path) -> ModelCard:
    config, tensors = f5.network(held, source)
    guided = f5.follows_energy(tensors)
    return _model(
        folder, config.to_json(), tensors, lambda hash_: f5.card_of(folder.name, config, source, hash_, guided=guided)
    )


def _model(folder: Path, config: str, tensors: Mapping[str, Tensor], card_of: Callable[[str], ModelCard]) -> ModelCard:
    """The new folder of a model; `card_of` makes its card for the hash of its weights."""
    with appearing(folder) as made:
        save_weights(tensors, made / WEIGHTS, {"config": config})
        card = card_of(file_hash(made / WEIGHTS))
        text = json.dumps(asdict(card), indent=2, ensure_ascii=False)
        write_bytes(made / CARD, f"{text}\n".encode())
    return card


def _list(source: Path, out: Path | None) -> Converted:
    """A list of F5's characters, or one of CLIP's merges."""
    if is_list(source) or source.name == "vocab.txt":
        lines = "\n".join(read_characters(source))
        return _shared(parts.CHARACTERS, out, lambda path: write_bytes(path, f"{lines}\n".encode()))
    merges = "\n".join(" ".join(pair) for pair in read_merges(source))
    return _shared(parts.MERGES, out, lambda path: write_bytes(path, f"#merges\n{merges}\n".encode()))


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
