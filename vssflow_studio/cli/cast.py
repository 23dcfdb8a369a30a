"""The verb `cues cast`: which voice a character has, or which recording its voice follows."""

from __future__ import annotations

import json
from pathlib import Path

from .verbs import add_json, add_verb


def add(cues) -> None:
    """Put the verb below `cues`."""
    verb = add_verb(cues, "cast", _cast, "the voices of its characters: show or set one")
    verb.add_argument("timeline", type=Path)
    verb.add_argument("character", nargs="?", default="", metavar="CHARACTER")
    one = verb.add_mutually_exclusive_group()
    one.add_argument("--voice", metavar="NAME", help="a voice of the model (models list)")
    one.add_argument("--reference", type=Path, metavar="FILE.wav", help="a recording that the voice is to follow")
    one.add_argument("--none", action="store_true", help="an automatic voice again")
    add_json(verb)


def _cast(arguments) -> int:
    from ..timeline.backups import save_timeline
    from ..timeline.characters import names, with_voice
    from ..timeline.files import read_timeline
    from ..timeline.importing import work_file
    from ..timeline.lock import locked
    from ..timeline.metadata import read_project, write_project

    path, heard = work_file(arguments.timeline), {}
    project = read_project(read_timeline(path))
    if arguments.voice or arguments.reference or arguments.none:
        voice, heard = _chosen(arguments, path)
        with locked(path):
            timeline = read_timeline(path)
            project = with_voice(read_project(timeline), arguments.character, voice)
            write_project(timeline, project)
            save_timeline(timeline, path)
    who = [arguments.character] if arguments.character else names(project)
    cast = {name: project.cast.get(name, "") for name in who}
    if arguments.json:
        print(json.dumps({"cast": cast, **heard}))
        return 0
    for name, voice in cast.items():
        print(f"{name:<20} {voice or 'automatic'}")
    if heard:
        print(f"{'heard':<20} {heard['hertz']:.0f} Hz, {heard['pace']:.1f} syllables a second")
    return 0


def _chosen(arguments, path: Path) -> tuple[str, dict[str, float]]:
    """The voice as the cast has it, and what was heard of a recording. Raises StudioError."""
    from ..errors import CueError
    from ..models.registry import model_cards

    if not arguments.character:
        remedy = "Write it before the option: cues cast cut.otio ANNA --voice Ada"
        raise CueError("No character is named", file=path, remedy=remedy)
    if arguments.none:
        return "", {}
    if arguments.voice:
        known = {voice.name for card in model_cards() for voice in card.choices}
        if arguments.voice not in known:
            remedy = f"There are {', '.join(sorted(known))}; a recording is given with --reference."
            raise CueError(f"No model has a voice “{arguments.voice}”", file=path, remedy=remedy)
        return arguments.voice, {}
    from ..engine.voice_reference import RATE, measured, read_recording
    from ..timeline.characters import is_recording

    file = arguments.reference.resolve()
    if not is_recording(file.name):
        raise CueError("This is no kind of sound file that is known here", file=file, remedy="Choose a WAV.")
    heard = measured(read_recording(file), RATE, file)
    folder = path.resolve().parent
    voice = file.relative_to(folder).as_posix() if file.is_relative_to(folder) else str(file)
    return voice, {"hertz": round(heard.hertz, 1), "pace": round(heard.pace, 2)}
