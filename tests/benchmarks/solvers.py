"""Print what each solver costs and how near it comes, beside the authors' way.

    python tests/benchmarks/solvers.py [--lines N] [--threads N]

The authors' way (VSSFlow, §4.1): dopri5 at 1e-5 over eleven points. Here too both passes
of guidance go through the network in one batch, so the gain shown is the solver's alone. Error: RMS distance of the latent to dopri5 at 1e-7, over
the latent's own RMS. Words: word error rate of pocketsphinx.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from dataclasses import replace

import torch

from vssflow_studio.models.interface import Conditions, Sampling
from vssflow_studio.models.registry import load_model
from vssflow_studio.script.phonemes import phonemes
from vssflow_studio.training.evaluate_speech import Recogniser, word_errors
from vssflow_studio.training.sentences import EVALUATION

_WAYS = (
    ("dopri5 1e-5, 11 points", Sampling(solver="dopri5", steps=10), 1e-5),
    ("dopri5 1e-3", Sampling(solver="dopri5", steps=1), 1e-3),
    *((f"{solver} {steps}", Sampling(solver=solver, steps=steps), 1e-5) for solver, steps in (
        ("euler", 8), ("euler", 12), ("euler", 16), ("euler", 32), ("adams", 8), ("adams", 9), ("adams", 12),
        ("midpoint", 6), ("midpoint", 8), ("heun", 8),
    )),
)


def main() -> None:
    """The table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=10)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    model, recogniser = load_model("draft", "cpu"), Recogniser()
    calls = _count_calls(model)
    lines = EVALUATION[: arguments.lines]
    asked = [
        Conditions(4.0, phonemes(line), (0.5, 3.5), model.card.voices[i % len(model.card.voices)])
        for i, line in enumerate(lines)
    ]
    exact = [model.latent(one, Sampling(seed=i, solver="dopri5", steps=1), tolerance=1e-7) for i, one in enumerate(asked)]
    print(f"{platform.processor() or platform.machine()}, {arguments.threads} threads, {len(lines)} lines of 4 s")
    print("solver                    evaluations   seconds a line    faster   latent error   words")
    first = None
    for name, way, tolerance in _WAYS:
        calls[0], begun = 0, time.perf_counter()
        made = [model.latent(one, replace(way, seed=i), tolerance=tolerance) for i, one in enumerate(asked)]
        spent = (time.perf_counter() - begun) / len(lines)
        first = first or spent
        error = sum(float((m - e).pow(2).mean().sqrt() / e.pow(2).mean().sqrt()) for m, e in zip(made, exact, strict=True))
        print(
            f"{name:<25} {calls[0] / len(lines):11.0f}   {spent:12.2f} s   {first / spent:6.1f} ×"
            f"   {error / len(lines):11.1%}   {_words_wrong(model, recogniser, made, lines):5.1%}",
            flush=True,
        )


def _count_calls(model) -> list[int]:
    calls = [0]

    def counted(*_) -> None:
        calls[0] += 1

    model.flow.register_forward_hook(counted)
    return calls


def _words_wrong(model, recogniser: Recogniser, latents, lines) -> float:
    wrong = words = 0
    for latent, line in zip(latents, lines, strict=True):
        sound = model.heard(model.codec.untokens(latent), spoken=True)[0].detach().numpy()
        wrong += word_errors(line, recogniser.hear(sound, model.card.sample_rate))
        words += len(line.split())
    return wrong / words


if __name__ == "__main__":
    with torch.inference_mode():
        main()
