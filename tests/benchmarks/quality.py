"""Print how good the shipped model is, beside its teachers, and how fast on this machine.

    python tests/benchmarks/quality.py [--sentences N] [--scenes N]
"""

from __future__ import annotations

import argparse
import os
import platform
import time

import torch

from vssflow_studio.engine.foley_kinds import KINDS
from vssflow_studio.models.interface import Conditions, Sampling
from vssflow_studio.models.registry import load_model
from vssflow_studio.script.phonemes import phonemes
from vssflow_studio.training import evaluate_foley, evaluate_lips, evaluate_speech, evaluate_voices
from vssflow_studio.training.classifier import Classifier
from vssflow_studio.training.sentences import EVALUATION


def main() -> None:
    """All tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, default=len(EVALUATION))
    parser.add_argument("--scenes", type=int, default=evaluate_foley.SCENES)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    print(f"{platform.processor() or platform.machine()}, {arguments.threads} threads")
    model = load_model("draft", "cpu")
    _speed(model)
    print("\nspeech: word error rate          boundaries off by")
    print("voice   ours    teacher           median   95th percentile   teacher's")
    sentences = EVALUATION[: arguments.sentences]
    for s in evaluate_speech.evaluate(model, model.card.voices, sentences):
        print(
            f"{s.voice:<7} {s.ours:6.1%}  {s.teacher:6.1%}           "
            f"{s.boundary_median:4.0f} ms  {s.boundary_worst:4.0f} ms           "
            f"{s.teacher_boundary_worst:4.0f} ms",
            flush=True,
        )
    print("\nvoice     taken for itself   word errors   teacher's")
    for v in evaluate_voices.evaluate(model):
        print(f"{v.voice:<9} {v.told:16.0%}   {v.word_errors:11.1%}   {v.teacher:9.1%}", flush=True)
    seen, unseen = evaluate_lips.evaluate(model, model.card.voices, sentences)
    print("\nfaces     mouth and voice agree   word errors")
    for name, lips in (("seen", seen), ("unseen", unseen)):
        print(f"{name:<9} {lips.correlation:21.2f}   {lips.word_errors:11.1%}", flush=True)
    print("\nfoley     event to onset   recall ±60 ms   precision   prompt agreed")
    judge, count, kinds = Classifier.trained(), arguments.scenes, model.card.kinds or tuple(KINDS)
    for name, s in (
        ("ours", evaluate_foley.evaluate(model, count, judge=judge)),
        ("teacher", evaluate_foley.evaluate(None, count, judge=judge, kinds=kinds)),
        ("chance", evaluate_foley.chance(count, judge, kinds)),
    ):
        print(
            f"{name:<8} {s.offset:7.0f} ms        {s.recall:6.0%}          "
            f"{s.precision:5.0%}       {s.agreement:5.0%}"
        )


def _speed(model) -> None:
    line = phonemes(EVALUATION[0])
    conditions = Conditions(5.0, line, (0.5, 4.5), model.card.voices[0])
    model.generate(conditions, Sampling(seed=0))
    begun = time.perf_counter()
    model.generate(conditions, Sampling(seed=0))
    spent = time.perf_counter() - begun
    print(f"5 s of sound in {spent:.2f} s: real-time factor {spent / 5:.2f}")


if __name__ == "__main__":
    main()
