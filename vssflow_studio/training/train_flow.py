"""Train the draft model's flow: the loop of `vssflow-studio train`."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import nullcontext
from copy import deepcopy

import torch
from torch import Tensor, nn

from ..engine.devices import choose_device
from ..engine.foley_kinds import KINDS as KINDS_OF_FOLEY
from ..errors import Cancelled, DeviceError, ModelError, StudioError
from ..models.checkpoints import load_into
from ..models.codecs.mel import MelCodec
from ..models.flow import path as ot
from ..models.precision import has_bfloat16
from ..models.vssflow.draft import DraftFlow
from . import checkpoint, start
from .config import ConfigError, Loop, TrainConfig
from .examples import Examples, Mixture
from .interrupt import Interrupt
from .log import Log, Progress, Row
from .new_kinds import set_apart
from .processes import Group, memory_mb, wrapped
from .source import KINDS, ExampleSource, Part

AVERAGE = "average.safetensors"
"""The running average of the weights, with the codec's statistics: what ships."""

OnProgress = Callable[[Progress], None]


class Objective(nn.Module):
    """The squared error of the predicted clean latent, a mean for each example [batch]."""

    def __init__(self, model: DraftFlow) -> None:
        super().__init__()
        self.model = model

    def forward(self, part: Part) -> Tensor:
        state = ot.interpolate(part.noise, part.latent, part.times)
        conditions = self.model.project(part.conditions, part.latent.shape[-1]).masked(part.keep)
        predicted = self.model(state, part.times, conditions).float()
        return (predicted - part.latent).pow(2).mean((1, 2))


def learning_rate(loop: Loop, step: int, spent: float) -> float:
    """Warm-up by steps, then a cosine over the whole run, to a fiftieth."""
    warm = min(1.0, (step + 1) / loop.warm_up)
    return loop.rate * warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1, spent))))


class Trainer:
    """Model, its running average and optimiser on this process's device.

    `step` is how many steps are done, `spent` the part of the whole run, 0 … 1.
    """

    def __init__(self, config: TrainConfig, voices: tuple[str, ...], group: Group) -> None:
        loop = config.loop
        torch.manual_seed(loop.seed)
        self.config, self.voices, self.group = config, voices, group
        self.device = group.device(choose_device(loop.device))
        self.precise = loop.precision == "fp32" or (loop.precision == "auto" and not _good_at_bf16(self.device))
        self.codec = MelCodec()
        self.model = DraftFlow(config.model, len(voices)).to(self.device)
        self.average = deepcopy(self.model)
        self.names = [name for name, _ in self.model.named_parameters()]
        for name, parameter in self.model.named_parameters():
            if loop.only not in name:
                parameter.requires_grad_(False)
        self.optimiser = torch.optim.AdamW(
            self.model.parameters(),
            loop.rate,
            betas=(0.9, 0.98),
            weight_decay=0.01,
            fused=self.device.type in ("cpu", "cuda"),
        )
        self.step, self.spent = 0, 0.0
        if loop.compile:
            # Three times faster on a CPU; excerpts are of another length, and get kernels of their own.
            self.model.flow.vaflow.compile(dynamic=False)
        self.objective = wrapped(Objective(self.model), group)

    def advance(self, source: ExampleSource) -> tuple[list[float], float, float]:
        """One optimiser step → (errors and counts by kind, learning rate, gradient norm).

        The errors are this process's; the gradient is everybody's.
        """
        loop = self.config.loop
        rate = learning_rate(loop, self.step, self.spent)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        errors, counts = [0.0] * len(KINDS), [0.0] * len(KINDS)
        pieces = self.group.places(loop.batch, loop.accumulation)
        for left, places in zip(range(len(pieces) - 1, -1, -1), pieces, strict=True):
            part = source.part(self.step, places)
            found = self._backward(part.to(self.device), len(places), shared=not left)
            for kind, error in zip(part.kinds.tolist(), found, strict=True):
                errors[kind] += error
                counts[kind] += 1
        norm = float(nn.utils.clip_grad_norm_(self.model.parameters(), 1.0))
        if not math.isfinite(norm):
            raise ModelError(
                f"Training has diverged: the gradient of step {self.step + 1} is no number",
                file=self.config.out.run,
                remedy="Lower loop.rate; it goes on from the last checkpoint.",
            )
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        self.step += 1
        self._average()
        return errors + counts, rate, norm

    def _backward(self, part: Part, places: int, shared: bool) -> list[float]:
        """Add the gradient of `part`, of so many places; only a step's last is shared with the others."""
        alone = self.group.size == 1
        share = self.config.loop.batch // self.group.size
        with nullcontext() if alone or shared else self.objective.no_sync():
            with torch.autocast(self.device.type, torch.bfloat16, enabled=not self.precise):
                errors = self.objective(part)
            (errors.mean() * (places / share)).backward()
        return errors.tolist()

    @torch.no_grad()
    def _average(self) -> None:
        keep = min(self.config.loop.ema, 1 - 1 / (self.step + 1))
        averages, values = (list(m.state_dict().values()) for m in (self.average, self.model))
        torch._foreach_lerp_(averages, values, 1 - keep)

    def save(self) -> None:
        """Write the checkpoint, then the running average for itself."""
        facts = {"step": self.step, "spent": self.spent, "config": self.config.model.to_json()}
        facts["voices"] = list(self.voices)
        folder = self.config.out.run
        checkpoint.save(folder / checkpoint.NAME, self._modules, self.optimiser, self.names, facts)
        shipped = self.average.state_dict()
        shipped |= {f"codec.{name}": value for name, value in self.codec.state_dict().items()}
        texts = {name: value if isinstance(value, str) else str(value) for name, value in facts.items()}
        checkpoint.write_tensors(folder / AVERAGE, shipped, texts)

    def resume(self) -> bool:
        """Go on from the checkpoint, if there is one. Raises ModelError for one that doesn't fit."""
        path = self.config.out.run / checkpoint.NAME
        facts = checkpoint.facts_of(path)
        if not facts:
            return False
        if facts["config"] != self.config.model.to_json() or facts["voices"] != list(self.voices):
            raise ModelError(
                "The checkpoint is of a model with other sizes or voices",
                file=path,
                remedy="Give the run another folder (out.run), or delete the old one.",
            )
        checkpoint.load(path, self._modules, self.optimiser, self.names)
        self.step, self.spent = facts["step"], facts["spent"]
        return True

    def begin(self, name: str) -> None:
        """Start from the installed model `name`. Raises ModelError where it is of other sizes."""
        tensors, path = start.tensors_of(name, self.config.model, self.voices)
        for module in (self.model, self.average):
            load_into(module, tensors, "draft.", path)
        load_into(self.codec, tensors, "codec.", path)
        known = start.card_of(name).kinds
        new = [kind for kind in KINDS_OF_FOLEY if known and kind not in known]
        if new:
            with torch.no_grad():
                table = set_apart(self.model.prompt.table.weight.cpu(), known, new)
                for module in (self.model, self.average):
                    module.prompt.table.weight.copy_(table)

    @property
    def _modules(self) -> dict[str, nn.Module]:
        return {"model": self.model, "average": self.average, "codec": self.codec}


def is_finished(config: TrainConfig) -> bool:
    """Whether the run in the configuration's folder has come to its end."""
    facts = checkpoint.facts_of(config.out.run / checkpoint.NAME)
    return bool(facts) and _spent(config.loop, facts["step"], facts["spent"]) >= 1


def train(
    config: TrainConfig,
    make_examples: Callable[[MelCodec, int], Examples],
    voices: tuple[str, ...],
    group: Group = Group(),
    on_progress: OnProgress = lambda progress: None,
) -> None:
    """Train to the end, from the run's checkpoint if there is one.

    `make_examples(codec, mel frames)` opens the caches. Ctrl-C saves and raises
    Cancelled. Raises StudioError.
    """
    _check_shares(config.loop, group)
    config.out.run.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(config, voices, group)
    frames = config.model.window_frames * trainer.codec.config.per_token
    examples = make_examples(trainer.codec, frames)
    if not trainer.resume():
        if config.loop.start:
            trainer.begin(config.loop.start)
        else:
            examples.measure()
    mixture = Mixture(config.data.foley, config.data.joint, config.data.hard)
    loop = config.loop
    source = ExampleSource(examples, mixture, loop.batch, loop.drop, loop.seed, loop.excerpts)
    group.wait()  # nobody writes before all have read
    with Interrupt(alone=group.size == 1) as interrupt:
        try:
            _run(trainer, source, interrupt, on_progress)
        except (Cancelled, StudioError):
            raise
        except Exception as error:
            if interrupt.asked:  # a Ctrl-C ends the compiler too, and that is how we hear of it
                raise Cancelled from error
            told = _in_words(error)
            if told is None:
                raise
            raise told from error


def _in_words(error: Exception) -> DeviceError | None:
    """What a user can do something about, said so; None for a defect of ours."""
    from torch._dynamo.exc import TorchDynamoException

    if isinstance(error, torch.OutOfMemoryError):
        return DeviceError(
            "The device's memory is too small for this batch",
            remedy="Raise loop.accumulation: the same batch in more pieces.",
        )
    if isinstance(error, TorchDynamoException):
        return DeviceError(
            f"The model can't be compiled here: {str(error).strip().splitlines()[0][:200]}",
            remedy="Install a C++ compiler, or set compile = false in [loop]; that is slower.",
        )
    return None


def _run(trainer: Trainer, source: ExampleSource, interrupt: Interrupt, on_progress) -> None:
    loop, group = trainer.config.loop, trainer.group
    writer = _Writer(trainer, on_progress) if group.is_first else None
    before, begun = trainer.spent, time.monotonic()
    try:
        asked = 0.0
        while trainer.spent < 1 and not asked:
            began = time.monotonic()
            sums, rate, norm = trainer.advance(source)
            spent = before + (time.monotonic() - begun) / (60 * loop.minutes or math.inf)
            # The first one's clock is everybody's; whoever is interrupted stops all.
            mine = [spent if group.is_first else 0.0, float(interrupt.asked)]
            *sums, spent, asked = group.summed([*sums, *mine])
            trainer.spent = _spent(loop, trainer.step, spent)
            if writer:
                writer.write(sums, rate, norm, time.monotonic() - began)
        if writer:
            writer.save()
        if trainer.spent < 1:
            raise Cancelled
    finally:
        if writer:
            writer.log.close()


class _Writer:
    """What the first process does besides: log, checkpoints, progress."""

    def __init__(self, trainer: Trainer, on_progress: OnProgress) -> None:
        self.trainer, self.on_progress = trainer, on_progress
        folder = trainer.config.out.run
        for name in (checkpoint.NAME, AVERAGE):
            checkpoint.clear_torn(folder / name)
        self.log = Log(folder / "log.csv", trainer.step)
        self.begun, self.before = time.monotonic(), trainer.spent
        self.saved_at, self.saved_step = time.monotonic(), trainer.step

    def write(self, sums: list[float], rate: float, norm: float, seconds: float) -> None:
        """After a step: `sums` are all processes' errors and counts by kind."""
        trainer, loop = self.trainer, self.trainer.config.loop
        errors, counts = sums[: len(KINDS)], sums[len(KINDS) :]
        means = [e / c if c else math.nan for e, c in zip(errors, counts, strict=True)]
        speed, memory = round(loop.batch / seconds, 2), round(memory_mb(trainer.device))
        row = Row(trainer.step, sum(errors) / sum(counts), *means, rate, norm, speed, memory)
        self.log.write(row)
        done = trainer.spent - self.before
        left = (time.monotonic() - self.begun) / done * (1 - trainer.spent) if done else 0.0
        self.on_progress(Progress(row, trainer.spent, left))
        by_steps = loop.save_steps and trainer.step - self.saved_step >= loop.save_steps
        waited = time.monotonic() - self.saved_at
        if by_steps or (loop.save_minutes and waited >= 60 * loop.save_minutes):
            self.save()

    def save(self) -> None:
        """Write a checkpoint, unless this step has one."""
        if self.trainer.step != self.saved_step:
            self.trainer.save()
        self.saved_at, self.saved_step = time.monotonic(), self.trainer.step


def _spent(loop: Loop, step: int, by_clock: float) -> float:
    return step / loop.steps if loop.steps else by_clock


def _check_shares(loop: Loop, group: Group) -> None:
    if loop.batch % (group.size * loop.accumulation):
        raise ConfigError(
            f"A batch of {loop.batch} can't be divided evenly between {group.size} processes "
            f"in {loop.accumulation} pieces each",
            remedy=f"Make loop.batch a multiple of {group.size * loop.accumulation}.",
        )


def _good_at_bf16(device: torch.device) -> bool:
    if device.type == "cpu":
        return torch.cpu._is_amx_tile_supported()
    return has_bfloat16(device.type)
