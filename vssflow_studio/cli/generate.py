"""The verb `generate`."""

from __future__ import annotations

from pathlib import Path

from ..models.interface import SOLVERS
from .farm import add_options, queue_for
from .verbs import DEVICES, add_json, add_verb, positive, show_progress, tell


def add(verbs) -> None:
    """Put the verb in the parser."""
    verb = add_verb(verbs, "generate", _generate, "make a take for every cue of a timeline")
    verb.add_argument("timeline", type=Path)
    verb.add_argument("--cues", type=Path, metavar="FILE.csv", help="add the cues of a sheet first")
    verb.add_argument("-o", "--out", type=Path, metavar="OUT.otio", help="default: the same file")
    verb.add_argument("--model", help="default: as the settings say for each kind of cue")
    verb.add_argument("--device", choices=DEVICES, help="default: as the settings say")
    verb.add_argument("--pending", action="store_true", help="make what was left when the window was closed, no more")
    verb.add_argument("--seed", type=int, default=0)
    verb.add_argument("--steps", type=positive, help="solver steps (NFE for euler)")
    verb.add_argument("--guidance", type=float, help="guidance scale; 1 is none")
    verb.add_argument("--solver", default="", choices=("", *SOLVERS))
    verb.add_argument("--from", dest="begin", metavar="TIMECODE", help="only cues that end after this")
    verb.add_argument("--to", dest="end", metavar="TIMECODE", help="only cues that begin before this")
    verb.add_argument("--search", type=Path, action="append", default=[], metavar="FOLDER")
    add_options(verb)
    add_json(verb)


def _generate(arguments) -> int:
    from ..engine.generate import generate
    from ..engine.pending import make_pending
    from ..engine.queue import JobQueue
    from ..engine.request import Sampling
    from ..settings import read_settings

    settings = read_settings()
    device = arguments.device or settings.device
    if arguments.pending:
        made = make_pending(arguments.timeline, device=device, on_event=show_progress())
        return tell(made, arguments.json)

    def own_queue(told) -> JobQueue:
        return JobQueue(device, told, settings.threads, settings.polite)

    sampling = Sampling(
        arguments.model or Sampling.model, arguments.seed, arguments.steps, arguments.guidance, arguments.solver
    )
    report = generate(
        arguments.timeline,
        out=arguments.out,
        cue_sheet=arguments.cues,
        sampling=sampling,
        search=arguments.search,
        within=(arguments.begin, arguments.end),
        make_queue=queue_for(arguments) or own_queue,
        models=None if arguments.model else settings.models,
        on_event=show_progress(),
    )
    return tell(report, arguments.json)
