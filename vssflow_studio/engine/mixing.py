"""The whole timeline's sound as one WAV, at the level a delivery asks for."""

from __future__ import annotations

from datetime import UTC, datetime
from math import inf
from pathlib import Path

from .. import __version__
from ..atomic import storage_error
from ..errors import MediaError
from ..media.bwf import Head, write_bwf_blocks
from ..media.loudness import TARGETS, Loudness, levelled, measure
from ..media.mixdown import Spool, mix_blocks, spooled
from ..timeline.rows import stem_kind
from ..timeline.timecode import seconds
from .audit import Temp, temps
from .cut import Cut
from .preview import sound_spans


def write_mix(cut: Cut, out: Path, loudness: str = "") -> tuple[tuple[str, ...], dict[str, float]]:
    """Write all that is heard as a stereo BWF; warnings, and what it measures.

    `loudness` is a name in TARGETS; empty leaves the level alone, but for peaks over full
    scale, which turn the whole down. Raises StudioError.
    """
    spans = sound_spans(cut.timeline, cut.views)
    if not spans:
        raise MediaError("There is no sound to mix", file=out, remedy="Generate takes, or find the media.")
    warnings: list[str] = []
    try:
        with spooled(mix_blocks(spans, cut.total), out.parent) as spool:
            blocks, found = _at_level(spool, loudness, cut, warnings)
            head = Head(cut.time_reference, f"{cut.name} mix", summary(temps(cut), "mix"))
            write_bwf_blocks(out, blocks, (spool.samples, spool.channels), head)
    except OSError as error:
        raise storage_error(error, out) from error
    silent = found.lufs == -inf  # JSON has no infinity
    measured = {} if silent else {"lufs": round(found.lufs, 2), "true_peak": round(found.true_peak, 2)}
    return tuple(warnings), measured


def _at_level(spool: Spool, loudness: str, cut: Cut, warnings: list[str]):
    if not loudness:
        down = 1 / max(1.0, spool.peak)
        return (block * down for block in spool.blocks()), measure(spool.blocks())
    target = TARGETS[loudness]
    within = dialogue_stretches(cut) if target.dialogue else None
    if target.dialogue and not within:
        warnings.append("there are no dialogue takes; the whole programme was measured")
        within = None
    blocks, found = levelled(spool, target, within)
    _judge(found, target.lufs, warnings)
    return blocks, found


def _judge(found: Loudness, wanted: float, warnings: list[str]) -> None:
    if found.lufs == -inf:
        warnings.append("there is nothing loud enough to measure; the level was left alone")
    elif abs(found.lufs - wanted) > 0.2:
        warnings.append(f"the mix is at {found.lufs:.1f} LUFS: more would go over the true peak")


def dialogue_stretches(cut: Cut) -> list[tuple[float, float]]:
    """Where our dialogue takes are heard, in seconds, joined where they touch."""
    ours = {index for index, track in enumerate(cut.timeline.tracks) if stem_kind(track) == "dialogue"}
    records = sorted(
        (float(seconds(view.record.start_time)), float(seconds(view.record.end_time_exclusive())))
        for view in cut.views
        if view.track in ours and view.enabled and view.media
    )
    joined: list[tuple[float, float]] = []
    for start, end in records:
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def summary(rows: tuple[Temp, ...] | list[Temp], what: str) -> dict:
    """Provenance of a file that sums several takes: each fact once for all of them."""

    def every(name: str) -> list:
        known = (row.provenance.get(name) for row in rows)
        return list(dict.fromkeys(value for value in known if value not in (None, "")))

    said = {name: every(name) for name in ("model", "checkpoint", "licence")}
    return {
        "synthetic": bool(rows),
        "app": f"VSSFlow Studio {__version__}",
        "what": what,
        **{name: ", ".join(map(str, values)) for name, values in said.items()},
        "seed": ", ".join(sorted(map(str, every("seed")), key=len)),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
    }
