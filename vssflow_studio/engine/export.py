"""A timeline for another program: the format by the file's suffix."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import opentimelineio as otio

from ..atomic import replacing, write_bytes
from ..errors import StudioError, TimelineError
from ..timeline.export_bundle import missing_media, write_bundle
from ..timeline.files import write_timeline
from ..timeline.flat import Flat, flatten
from ..timeline.metadata import write_project
from ..timeline.rebase import rebase, rebased_project
from ..timeline.rows import cue_of
from .cut import Cut
from .file_facts import facts_reader
from .mixing import write_mix
from .preview import preview_cut

CLIENTS = {
    "resolve": (".otio", ".otioz", ".otiod", ".xml", ".aaf", ".edl"),
    "premiere": (".xml", ".otio", ".aaf", ".edl"),
    "avid": (".aaf", ".edl"),
    "protools": (".aaf", ".wav"),
    "kdenlive": (".otio", ".kdenlive", ".mlt"),
}
"""What each program reads, the best first: Resolve reads OTIO from 18.5 on, Premiere from 25.2
and FCP7 XML in every version, Kdenlive from 25.04 and .kdenlive before."""

OnStep = Callable[[int, int], None]


@dataclass(frozen=True)
class Exported:
    """A file that was written, and sentences about what could not come along."""

    path: Path
    warnings: tuple[str, ...] = ()
    measured: dict[str, float] = field(default_factory=dict)

    @property
    def level(self) -> str:
        """Of a mix, `-23.0 LUFS, -1.4 dBTP`."""
        known = self.measured
        return f"{known['lufs']:.1f} LUFS, {known['true_peak']:.1f} dBTP" if known else ""

    def as_dict(self) -> dict:
        """For `--json`."""
        return {"path": str(self.path), "warnings": list(self.warnings), **self.measured}


def destination(out: Path, client: str, name: str) -> Path:
    """The file to write: `out`, or in the folder `out` one of `name` of the client's best format.

    Raises TimelineError for a suffix that nobody or that `client` doesn't read.
    """
    out = Path(out)
    if client and (out.is_dir() or not out.suffix):
        return out / f"{name}{CLIENTS[client][0]}" if out.is_dir() else out.with_suffix(CLIENTS[client][0])
    suffix, known = out.suffix.lower(), sorted(_WRITERS)
    if suffix not in _WRITERS or out.is_dir() and suffix != ".otiod":
        raise TimelineError(
            f"Nothing can be exported as “{out.suffix or out.name}”",
            file=out,
            remedy=f"Name a file that ends in {', '.join(known)}, or say --for which program.",
        )
    if client and suffix not in CLIENTS[client]:
        raise TimelineError(
            f"{client.capitalize()} doesn't read “{suffix}”",
            file=out,
            remedy=f"Use {', '.join(CLIENTS[client])}.",
        )
    return out


def export(
    cut: Cut,
    out: Path,
    client: str = "",
    on_step: OnStep = lambda done, total: None,
    loudness: str = "",
) -> Exported:
    """Write `cut` as what `out` ends in; nothing of the timeline itself changes.

    `loudness` is for a mix (.wav) only: a name in `media.loudness.TARGETS`, or empty for
    the level that it has. Raises StudioError.
    """
    made = _exported(cut, destination(out, client, cut.name), client, on_step, loudness)
    return replace(made, warnings=(*made.warnings, *_unheard(cut)))


def _exported(cut: Cut, out: Path, client: str, on_step: OnStep, loudness: str) -> Exported:
    if not out.parent.is_dir():
        raise TimelineError("The folder is not there", file=out, remedy="Make it, or choose another.")
    if out.suffix.lower() == ".wav":
        warnings, measured = write_mix(cut, out, loudness)
        return Exported(out, warnings, measured)
    if out.suffix.lower() == ".mp4":
        preview_cut(cut, out, on_step)
        return Exported(out)
    try:
        writer = _FOR_CLIENT.get((client, out.suffix.lower())) or _WRITERS[out.suffix.lower()]
        return Exported(out, writer(cut, out))
    except StudioError:
        raise
    except Exception as error:  # the formats' own libraries have many words for what they can't write
        raise TimelineError(
            f"This timeline can't be written as “{out.suffix}” ({type(error).__name__}: {error})",
            file=out,
            remedy="Export as .otio.",
        ) from error


def _unheard(cut: Cut) -> list[str]:
    """A sentence about the takes that nobody will hear: their WAVs are not there."""
    away = [view.media_name for clip, view in cut.placed if view.media is None and cue_of(clip)]
    some = f"{', '.join(away[:3])}{', …' if len(away) > 3 else ''}"
    return [f"takes that are not heard because their WAV is not there: {len(away)} ({some})"] if away else []


def _flat(cut: Cut) -> Flat:
    flat = flatten(cut.timeline, cut.base, cut.project.relinked)
    if not any(track.clips for track in flat.tracks):
        raise TimelineError(
            "There are no clips to export", file=cut.name, remedy="Export as .otio, or add some."
        )
    return flat


def _otio(cut: Cut, out: Path) -> tuple[str, ...]:
    write_timeline(_moved(cut, out), out)
    return ()


def _otio_for_kdenlive(cut: Cut, out: Path) -> tuple[str, ...]:
    from ..timeline.export_kdenlive import for_kdenlive

    timeline = _moved(cut, out)
    lost = for_kdenlive(timeline, out.resolve().parent)
    write_timeline(timeline, out)
    return lost


def _moved(cut: Cut, out: Path) -> otio.schema.Timeline:
    """A copy of the timeline whose relative paths count from the folder of `out`."""
    timeline, new = cut.timeline.clone(), out.resolve().parent
    rebase(timeline, cut.base, new)
    project = rebased_project(cut.project, cut.base, new)
    if project.cues or project.relinked:
        write_project(timeline, project)
    return timeline


def _bundle(cut: Cut, out: Path) -> tuple[str, ...]:
    missing = write_bundle(cut.timeline, out, cut.base, cut.project)
    return tuple(missing_media(missing))


def _fcp(cut: Cut, out: Path) -> tuple[str, ...]:
    from ..timeline.export_fcp import fcp_xml

    flat = _flat(cut)
    write_bytes(out, fcp_xml(flat, facts_reader()).encode())
    return flat.lost


def _edl(cut: Cut, out: Path) -> tuple[str, ...]:
    from ..timeline.export_edl import edl

    flat = _flat(cut)
    write_bytes(out, edl(flat).encode())
    return (*flat.lost, *_cut_away(flat, "Audio", retimes=False))


def _aaf(cut: Cut, out: Path) -> tuple[str, ...]:
    from ..timeline.export_aaf import write_aaf

    flat = _flat(cut)
    with replacing(out) as temporary:
        write_aaf(temporary, flat, facts_reader())
    return (*flat.lost, *_cut_away(flat))


def _mlt(cut: Cut, out: Path) -> tuple[str, ...]:
    from ..timeline.export_mlt import kdenlive, mlt_xml

    flat, facts = _flat(cut), facts_reader()
    if out.suffix.lower() == ".kdenlive":
        text = kdenlive(flat)
    else:
        known = (facts(clip) for track in flat.of_kind("Video") for clip in track.clips)
        first = next(((one.width, one.height) for one in known if one.width), (1920, 1080))
        own = flat.picture
        text = mlt_xml(flat, (int(own["width"]), int(own["height"])) if own else first)
    write_bytes(out, text.encode())
    away = sum(not clip.file for track in flat.tracks for clip in track.clips)
    lost = [f"clips left out because their media is not there: {away}"] if away else []
    return (*flat.lost, *_cut_away(flat, retimes=False), *lost)


def _cut_away(flat: Flat, kind: str = "", retimes: bool = True) -> list[str]:
    """Sentences about what a format of plain cuts leaves out."""
    clips = [clip for track in flat.tracks if not kind or track.kind == kind for clip in track.clips]
    lost = []
    if flat.transitions:
        lost.append(f"transitions that became cuts: {flat.transitions}")
    if retimes and (count := sum(clip.speed != 1 for clip in clips)):
        lost.append(f"clips that lost their change of speed: {count}")
    if count := sum(not clip.enabled for clip in clips):
        lost.append(f"disabled clips left out: {count}")
    return lost


_WRITERS: dict[str, Callable[[Cut, Path], tuple[str, ...]] | None] = {
    ".otio": _otio,
    ".otioz": _bundle,
    ".otiod": _bundle,
    ".xml": _fcp,
    ".edl": _edl,
    ".aaf": _aaf,
    ".mlt": _mlt,
    ".kdenlive": _mlt,
    ".mp4": None,
    ".wav": None,
}
_FOR_CLIENT = {("kdenlive", ".otio"): _otio_for_kdenlive}
FORMATS = tuple(_WRITERS)
"""Suffixes that can be exported."""
