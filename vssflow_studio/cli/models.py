"""The verb `models`: which are installed, and checkpoints from elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

from ..errors import StorageError
from .verbs import add_group, add_json, add_verb


def add(verbs) -> None:
    """Put the verbs in the parser."""
    models = add_group(verbs, "models", "the installed models")
    add_json(add_verb(models, "list", _models_list, "name, licence, voices and hash of each"))
    verb = add_verb(models, "convert", _models_convert, "install a checkpoint of the paper's authors")
    verb.add_argument("checkpoint", type=Path, metavar="FILE.ckpt")
    verb.add_argument("-o", "--out", type=Path, metavar="FOLDER", help="default: among your own models")
    add_json(verb)


def _models_list(arguments) -> int:
    from dataclasses import asdict

    from ..models.registry import model_cards

    cards = model_cards()
    if arguments.json:
        print(json.dumps([asdict(card) for card in cards]))
        return 0
    for card in cards:
        voices = ", ".join(voice.name for voice in card.choices) or "none"
        print(f"{card.name:<10} {card.licence:<12} voices {voices}  {card.checkpoint[:12]}")
        for voice in card.cast:
            print(f"{'':<10} {voice.name:<12} {voice.about}")
    return 0


def _models_convert(arguments) -> int:
    from dataclasses import asdict

    from ..models.registry import model_cards
    from ..models.vssflow.convert import convert
    from ..models.vssflow.surroundings import lacking
    from ..paths import models

    folder = arguments.out or models() / arguments.checkpoint.stem
    if folder.name in [card.name for card in model_cards()]:
        what = f"A model is called “{folder.name}” already"
        raise StorageError(what, file=folder, remedy="Choose another name with --out, or delete that model.")
    card = convert(arguments.checkpoint, folder)
    if arguments.json:
        print(json.dumps(asdict(card) | {"folder": str(folder)}))
        return 0
    print(f"model     {card.name}\nfolder    {folder}")
    if folder.resolve().parent != models().resolve():
        print(f"Move the folder into {models()} to use it with --model {card.name}.")
    lack, remedy = lacking(folder)
    if lack:
        print(f"It can't be heard yet: {lack}. {remedy}")
    return 0
