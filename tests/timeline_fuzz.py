"""Real timelines, spoilt at random, and what must hold of each: a timeline or a StudioError.

`check(count, folder)` makes `count` of them. It is run small by the tests and large by
`tests/benchmarks/fuzz_timelines.py`.
"""

from __future__ import annotations

import copy
import io
import json
import random
import re
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import opentimelineio as otio
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from opentimelineio.opentime import RationalTime, TimeRange

from vssflow_studio.errors import StudioError
from vssflow_studio.timeline.clips import clip_views, record_timecode, timeline_duration, timeline_rate
from vssflow_studio.timeline.cues import Cue, Project, Take
from vssflow_studio.timeline.dissolves import heard_pieces, shown_picture
from vssflow_studio.timeline.files import read_timeline, write_timeline
from vssflow_studio.timeline.marker_cues import marker_cues
from vssflow_studio.timeline.metadata import read_project, write_project
from vssflow_studio.timeline.rebase import rebase, rebased_project
from vssflow_studio.timeline.timecode import range_of
from vssflow_studio.timeline.tracks import place_takes

LONGEST = 5.0
"""Seconds of work that any one of them may take; others may be using the machine, too."""


def check(count: int, folder: Path, on_step: Callable[[int], None] = lambda done: None) -> Counter:
    """Spoil `count` timelines in `folder`; what came of each kind. Raises what escaped, with its seed."""
    came: Counter = Counter()

    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.sampled_from(sorted(SPOILERS)), st.integers(0, 2**48))
    def run(kind: str, seed: int) -> None:
        came[kind, survive(folder, kind, seed)] += 1
        on_step(came.total())

    run()
    return came


def survive(folder: Path, kind: str, seed: int) -> str:
    """Spoil one timeline and use it as the app does; "opened" or "refused"."""
    chosen = folder / "chosen"
    chosen.mkdir(exist_ok=True)
    path = chosen / f"cut{seed}{kind.partition(' ')[0]}"
    path.write_bytes(SPOILERS[kind](random.Random(seed)))
    begun = time.process_time()
    try:
        use(path)
        came = "opened"
    except StudioError as error:
        assert str(error) and error.remedy, f"{kind} {seed}: no remedy in “{error}”"
        came = "refused"
    took = time.process_time() - begun
    assert took < LONGEST, f"{kind} {seed} took {took:.1f} s"
    assert [one.name for one in folder.iterdir()] == ["chosen"], f"{kind} {seed} wrote outside its folder"
    _empty(chosen)
    return came


def _empty(folder: Path) -> None:
    for one in sorted(folder.rglob("*"), key=lambda path: -len(path.parts)):
        one.rmdir() if one.is_dir() and not one.is_symlink() else one.unlink()


def use(path: Path) -> None:
    """Open, look at all of it, put a take on it, save it elsewhere and open that."""
    timeline = read_timeline(path)
    project = read_project(timeline)
    views = clip_views(timeline, path.parent)
    rate, end = timeline_rate(timeline), timeline_duration(timeline)
    for view in views[:200]:
        record_timecode(timeline, view.record.start_time)
        heard_pieces(view)
    shown_picture(views, range_of(RationalTime(0, rate), end))
    marker_cues(timeline, lambda line: len(line) / 10)
    begin, length = RationalTime(10, rate), RationalTime(24, rate)
    take = Take("t", "cut.takes/a.wav", RationalTime(5, rate), length, RationalTime(5, rate))
    cues = (*project.cues, Cue("fuzz", "dialogue", TimeRange(begin, length), "Hey!", takes=(take,)))
    out = path.parent / "below" / "out.otio"
    out.parent.mkdir(exist_ok=True)
    rebase(timeline, path.parent, out.parent)
    project = rebased_project(Project(cues, project.cast), path.parent, out.parent)
    write_project(timeline, project)
    place_takes(timeline, project.cues)
    write_timeline(timeline, out)
    back = read_timeline(out)
    assert len(clip_views(back, out.parent)) >= 1
    place_takes(back, ())


# Timelines to begin with.


def whole() -> otio.schema.Timeline:
    """A timeline with all that OTIO has and all that is ours."""

    def frames(start, length, rate=24):
        return TimeRange(RationalTime(start, rate), RationalTime(length, rate))

    def clip(name, **more):
        media = otio.schema.ExternalReference(f"media/{name}.mov", frames(86_400, 240))
        return otio.schema.Clip(name, media, frames(86_424, 24), **more)

    made = otio.schema.Timeline("cut", global_start_time=RationalTime(86_400, 24))
    picture, sound = otio.schema.Track("V1", kind="Video"), otio.schema.Track("A1", kind="Audio")
    fade = otio.schema.Transition("x", "SMPTE_Dissolve", RationalTime(4, 24), RationalTime(4, 24))
    nest = otio.schema.Stack("nest", source_range=frames(6, 30), effects=[otio.schema.LinearTimeWarp(time_scalar=-2.0)])
    nest.extend([otio.schema.Track("in", kind="Video", children=[clip("d"), clip("e")]), clip("f")])
    shots = otio.schema.ImageSequenceReference("shots/", "s.", ".png", 1001, 1, 24, 4, available_range=frames(0, 48))
    several = clip("g")
    several.set_media_references({"hi": several.media_reference.clone(), "lo": shots}, "lo")
    slow = clip("b", effects=[otio.schema.LinearTimeWarp(time_scalar=0.5)], markers=[otio.schema.Marker("m", frames(0, 1))])
    frozen = clip("c", effects=[otio.schema.FreezeFrame()])
    gap = otio.schema.Gap(duration=RationalTime(12, 24))
    picture.extend([clip("a"), fade, slow, gap, frozen, nest, several, fade.clone()])
    sound.extend([clip("a"), otio.schema.Clip("h", otio.schema.MissingReference(), frames(0, 48_000, 48_000))])
    made.tracks.extend([picture, sound])
    take = Take("t", "cut.takes/s.wav", RationalTime(12, 24), RationalTime(24, 24), RationalTime(12, 24))
    cues = (
        Cue("c1", "foley", frames(0, 24), "steps", takes=(take,)),
        Cue("c2", "dialogue", frames(30, 24), "Run!", "ANNA", takes=(take,), pace=1.2),
    )
    write_project(made, Project(cues, {"ANNA": "slt"}, ("/media",)))
    place_takes(made, cues)
    return made


EDL = """TITLE: CUT
FCM: NON-DROP FRAME
001  A001C003 V     C        01:00:04:05 01:00:06:12 00:59:59:20 01:00:02:02
* FROM CLIP NAME: A.MOV
002  A001C004 AA/V  C        00:00:00:20 00:00:03:10 01:00:02:02 01:00:04:17
M2   A001C004       012.5    00:00:00:20
* FROM CLIP: /media/b.mov
003  A001C004 V     C        00:00:03:10 00:00:03:10 01:00:04:17 01:00:04:17
003  B        V     D    012 00:00:01:00 00:00:03:11 01:00:04:17 01:00:07:03
* LOC: 01:00:05:00 RED     HERE
"""


def _json() -> str:
    return whole().to_json_string()


def _xml() -> str:
    plain = otio.schema.Timeline("cut", global_start_time=RationalTime(86_400, 24))
    plain.tracks.append(whole().tracks[0].clone())
    del plain.tracks[0][4:]
    return otio.adapters.write_to_string(plain, "fcp_xml")


_MADE: dict[Callable, object] = {}


def _once(make: Callable):
    """What `make` gives; made once."""
    if make not in _MADE:
        _MADE[make] = make()
    return _MADE[make]


# Ways to spoil them.

_NASTY = (
    None, True, 0, -1, 1, 1e308, -1e308, 5e-324, float("nan"), float("inf"), -float("inf"), 2**62, 2**70, 0.1,
    "", "x" * 10_000, "../../../../../../tmp/out.wav", "file:///etc/../etc/passwd", "C:\\..\\x.mov", "\\\\nas\\x",
    "a\0b", "\u202eabc\ud7ff", "é" * 300, "%00", "%zz%%04d", "a/" * 5_000, "~/x", "-rf", "file://", "http://[::1",
    [], {}, [[]], [None], {"OTIO_SCHEMA": "Clip.99"}, {"OTIO_SCHEMA": "Flare.1"}, {"OTIO_SCHEMA": 5},
    {"OTIO_SCHEMA": "Gap.1"}, {"OTIO_SCHEMA": "SerializableObjectRef.1", "id": "root"},
    {"OTIO_SCHEMA": "RationalTime.1", "value": 5.0, "rate": 0.0},
    {"OTIO_SCHEMA": "RationalTime.1", "value": float("nan"), "rate": -24.0},
    {"OTIO_SCHEMA": "RationalTime.1", "value": 1e300, "rate": 1e-9},
    {
        "OTIO_SCHEMA": "TimeRange.1",
        "start_time": {"OTIO_SCHEMA": "RationalTime.1", "value": 1e6, "rate": 24.0},
        "duration": {"OTIO_SCHEMA": "RationalTime.1", "value": -24.0, "rate": 24.0},
    },
)  # fmt: skip


def _places(tree) -> list[tuple]:
    """(holder, key) of every value in a JSON tree."""
    found, waiting = [], [tree]
    while waiting:
        node = waiting.pop()
        keys = list(node) if isinstance(node, dict) else range(len(node))
        for key in keys:
            found.append((node, key))
            if isinstance(node[key], (dict, list)):
                waiting.append(node[key])
    return found


def _spoil_tree(tree, chance: random.Random) -> None:
    places = _places(tree)
    holder, key = chance.choice(places)
    act = chance.randrange(8)
    if act <= 2:
        holder[key] = copy.deepcopy(chance.choice(_NASTY))
    elif act == 3:
        del holder[key]
    elif act == 4:
        other, name = chance.choice(places)
        if key in range(len(holder)) or isinstance(holder, dict):
            holder[key] = copy.deepcopy(other[name])
    elif act == 5:
        schemas = [one["OTIO_SCHEMA"] for one, name in places if name == "OTIO_SCHEMA"]
        holder[key] = chance.choice(schemas) if key == "OTIO_SCHEMA" else holder[key]
    elif act == 6 and isinstance(holder, list):
        holder[:] = holder * chance.choice((2, 3, 50))
    else:
        numbers = [(one, name) for one, name in places if isinstance(one[name], (int, float))]
        one, name = chance.choice(numbers)
        one[name] = chance.choice((0, -1, 1, 23.976, -one[name], one[name] * 1e6, 48_000, 1e-6))


def _spoilt_tree(chance: random.Random) -> bytes:
    tree = json.loads(_once(_json))
    for _ in range(chance.choice((1, 1, 2, 3, 5))):
        _spoil_tree(tree, chance)
    if chance.random() < 0.1:
        tree["OTIO_REF_ID"] = "root"
    return json.dumps(tree, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")


def _nested(chance: random.Random) -> bytes:
    """A stack in a stack in a stack …, or brackets alone."""
    tree, depth = json.loads(_once(_json)), chance.choice((3, 3, 30, 30, 110, 300, 200_000))
    opening = '{"OTIO_SCHEMA": "Stack.1", "name": "n", "children": ['
    text = json.dumps(tree).replace('"children": [', f'"children": [{opening * depth}{"]}" * depth}, ', 1)
    if chance.random() < 0.4:
        text = text.replace('"metadata": {', f'"metadata": {{"deep": {"[" * depth}{"]" * depth}, ', 1)
    return text.encode()


def _gaps(chance: random.Random) -> bytes:
    gap = '{"OTIO_SCHEMA": "Gap.1", "source_range": null}, '
    text, many = _once(_json), gap * chance.choice((10, 100, 100, 1_000, 1_000, 20_000))
    at = text.index('"children": [', text.index('"Track.') if chance.random() < 0.7 else 0)
    return f'{text[:at]}"children": [{many}{text[at + 13 :]}'.encode()


def _spoilt_bytes(data: bytes, chance: random.Random) -> bytes:
    act = chance.randrange(6)
    at = chance.randrange(len(data))
    if act == 0:
        return data[:at]
    if act == 1:
        return data[:at] + bytes(chance.randrange(256) for _ in range(chance.choice((1, 9, 99)))) + data[at:]
    if act == 2:
        return data[:at] + data[min(len(data), at + chance.choice((1, 20, 500))) :]
    if act == 3:
        return data.decode("latin-1").encode(chance.choice(("utf-16", "utf-32", "utf-8-sig", "cp500")))
    spoilt = bytearray(data)
    for _ in range(chance.choice((1, 3, 30))):
        spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
    return bytes(spoilt)


_NAMES = (
    "../out.wav", "media/../../out.wav", "/tmp/vssflow-out.wav", "C:\\out.wav", "media\\..\\..\\out.wav",
    "media/a.wav", "MEDIA/A.wav", "media/" + "n" * 300, "media//a.wav", "./media/a.wav", "media/a.wav/b.wav",
    "media/a\n.wav", "content.otio/a", "d/" * 30 + "a.wav", "media/e\u0301.wav",
)  # fmt: skip


def _spoilt_archive(chance: random.Random) -> bytes:
    held = io.BytesIO()
    content = _spoilt_tree(chance) if chance.random() < 0.3 else _once(_json).encode()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        if chance.random() < 0.95:
            archive.writestr("content.otio", content)
        archive.writestr("media/a.mov", b"moov" * 99)
        for name in chance.sample(_NAMES, chance.randrange(4)):
            entry = zipfile.ZipInfo(name)
            if chance.random() < 0.2:
                entry.external_attr = 0o120777 << 16  # a link
            archive.writestr(entry, chance.choice((b"/etc/passwd", b"", b"0" * 10_000_000)), zipfile.ZIP_DEFLATED)
    data = held.getvalue()
    return _spoilt_bytes(data, chance) if chance.random() < 0.4 else data


def _spoilt_edl(chance: random.Random) -> bytes:
    lines = EDL.splitlines()
    for _ in range(chance.choice((1, 2, 4))):
        at = chance.randrange(len(lines))
        words = lines[at].split()
        act = chance.randrange(6)
        if act == 0:
            del lines[at]
        elif act == 1:
            lines[at] = " ".join(chance.sample(words, len(words)))
        elif act == 2:
            words[chance.randrange(len(words))] = chance.choice(("99:99:99:99", "W001", "-1", "x" * 10_000, "KB", "00:00:00;00"))
            lines[at] = " ".join(words)
        elif act == 3:
            lines += lines[at : at + 3] * chance.choice((1, 200))
        elif act == 4:
            lines.insert(at, chance.choice(("SPLIT:", "FCM: DROP FRAME", "* ASC_SOP (x)", "M2", "BL", "\0", "* FREEZE FRAME")))
        elif lines:
            lines[at] = lines[at].replace("0", str(chance.randrange(10)), chance.choice((1, 9)))
        lines = lines or [""]
    data = "\n".join(lines).encode()
    return _spoilt_bytes(data or b"x", chance) if chance.random() < 0.3 else data


def _spoilt_xml(chance: random.Random) -> bytes:
    text = _once(_xml)
    if chance.random() < 0.5:
        return _spoilt_bytes(text.encode(), chance)
    tags = list(re.finditer(r"<(\w+)[^>/]*>([^<]*)</\1>", text))
    for match in chance.sample(tags, 3):
        new = chance.choice(("", "-1", "0", "nan", "x" * 10_000, "99999999999", "TRUE", "<a>" * 3_000 + "</a>" * 3_000, "../../x"))
        text = text.replace(match[0], f"<{match[1]}>{new}</{match[1]}>", 1)
    if chance.random() < 0.1:
        bomb = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))
        text = text.replace("<!DOCTYPE xmeml>", f'<!DOCTYPE xmeml [<!ENTITY e0 "ha">{bomb}]>').replace("cut", "&e9;")
    return text.encode()


SPOILERS: dict[str, Callable[[random.Random], bytes]] = {
    ".otio": _spoilt_tree,
    ".otio again": _spoilt_tree,
    ".otio bytes": lambda chance: _spoilt_bytes(_once(_json).encode(), chance),
    ".otio nested": _nested,
    ".otio gaps": _gaps,
    ".otioz": _spoilt_archive,
    ".edl": _spoilt_edl,
    ".xml": _spoilt_xml,
}
