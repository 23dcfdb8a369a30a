"""The verb `cues kinds`: the kinds of foley and ambience, or those nearest to a prompt."""

from __future__ import annotations

import json

from .verbs import add_json, add_verb


def add_kinds(cues) -> None:
    """Put the verb among those of `cues`."""
    verb = add_verb(cues, "kinds", _kinds, "kinds of foley and ambience, or those nearest to a prompt")
    verb.add_argument("prompt", nargs="?", default="", help="such as “boots on fresh snow”")
    verb.add_argument("--model", default="draft", help="whose kinds they are")
    add_json(verb)


def _kinds(arguments) -> int:
    from ..engine.foley_kinds import KINDS
    from ..models.registry import model_card

    card = model_card(arguments.model)
    if arguments.prompt:
        return _nearest(arguments.prompt, card, arguments.json)
    kinds = [KINDS[name] for name in card.kinds if name in KINDS]
    if arguments.json:
        print(json.dumps([_row(kind) for kind in kinds]))
        return 0
    if not kinds:
        print(f"{card.title} takes any prompt")
    for kind in kinds:
        what = "ambience" if kind.bed else "foley"
        words = ", ".join(kind.phrases[1:4] + kind.synonyms[:5])
        print(f"{kind.name:<15} {kind.category:<10} {what:<9} {words}")
    return 0


def _nearest(prompt: str, card, as_json: bool) -> int:
    from ..engine.foley_manner import manner_of
    from ..engine.foley_prompt import nearest_kinds, understood

    asked, near, manner = understood(prompt, card.kinds), nearest_kinds(prompt, card.kinds), manner_of(prompt)
    if as_json:
        rows = [_row(one.kind) | {"likeness": round(one.likeness, 3)} for one in near]
        heard = {"intensity": manner.intensity, "distance": manner.distance, "room": manner.room}
        print(json.dumps({"nearest": rows, "sent": asked.sent, "note": asked.note, **heard}))
        return 0
    for one in near:
        print(f"{one.likeness:4.0%}  {one.kind.name:<15} {one.kind.category:<10} {', '.join(one.kind.phrases[:3])}")
    print(f"asked as  {asked.sent}")
    how = [manner.intensity] * (manner.intensity != "normal") + [part for part in (manner.distance, manner.room) if part]
    if how:
        print(f"treated   {', '.join(how)}")
    if asked.note:
        print(f"note      {asked.note}")
    return 0


def _row(kind) -> dict:
    return {
        "name": kind.name,
        "category": kind.category,
        "ambience": kind.bed,
        "phrases": kind.phrases,
        "synonyms": kind.synonyms,
        "near": kind.near,
    }
