"""What a classifier of sounds makes of the takes: KL and the Inception Score, from its logits."""

from __future__ import annotations

import numpy as np

SPLITS = 10
_SEED = 2020
"""The public code (`audioldm_eval`, `av-benchmark`) shuffles with it before it splits."""


def kl_divergence(made: np.ndarray, real: np.ndarray) -> float:
    """Mean KL(real ‖ made) of the softmax of paired logits [n, classes], in nats; lower is better.

    Iashin & Rahtu 2021, sec. 4 (“Melception-based” there; PANNs' classes in the papers since).
    """
    p, q = _log_softmax(real), _log_softmax(made)
    return float((np.exp(p) * (p - q)).sum(1).mean())


def inception_score(logits: np.ndarray, splits: int = SPLITS) -> float:
    """exp of the mean KL(class given sound ‖ class): 1 … classes, higher is better. Logits [n, classes].

    Salimans et al. 2016, sec. 4: the mean over `splits` of the sounds, shuffled as the public
    code does; one split where there are fewer than two sounds for each. Raises ValueError below two.
    """
    if len(logits) < 2:
        raise ValueError("the Inception Score needs two sounds")
    splits = splits if len(logits) >= 2 * splits else 1
    order = np.random.RandomState(_SEED).permutation(len(logits))
    log = _log_softmax(logits)[order]
    edges = [i * len(log) // splits for i in range(splits + 1)]
    return float(np.mean([_score(log[a:b]) for a, b in zip(edges, edges[1:], strict=False)]))


def _score(log: np.ndarray) -> float:
    given = np.exp(log)
    return float(np.exp((given * (log - np.log(given.mean(0)))).sum(1).mean()))


def _log_softmax(logits: np.ndarray) -> np.ndarray:
    logits = np.asarray(logits, np.float64)
    logits = logits - logits.max(1, keepdims=True)
    return logits - np.log(np.exp(logits).sum(1, keepdims=True))
