"""Train the draft model's flow.

`python -m vssflow_studio.training.train_flow CACHE OUT --minutes 60`

The learning rate falls over the time given, so the same command suits any machine.
Stop it and start it again with `--resume`: it goes on from its last checkpoint.
"""

from __future__ import annotations

import argparse
import math
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from ..atomic import replacing
from ..models.codecs.mel import MelCodec
from ..models.flow import path as ot
from ..models.vssflow.config import draft
from ..models.vssflow.draft import DraftBatch, DraftFlow
from .examples import Examples, Mixture
from .speech_cache import VOICES


@dataclass(frozen=True)
class Settings:
    """Of the loop. `drop` is how often all conditions are zeroed (VSSFlow §4.1)."""

    minutes: float = 60
    batch: int = 8
    rate: float = 1.5e-3
    warm_up: int = 150
    drop: float = 0.1
    ema: float = 0.998
    seed: int = 0
    save_minutes: float = 4


def flow_loss(model: DraftFlow, latent: Tensor, conditions: DraftBatch, drop: float) -> Tensor:
    """The squared error of the predicted clean latent."""
    size = len(latent)
    t = ot.sample_times(size)[torch.randperm(size)]
    noise = torch.randn_like(latent)
    state = ot.interpolate(noise, latent, t)
    projected = model.project(conditions, latent.shape[-1]).masked(torch.rand(size) >= drop)
    return (model(state, t, projected) - latent).pow(2).mean()


def learning_rate(settings: Settings, step: int, spent: float) -> float:
    """Warm-up by steps, then a cosine over the time given, to a fiftieth."""
    warm = min(1.0, (step + 1) / settings.warm_up)
    return settings.rate * warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1, spent))))


class Run:
    """Model, its running average and optimiser; saves and resumes."""

    def __init__(self, out: Path, settings: Settings, resume: bool) -> None:
        torch.manual_seed(settings.seed)
        self.out, self.settings = out, settings
        self.codec = MelCodec()
        self.model = DraftFlow(draft(), len(VOICES))
        self.model.flow.vaflow.compile()  # three times faster on a CPU
        self.average = {name: p.detach().clone() for name, p in self.model.state_dict().items()}
        self.optimiser = torch.optim.AdamW(
            self.model.parameters(), settings.rate, betas=(0.9, 0.98), weight_decay=0.01, fused=True
        )
        self.step, self.spent = 0, 0.0
        if resume and (out / "average.safetensors").exists():
            self._load()

    def save(self) -> None:
        """Write the running average (what ships) and what a resumed run needs."""
        shipped = self.average | {f"codec.{k}": v for k, v in self.codec.state_dict().items()}
        facts = {"step": str(self.step), "spent": str(self.spent), "config": draft().to_json()}
        self._write("average.safetensors", shipped, facts)
        self._write("model.safetensors", self.model.state_dict(), facts)
        moments = {
            f"{name}.{key}": value
            for name, p in self.model.named_parameters()
            for key, value in self.optimiser.state.get(p, {}).items()
        }
        self._write("moments.safetensors", moments, facts)

    def _write(self, name: str, tensors: dict[str, Tensor], facts: dict[str, str]) -> None:
        with replacing(self.out / name) as temporary:
            save_file({k: v.contiguous() for k, v in tensors.items()}, temporary, facts)

    def _load(self) -> None:
        from safetensors import safe_open

        self.model.load_state_dict(load_file(self.out / "model.safetensors"))
        average = load_file(self.out / "average.safetensors")
        self.model.flow.vaflow.compile()  # three times faster on a CPU
        self.average = {name: average[name] for name in self.average}
        moments = load_file(self.out / "moments.safetensors")
        for name, p in self.model.named_parameters():
            keys = ("step", "exp_avg", "exp_avg_sq")
            if f"{name}.step" in moments:
                self.optimiser.state[p] = {key: moments[f"{name}.{key}"] for key in keys}
        with safe_open(self.out / "model.safetensors", "pt") as file:
            self.step, self.spent = int(file.metadata()["step"]), float(file.metadata()["spent"])

    def advance(self, latent: Tensor, conditions: DraftBatch, spent: float) -> float:
        """One optimiser step; returns the loss."""
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate(self.settings, self.step, spent)
        loss = flow_loss(self.model, latent, conditions, self.settings.drop)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        self.step += 1
        keep = min(self.settings.ema, 1 - 1 / (self.step + 1))
        state = self.model.state_dict()
        torch._foreach_lerp_(list(self.average.values()), [state[k] for k in self.average], 1 - keep)
        return float(loss.detach())


def train(cache: Path, out: Path, settings: Settings, resume: bool = False) -> None:
    """Train for `settings.minutes`, leaving checkpoints and log.csv in `out`."""
    out.mkdir(parents=True, exist_ok=True)
    run = Run(out, settings, resume)
    config = run.model.config
    frames = config.window_frames * run.codec.config.per_token
    examples = Examples(cache, run.codec, frames, settings.seed + run.step)
    examples.measure()
    whole, before, saved = 60 * settings.minutes, run.spent, time.monotonic()
    begun, recent = time.monotonic(), []
    while run.spent < 1:
        recent.append(run.advance(*examples.batch(settings.batch, Mixture()), run.spent))
        run.spent = before + (time.monotonic() - begun) / whole
        if run.step % 50 == 0:
            with open(out / "log.csv", "a", encoding="utf-8") as log:
                log.write(f"{run.step},{run.spent:.4f},{sum(recent) / len(recent):.4f}\n")
            recent = []
        if time.monotonic() - saved > 60 * settings.save_minutes:
            run.save()
            saved = time.monotonic()
    run.save()


def main() -> None:
    """Train from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cache", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--resume", action="store_true")
    arguments = parser.parse_args()
    settings = Settings(minutes=arguments.minutes, batch=arguments.batch)
    train(arguments.cache, arguments.out, settings, arguments.resume)


if __name__ == "__main__":
    main()
