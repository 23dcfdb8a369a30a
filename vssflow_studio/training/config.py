"""What `vssflow-studio train` is told: a TOML file with short sections.

    [data]   caches, teachers' amounts, shares, own clips
    [model]  sizes that differ from the shipped draft's (fields of VSSFlowConfig)
    [loop]   length, batch, rate, precision, seed, device
    [out]    the run's folder and the finished model's
    [mof]    instead of all these: the gate that reads instructions

Folders are relative to where the command is started. Imports no torch.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import get_type_hints

from ..engine.devices import NAMES as DEVICES
from ..engine.foley_kinds import KINDS
from ..errors import StudioError
from ..models.vssflow.config import VSSFlowConfig, draft

PRECISIONS = ("auto", "fp32", "bf16")

FIXED = frozenset(
    "latent_channels latent_rate window lip_channels phoneme_table predicts sync_raw".split()
)
"""Sizes that follow from the data and the loss, and are no matter of taste."""

_FEW, _FEW_STEPS, _FEW_UPDATES = 12, 8, 200
"""Of a short run: sentences, scenes and small models' steps; steps; the gate's updates."""

_KEPT_SEEDS = 1_000_000
"""Scenes from here on are the sync encoder's and the evaluation's (see train_sync.py)."""


class ConfigError(StudioError):
    """The training's configuration can't be read or asks for what can't be."""


@dataclass(frozen=True)
class Data:
    """How much each teacher gives, and how it is mixed.

    `sentences` for each voice, `wild` of them as in sentences(); `foley` and `joint` are shares of the examples as in
    Mixture, kinds of foley that are `hard` come three times as often as the others, and
    `own_share` of them all is the folder `own` (see own_data.py). `wide_sentences` of a
    wide voice teach the band extension (see train_band.py); 0 leaves it out. Of the chain's stages
    (see chain_examples.py) `faces` are sentences for each voice that a rendered face speaks;
    shares of `seen` and `guided` go before the others.
    """

    cache: Path = Path("training/cache")
    sentences: int = 2000
    wild: float = 0.0
    scenes: int = 2550
    sync_scenes: int = 6800
    sync_steps: int = 1500
    duration_steps: int = 1200
    wide_sentences: int = 0
    band_steps: int = 800
    seed: int = 0
    foley: float = 0.5
    joint: float = 0.08
    hard: tuple[str, ...] = ()
    own: Path | None = None
    own_share: float = 0.3
    faces: int = 0
    seen: float = 0.0
    guided: float = 0.0

    def __post_init__(self) -> None:
        _least(self, 1, "sentences", "scenes", "sync_scenes", "sync_steps", "duration_steps", "band_steps")
        _least(self, 0, "seed", "foley", "joint", "own_share", "faces", "wild", "seen", "guided", "wide_sentences")
        if self.seed + self.scenes > _KEPT_SEEDS:
            raise ValueError(f"seed and scenes together have to stay below {_KEPT_SEEDS}")
        for kind in self.hard:
            _one_of("hard", kind, tuple(KINDS))
        if self.foley + self.joint > 1:
            raise ValueError("foley and joint are shares and come to more than 1")
        if self.seen + self.guided > 1:
            raise ValueError("seen and guided are shares and come to more than 1")
        if self.seen + self.guided > 0 and not self.faces:
            raise ValueError("seen and guided need faces")
        if self.faces and self.own:
            raise ValueError("faces and own don't go together")
        if self.own_share > 1:
            raise ValueError("own_share is a share, at most 1")


@dataclass(frozen=True)
class Loop:
    """Of the training loop.

    Give `steps` or `minutes`. `batch` is the examples of a step over all processes;
    each process takes its part of it in `accumulation` pieces, which saves memory and
    changes nothing else. `drop` is how often all conditions are zeroed (VSSFlow §4.1).
    `start` names an installed model, or the folder of a finished one, of the same sizes and voices to go on from: its averaged
    weights, its codec's statistics, its sync encoder and its durations; empty begins anew.
    `excerpts` is the share of the steps that see three short excerpts for each example: three
    times as many prompts for the same work.
    `only` is part of a tensor's name: just those that have it are trained.
    A checkpoint is written every `save_steps` and every `save_minutes`, 0 for never.
    """

    steps: int = 0
    minutes: float = 0.0
    batch: int = 8
    accumulation: int = 1
    rate: float = 1.5e-3
    warm_up: int = 150
    drop: float = 0.1
    excerpts: float = 0.0
    ema: float = 0.998
    precision: str = "auto"
    seed: int = 0
    save_steps: int = 0
    save_minutes: float = 4.0
    compile: bool = True
    device: str = "auto"
    start: str = ""
    only: str = ""

    def __post_init__(self) -> None:
        if (self.steps > 0) == (self.minutes > 0):
            raise ValueError("give steps or minutes, one of them above 0")
        _least(self, 1, "batch", "accumulation", "warm_up")
        _least(self, 0, "steps", "minutes", "drop", "excerpts", "ema", "save_steps", "save_minutes")
        if self.rate <= 0:
            raise ValueError("rate has to be above 0")
        if max(self.drop, self.excerpts) > 1 or self.ema >= 1:
            raise ValueError("drop and excerpts are shares, at most 1, and ema lies below 1")
        _one_of("precision", self.precision, PRECISIONS)
        _one_of("device", self.device, DEVICES)


@dataclass(frozen=True)
class Out:
    """`run` holds checkpoint and log, `model` the finished model; empty: don't finish one."""

    run: Path = Path("training/run")
    model: Path | None = Path("training/draft")


@dataclass(frozen=True)
class Mof:
    """Of the gate (see train_mof.py): with FLAN-T5 in the folder `t5`, its gate is trained, and lies there."""

    updates: int = 5000
    seed: int = 0
    out: Path = Path("training/mof.safetensors")
    t5: Path | None = None

    def __post_init__(self) -> None:
        _least(self, 1, "updates")
        _least(self, 0, "seed")


@dataclass(frozen=True)
class TrainConfig:
    """All of a training run."""

    data: Data = field(default_factory=Data)
    model: VSSFlowConfig = field(default_factory=draft)
    loop: Loop = field(default_factory=lambda: Loop(minutes=60.0))
    out: Out = field(default_factory=Out)
    mof: Mof | None = None


def read_config(path: Path) -> TrainConfig:
    """The configuration in `path`, or the shipped one where `path` is just its name.

    Raises ConfigError naming file and key.
    """
    shipped = Path(__file__).parent / f"{path.name}.toml"
    if str(path) == path.name and not path.is_file() and shipped.is_file():
        path = shipped
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise ConfigError(f"The configuration can't be read: {why}", file=path) from error
    known = {"data": Data, "model": draft(), "loop": Loop, "out": Out, "mof": Mof}
    for name, table in tables.items():
        if name not in known or not isinstance(table, dict):
            raise _wrong(path, name, "is no section", f"Sections: {', '.join(known)}.")
    if "mof" in tables:
        if len(tables) > 1:
            raise _wrong(path, "[mof]", "stands alone", "Train the gate with a configuration of its own.")
        return TrainConfig(mof=_section(path, "mof", tables["mof"], Mof))
    del known["mof"]
    return TrainConfig(**{name: _section(path, name, tables.get(name, {}), known[name]) for name in known})


def shortened(config: TrainConfig) -> TrainConfig:
    """The same stage within minutes, its folders beside the real ones: does all of it run here?

    What comes of it is not worth hearing. A stage that goes on from the folder of another goes on
    from that one's short form.
    """
    if config.mof:
        return replace(config, mof=replace(config.mof, updates=_FEW_UPDATES, out=_beside(config.mof.out)))
    data, loop, out = config.data, config.loop, config.out
    amounts = ("sentences", "scenes", "sync_scenes", "sync_steps", "duration_steps", "wide_sentences", "band_steps")
    few = {name: min(_FEW, getattr(data, name)) for name in (*amounts, "faces")}
    start = Path(loop.start)
    return replace(
        config,
        data=replace(data, cache=_beside(data.cache), **few),
        loop=replace(
            loop,
            steps=_FEW_STEPS,
            minutes=0.0,
            compile=False,
            start=str(_beside(start)) if len(start.parts) > 1 else loop.start,
        ),
        out=Out(_beside(out.run), out.model and _beside(out.model)),
    )


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.stem}-short{path.suffix}")


def _section(path: Path, section: str, table: dict, made_from):
    """`made_from` is a dataclass, or one of its instances to take the rest from."""
    kind = made_from if isinstance(made_from, type) else type(made_from)
    hints = {f.name: get_type_hints(kind)[f.name] for f in fields(kind)}
    values = {}
    for key, value in table.items():
        if key not in hints:
            raise _wrong(path, f"{section}.{key}", "is not known", f"Keys: {', '.join(hints)}.")
        if section == "model" and key in FIXED:
            raise _wrong(path, f"{section}.{key}", "is set by the data", "Leave it out.")
        values[key] = _value(path, f"{section}.{key}", value, hints[key])
    try:
        if kind is made_from:
            return kind(**values)
        return _sound_sizes(replace(made_from, **values))
    except ValueError as error:
        raise _wrong(path, f"[{section}]", f"can't be: {error}", "Change it.") from error


def _sound_sizes(model: VSSFlowConfig) -> VSSFlowConfig:
    """`model`, if a network can have its sizes. Raises ValueError."""
    _least(model, 1, *(f.name for f in fields(model) if type(getattr(model, f.name)) is int))
    if model.head_channels % 4 or model.time_channels % 2:
        raise ValueError("head_channels have to be a multiple of 4, time_channels of 2")
    moves = model.sync_raw - 1  # the rest of the semantics is the prompt's
    if model.semantic_raw <= moves:
        raise ValueError(f"semantic_raw has to be above {moves}, the picture's part of it")
    return model


def _value(path: Path, key: str, value: object, hint: object) -> object:
    if hint is float and type(value) is int:
        return float(value)
    if hint in (int, float, str, bool) and type(value) is hint:
        return value
    if hint in (Path, Path | None) and isinstance(value, str):
        if value or hint is not Path:
            return Path(value) if value else None
        raise _wrong(path, key, "is empty", "Name a folder.")
    if hint == tuple[str, ...] and isinstance(value, list) and all(isinstance(one, str) for one in value):
        return tuple(value)
    wanted = {int: "a whole number", float: "a number", bool: "true or false", tuple[str, ...]: "a list of texts"}
    raise _wrong(path, key, f"has to be {wanted.get(hint, 'a text')}, not {value!r}", "Change it.")


def _wrong(path: Path, key: str, what: str, remedy: str) -> ConfigError:
    return ConfigError(f"{key} {what}", file=path, remedy=remedy)


def _least(section: object, least: int, *names: str) -> None:
    for name in names:
        if getattr(section, name) < least:
            raise ValueError(f"{name} has to be at least {least}")


def _one_of(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ValueError(f"{name} is {' or '.join(choices)}, not {value!r}")
