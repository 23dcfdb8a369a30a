"""`.otioz` and `.otiod`: a timeline with its media collected beside it.

OTIO's own writer refuses two files of one name (two cards both have a `clip0001`) and
leaves out the takes that are not circled; this one gives each file a name of its own and
takes the whole project along.
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import opentimelineio as otio

from ..atomic import replacing, storage_error
from .cues import Project
from .files import take_alone
from .media_links import image_name, media_key, references, resolve
from .metadata import write_project

_TIMELINE, _VERSION, _MEDIA = "content.otio", "version.txt", "media"


def write_bundle(
    timeline: otio.schema.Timeline, path: Path, base: Path, project: Project
) -> tuple[str, ...]:
    """Write a bundle of `timeline`, whose paths count from `base`; gives what media was missing.

    `project` is the timeline's, relinked to where its media was found.

    Atomic as a zip; as a folder, the timeline comes last. Raises StorageError.
    """
    collected = _Collected(timeline.clone(), base, project)
    text = otio.adapters.write_to_string(collected.timeline, "otio_json")
    if path.suffix.lower() == ".otioz":
        with replacing(path) as temporary, zipfile.ZipFile(temporary, "w") as out:
            out.writestr(_VERSION, "1.0.0", zipfile.ZIP_DEFLATED)
            out.writestr(_TIMELINE, text, zipfile.ZIP_DEFLATED)
            for name, file in collected.files.items():
                out.write(file, name, zipfile.ZIP_STORED)
    else:
        _write_folder(path, text, collected.files)
    return tuple(collected.missing)


def _write_folder(path: Path, text: str, files: dict[str, Path]) -> None:
    try:
        (path / _MEDIA).mkdir(parents=True, exist_ok=True)
        for name, file in files.items():
            with replacing(path / name) as temporary:
                shutil.copyfile(file, temporary)
        for name, content in ((_VERSION, "1.0.0"), (_TIMELINE, text)):
            with replacing(path / name) as temporary:
                temporary.write_text(content, encoding="utf-8")
    except OSError as error:
        raise storage_error(error, path) from error


class _Collected:
    """A timeline whose media has moved into the bundle: `files` by their name in it."""

    def __init__(self, timeline: otio.schema.Timeline, base: Path, project: Project) -> None:
        take_alone(timeline)
        self.timeline, self.base = timeline, base
        self.files: dict[str, Path] = {}
        self.missing: list[str] = []
        self._names: dict[Path, str] = {}
        for clip in timeline.find_clips():
            again = project.relinked.get(media_key(clip))
            for reference in references(clip):
                relinked = again if reference is clip.media_reference else None
                self._collect(reference, Path(relinked.path) if relinked else None)
        if project.cues:
            write_project(timeline, self._moved(project))

    def _collect(self, reference: otio.core.MediaReference, relinked: Path | None) -> None:
        if isinstance(reference, otio.schema.ImageSequenceReference):
            self._collect_sequence(reference)
        elif url := getattr(reference, "target_url", ""):
            there = relinked if relinked and relinked.is_file() else None
            file = there or resolve(reference, self.base)
            if file:
                reference.target_url = quote(self._name(file))
            else:
                self.missing.append(url)

    def _collect_sequence(self, reference: otio.schema.ImageSequenceReference) -> None:
        first = resolve(reference, self.base)
        count = reference.number_of_images_in_sequence() if first and reference.available_range else 0
        step = max(1, reference.frame_step)
        names = [image_name(reference, reference.start_frame + step * index) for index in range(count)]
        files = [first.parent / name for name in names] if first else []
        there = [file for file in files if file.is_file()]
        if not there:
            self.missing.append(reference.target_url_base)
            return
        folder = f"{_MEDIA}/sequence{len(self.files) + 1}"
        self.files |= {f"{folder}/{file.name}": file.resolve() for file in there}
        reference.target_url_base = f"{folder}/"

    def _name(self, file: Path) -> str:
        """The file's name in the bundle, told apart from another file of the same name."""
        file = file.resolve()
        if file not in self._names:
            taken = {name.casefold() for name in self.files}
            name, number = f"{_MEDIA}/{file.name}", 1
            while name.casefold() in taken:
                number += 1
                name = f"{_MEDIA}/{file.stem}-{number}{file.suffix}"
            self._names[file] = name
            self.files[name] = file
        return self._names[file]

    def _moved(self, project: Project) -> Project:
        """The project with every take in the bundle, circled or not."""

        def moved(take):
            file = self.base / take.path
            return replace(take, path=self._name(file)) if file.is_file() else take

        cues = tuple(replace(cue, takes=tuple(map(moved, cue.takes))) for cue in project.cues)
        lexicon = self.base / project.lexicon
        inside = self._name(lexicon) if project.lexicon and lexicon.is_file() else project.lexicon
        return replace(project, cues=cues, lexicon=inside, search_folders=(), relinked={})


def missing_media(paths: Sequence[str]) -> Iterator[str]:
    """Sentences about media that could not be collected."""
    yield from (f"not collected, because it is not there: {path}" for path in dict.fromkeys(paths))
