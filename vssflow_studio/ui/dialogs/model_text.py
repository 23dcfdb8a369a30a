"""What the models dialog says of a model."""

from __future__ import annotations

import shutil
from html import escape

from ...engine.devices import available_devices
from ...engine.memory import machine_memory
from ...models.about import Installed, size_text
from ...models.available import Available
from ...paths import models
from ..model import KIND_NAMES


def installed_text(model: Installed) -> str:
    """An installed model, as HTML."""
    card = model.card
    voices = ", ".join(voice.name for voice in card.choices) or "none"
    rows = [
        ("Licence", card.licence),
        ("Size", size_text(model.size)),
        ("Sound", f"{card.sample_rate / 1000:g} kHz"),
        ("Voices", voices),
        ("Checkpoint", card.checkpoint),
        ("Where", str(model.folder) if model.own else "shipped with the app"),
    ]
    lack = f"<p><b>⚠ It makes no sound yet.</b> {escape(model.lack.capitalize())}. {escape(model.remedy)}</p>" if model.lack else ""
    return f"<h3>{escape(card.title)}</h3>{lack}{_table(rows)}"


def available_text(row: Available) -> str:
    """A model of the hub, as HTML, with what it needs and what of it this machine has."""
    devices, memory = available_devices(), machine_memory()
    room = shutil.disk_usage(_existing(models())).free
    device = "a GPU is here" if devices[0] != "cpu" else "slow here: there is no GPU"
    rows = [
        ("For", ", ".join(KIND_NAMES[kind].lower() for kind in row.kinds)),
        ("Licence", row.licence),
        ("To fetch", f"{size_text(row.size)}; {size_text(room)} of disk are free"),
        ("Memory", f"about {size_text(row.memory)}" + (f"; this machine has {size_text(memory)}" if memory else "")),
        ("Device", device),
    ]
    files = "".join(
        f"<li>{escape(file.repo)}/{escape(file.path)}, {'there' if file.is_there else size_text(file.size)}</li>"
        for file in row.files
    )
    return f"<h3>{escape(row.title)}</h3>{_table(rows)}<p>Files</p><ul>{files}</ul>"


def _table(rows: list[tuple[str, str]]) -> str:
    cells = "".join(
        f'<tr><td style="padding-right: 12px">{escape(name)}</td><td>{_breakable(escape(value))}</td></tr>'
        for name, value in rows
    )
    return f"<table>{cells}</table>"


def _breakable(text: str) -> str:
    """A hash or a path may be broken where it is too long for its line."""
    if len(text) <= 40 or " " in text:
        return text
    return "\u200b".join(text[at : at + 16] for at in range(0, len(text), 16))


def _existing(folder):
    while not folder.exists():
        folder = folder.parent
    return folder
