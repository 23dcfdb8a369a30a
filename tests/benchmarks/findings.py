"""Print whether the paper's central findings hold at our scale: the table in the draft's model card.

    python tests/benchmarks/findings.py CACHE [--steps N] [--seed N] [--threads N] [--only NAME ...]

CACHE is what `vssflow-studio train` made (training/cache). Each row is a small model (four blocks,
128 channels) trained for so many steps of eight windows from the same seed, then asked to
clean the same noised windows of utterances and scenes that were kept from it: the mean squared
error in units of the latent's variance, at three early times, where the conditions have to tell
what the noise hides. A model of one task alone sees as many windows of it as the joint one does.

VSSFlow (arXiv 2509.24773), §3.2: what is exact in time is joined to the latent, what is ambiguous
enters by cross-attention; §3.4: sound and speech are trained together, with synthetic joint data.
"""

from __future__ import annotations

import argparse
import math
import time
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor, nn

from vssflow_studio.models.codecs.mel import MelCodec
from vssflow_studio.models.flow import path as ot
from vssflow_studio.models.vssflow.config import VSSFlowConfig, draft
from vssflow_studio.models.vssflow.dit import DiT
from vssflow_studio.models.vssflow.draft import DraftFlow
from vssflow_studio.models.vssflow.network import Projected, Streams, VSSFlow, to_frames
from vssflow_studio.training.examples import Examples, Mixture
from vssflow_studio.training.source import ExampleSource, Part
from vssflow_studio.training.train_flow import Objective

CROSSED = frozenset({"voice", "semantics"})
"""What enters by cross-attention in the paper; phonemes and sync are joined to the latent."""

_SMALL = replace(
    draft(), heads=2, cross_heads=1, cross_channels=64, condition_hidden=128, layers=4, ff_mult=2.0
)
_KEPT = 10  # one in ten utterances and scenes is kept from training
_TIMES = (0.0, 0.05, 0.2)
_TASKS = {"speech": Mixture(0, 0), "foley": Mixture(1, 0), "both": Mixture(0, 1)}


@dataclass(frozen=True)
class Variant:
    """A way to train: `share` of the steps, examples of `mixture`, streams that are `crossed`.

    Only the `asked` tasks are scored: of the others it has seen nothing.
    """

    name: str
    mixture: Mixture = Mixture(0.45, 0.1)
    share: float = 1.0
    crossed: frozenset[str] = CROSSED
    asked: tuple[str, ...] = tuple(_TASKS)


VARIANTS = (
    Variant("as in the paper"),
    Variant("speech alone", Mixture(0, 0), 0.45, asked=("speech",)),
    Variant("foley alone", Mixture(1, 0), 0.45, asked=("foley",)),
    Variant("without synthetic joint data", Mixture(0.5, 0)),
    Variant("phonemes by cross-attention", crossed=CROSSED | {"phonemes"}),
    Variant("sync by cross-attention", crossed=CROSSED | {"sync"}),
    Variant("semantics by concatenation", crossed=CROSSED - {"semantics"}),
    Variant("voice by concatenation", crossed=CROSSED - {"voice"}),
)


class Routed(VSSFlow):
    """VSSFlow whose streams enter as `crossed` says: those by cross-attention, the others joined."""

    def __init__(self, config: VSSFlowConfig, crossed: frozenset[str]) -> None:
        super().__init__(config)
        cross = config.cross_channels
        widths = {"semantics": cross, "phonemes": config.phoneme_channels, "sync": config.sync_channels}
        joined = sum(width for name, width in (widths | {"voice": cross}).items() if name not in crossed)
        self.crossed = crossed
        self.vaflow = DiT(replace(config, phoneme_channels=0, sync_channels=joined))
        entering = sum(width for name, width in widths.items() if name in crossed)
        self.entrance = nn.Linear(entering, cross, bias=False) if entering else None

    def project(self, streams: Streams, frames: int) -> Projected:
        """See VSSFlow.project."""
        voice = self.ref_proj(streams.voice).unsqueeze(1)
        rows = {
            "semantics": self.cond_proj(to_frames(streams.semantics, frames)),
            "phonemes": self.phone_embedding(streams.phonemes).unflatten(1, (frames, -1)).mean(2),
            "sync": self.synch_proj(to_frames(streams.sync, frames)),
        }
        context = [voice if "voice" in self.crossed else torch.zeros_like(voice)]
        entering = [row for name, row in rows.items() if name in self.crossed]
        if self.entrance:
            context.append(self.entrance(torch.cat(entering, dim=-1)))
        joined = [self.lip_proj(to_frames(streams.lips, frames))]
        joined += [row for name, row in rows.items() if name not in self.crossed]
        if "voice" not in self.crossed:
            joined.append(voice.expand(-1, frames, -1))
        return Projected(torch.cat(joined, dim=-1).transpose(1, 2), torch.cat(context, dim=1))


def parted(examples: Examples, kept: bool) -> Examples:
    """`examples` of the kept utterances and scenes only, or of all others only."""
    scenes = torch.arange(len(examples.foley.mel)) % _KEPT == 0
    rows = torch.nonzero(scenes if kept else ~scenes).flatten()
    examples.foley = type(examples.foley)(
        *(array[rows.numpy()] for array in (examples.foley.mel, examples.foley.motion, examples.foley.kinds))
    )
    examples.contacts = examples.contacts[rows]
    examples._by_voice = [
        numbers[(numbers // 2 % _KEPT == 0) == kept] for numbers in examples._by_voice
    ]
    return examples


def trained(variant: Variant, examples: Examples, steps: int, seed: int = 0) -> DraftFlow:
    """A small model after its share of `steps`."""
    torch.manual_seed(seed)
    model = DraftFlow(_SMALL, voices=2)
    model.flow = Routed(_SMALL, variant.crossed)
    objective, steps = Objective(model), round(steps * variant.share)
    source = ExampleSource(examples, variant.mixture, 8, 0.1, seed)
    optimiser = torch.optim.AdamW(model.parameters(), betas=(0.9, 0.98), weight_decay=0.01)
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = 2e-3 * min(1, (step + 1) / 50) * (0.51 + 0.49 * math.cos(math.pi * step / steps))
        with torch.autocast("cpu", torch.bfloat16):
            error = objective(source.part(step, range(8))).mean()
        error.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad()
    return model.eval()


@torch.inference_mode()
def error(model: DraftFlow, parts: list[Part]) -> float:
    """Mean squared error of the cleaned windows of `parts`, over all of them and _TIMES."""
    found: list[Tensor] = []
    for part in parts:
        projected = model.project(part.conditions, part.latent.shape[-1])
        for moment in _TIMES:
            times = torch.full_like(part.times, moment)
            cleaned = model(ot.interpolate(part.noise, part.latent, times), times, projected)
            found.append((cleaned - part.latent).pow(2).mean())
    return float(torch.stack(found).mean())


def main() -> None:
    """One row for each variant."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cache", type=Path)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=0, help="another one shows how much of a difference is chance")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--only", nargs="+", choices=[one.name for one in VARIANTS])
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    codec = MelCodec()
    frames = _SMALL.window_frames * codec.config.per_token
    whole = Examples(arguments.cache, codec, frames)
    whole.measure()
    kept = parted(whole, kept=True)
    parts = {
        task: [ExampleSource(kept, mixture, 8, 0.0, 99).part(step, range(8)) for step in range(6)]
        for task, mixture in _TASKS.items()
    }
    others = parted(Examples(arguments.cache, codec, frames), kept=False)
    print(f"{arguments.steps} steps; error of      speech    foley    both at once")
    for variant in VARIANTS:
        if arguments.only and variant.name not in arguments.only:
            continue
        begun = time.monotonic()
        model = trained(variant, others, arguments.steps, arguments.seed)
        found = (f"{error(model, parts[task]):7.4f}" if task in variant.asked else "      –" for task in _TASKS)
        row = "  ".join(found)
        print(f"{variant.name:<30}{row}  {time.monotonic() - begun:6.0f} s", flush=True)


if __name__ == "__main__":
    main()
