"""Our takes as stems: a WAV for each kind of sound or each character, as long as the programme."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..atomic import storage_error
from ..errors import MediaError
from ..media.bwf import Head, write_bwf_blocks
from ..media.mixdown import Spool, mix_blocks, spooled
from ..media.span import Span
from ..timeline.cues import Cue
from ..timeline.dissolves import heard_pieces
from ..timeline.rows import ours, stem_kind
from .audit import Temp, temps
from .cut import Cut
from .mixing import summary
from .spans import to_span

Per = Literal["kind", "character"]
_NAMES = {"dialogue": "DX", "foley": "FOLEY", "ambience": "AMB"}


@dataclass(frozen=True)
class Stems:
    """The files by what they hold (`DX`, `DX ANNA`, `FOLEY` …), and warnings."""

    files: dict[str, Path]
    warnings: tuple[str, ...] = ()


def write_stems(
    cut: Cut,
    folder: Path,
    per: Per = "kind",
    channels: int = 1,
    on_step: Callable[[int, int], None] = lambda done, total: None,
) -> Stems:
    """48 kHz/24-bit BWFs into `folder`, each from the programme's first frame to its last.

    What the editor put on our tracks is heard too; disabled clips are not. When one stem
    would go over full scale, all are turned down alike, so that they still add up to the
    mix. Raises StudioError.
    """
    spans = _spans(cut, per)
    if not spans:
        raise MediaError(
            "There are no takes to write as stems", file=cut.name, remedy="Generate the cues first."
        )
    rows = temps(cut)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as open_spools:
            spools = {}
            for done, (name, heard) in enumerate(spans.items()):
                sound = mix_blocks(heard, cut.total, channels=channels)
                spools[name] = open_spools.enter_context(spooled(sound, folder, channels))
                on_step(done + 1, 2 * len(spans))
            return _write(cut, folder, spools, rows, on_step)
    except OSError as error:
        raise storage_error(error, folder) from error


def _write(cut: Cut, folder: Path, spools: dict[str, Spool], rows: tuple[Temp, ...], on_step) -> Stems:
    down = max(1.0, *(spool.peak for spool in spools.values()))
    files: dict[str, Path] = {}
    for done, (name, spool) in enumerate(spools.items(), len(spools)):
        file = folder / f"{_safe(cut.name)}_{_safe(name)}.wav"
        head = Head(cut.time_reference, f"{cut.name} {name}", summary(rows, f"stem {name}"))
        blocks = (block / down for block in spool.blocks())
        write_bwf_blocks(file, blocks, (spool.samples, spool.channels), head)
        files[name] = file
        on_step(done + 1, 2 * len(spools))
    said = f"all stems were turned down by {_decibels(down):.1f} dB, so that none clips"
    return Stems(files, (said,) if down > 1 else ())


def _spans(cut: Cut, per: Per) -> dict[str, list[Span]]:
    """What is heard in each stem, by name: dialogue first."""
    cues = {cue.id: cue for cue in cut.project.cues}
    kinds = {index: kind for index, track in enumerate(cut.timeline.tracks) if (kind := stem_kind(track))}
    found: dict[str, list[Span]] = {}
    for clip, view in cut.placed:
        if view.track in kinds and view.enabled and view.media:
            name = _stem(kinds[view.track], cues.get(ours(clip).get("cue", "")), per)
            found.setdefault(name, []).extend(
                to_span(cut.timeline, piece.view, piece.range, None, piece.levels)
                for piece in heard_pieces(view)
            )
    order = list(_NAMES.values())
    return dict(sorted(found.items(), key=lambda one: (order.index(one[0].split()[0]), one[0])))


def _stem(kind: str, cue: Cue | None, per: Per) -> str:
    name = _NAMES.get(kind, "FOLEY")
    who = cue.character if cue and per == "character" and kind == "dialogue" else ""
    return f"{name} {who}".strip()


def _safe(text: str) -> str:
    return re.sub(r"[^\w.-]+", "-", text).strip("-.") or "stem"


def _decibels(factor: float) -> float:
    from math import log10

    return 20 * log10(factor)
