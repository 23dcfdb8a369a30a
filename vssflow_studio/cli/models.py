"""The verb `models`: which are installed, and checkpoints from elsewhere."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from ..errors import HubError
from .verbs import add_group, add_json, add_verb


def add(verbs) -> None:
    """Put the verbs in the parser."""
    models = add_group(verbs, "models", "the installed models")
    add_json(add_verb(models, "list", _models_list, "name, licence, voices and hash of each"))
    verb = add_verb(models, "convert", _models_convert, "install a checkpoint of its authors: VSSFlow, MMAudio, F5-TTS, DeepAudio-V1")
    verb.add_argument("checkpoint", type=Path, metavar="FILE")
    verb.add_argument("-o", "--out", type=Path, metavar="FOLDER", help="default: among your own models")
    add_json(verb)
    verb = add_verb(models, "install", _models_install, "install a model from the hub, a folder or a checkpoint")
    verb.add_argument("source", metavar="NAME|OWNER/NAME|FOLDER|FILE")
    verb.add_argument("--as", dest="name", default="", metavar="NAME", help="what to call it here")
    verb.add_argument("--accept-licence", action="store_true", help="don't ask, I know its licence")
    add_json(verb)
    verb = add_verb(models, "remove", _models_remove, "delete a model that you installed")
    verb.add_argument("name")
    add_json(add_verb(models, "available", _models_available, "public models that can be installed"))


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


def _models_available(arguments) -> int:
    from dataclasses import asdict

    from ..models.available import AVAILABLE

    if arguments.json:
        print(json.dumps([asdict(row) | {"size": row.size} for row in AVAILABLE]))
        return 0
    for row in AVAILABLE:
        print(f"{row.name:<24} {row.size / 1e9:5.1f} GB  {row.licence:<18} {', '.join(row.kinds)}")
        print(f"{'':<24} {row.title}; about {row.memory / 1e9:.0f} GB of memory")
    if not AVAILABLE:
        print("None yet. A model of our own layout is installed from its repository, as owner/name.")
    return 0


def _models_install(arguments) -> int:
    from dataclasses import asdict

    from ..models.install import install, install_checkpoint, install_folder, offer

    path, show = Path(arguments.source), _show_install()
    if path.is_dir():
        card = install_folder(path, arguments.name, show)
    elif path.is_file():
        card = install_checkpoint(path, arguments.name, show)
    else:
        wanted = offer(arguments.source)
        _ask_licence(wanted, arguments.accept_licence)
        card = install(wanted, arguments.name, show)
    if isinstance(card, str):
        print(json.dumps({"part": card}) if arguments.json else f"part      {card}")
    else:
        print(json.dumps(asdict(card)) if arguments.json else f"model     {card.name}")
    return 0


def _ask_licence(wanted, accepted: bool) -> None:
    """Show what it is and its licence. Raises HubError when that is not accepted."""
    print(f"{wanted.title}, {wanted.size / 1e6:.0f} MB", file=sys.stderr)
    print(f"licence   {wanted.licence}\n          {wanted.licence_url}", file=sys.stderr)
    if accepted:
        return
    if sys.stdin.isatty():
        print("Accept it? [y/N] ", end="", file=sys.stderr, flush=True)
        if sys.stdin.readline().strip().lower() in ("y", "yes"):
            return
    raise HubError("Its licence was not accepted, so nothing was fetched", remedy="Read it, then give --accept-licence.")


def _show_install():
    """A listener that keeps one line on a terminal, or writes one for each part."""
    live, told = sys.stderr.isatty(), ""

    def show(progress) -> None:
        nonlocal told
        if not live and progress.doing == told:
            return
        left = f", {progress.seconds_left:.0f} s left" if progress.seconds_left else ""
        size = f" {progress.done / 1e6:.0f} of {progress.total / 1e6:.0f} MB{left}" if progress.total else ""
        new = "\n" if told and progress.doing != told and live else ""
        told = progress.doing
        end = "" if live else "\n"
        print(f"{new}{chr(13) if live else ''}{progress.doing + (size if live else ''):<78}", end=end, file=sys.stderr, flush=True)

    return show


def _models_remove(arguments) -> int:
    from ..models.install import remove

    remove(arguments.name)
    print(f"removed   {arguments.name}")
    return 0


def _models_convert(arguments) -> int:
    from dataclasses import asdict

    from ..models.convert import convert
    from ..models.registry import lacking
    from ..paths import models

    made = convert(arguments.checkpoint, arguments.out)
    if arguments.json:
        facts = asdict(made.card) | {"folder": str(made.path)} if made.card else {"part": made.part, "file": str(made.path)}
        print(json.dumps(facts))
        return 0
    if not made.card:
        print(f"part      {made.part}\nfile      {made.path}")
        return 0
    print(f"model     {made.card.name}\nfolder    {made.path}")
    if made.path.resolve().parent != models().resolve():
        print(f"Move the folder into {models()} to use it with --model {made.card.name}.")
    lack, remedy = lacking(made.path, made.card)
    if lack:
        print(f"It can't be heard yet: {lack}. {remedy}")
    return 0
