"""Fréchet distance of two sets of embeddings: FAD where VGGish gave them, FD where PANNs' Cnn14 did."""

from __future__ import annotations

import numpy as np


def frechet_distance(made: np.ndarray, real: np.ndarray) -> float:
    """Of the Gaussians that fit embeddings [n, channels] and [m, channels]; 0 … ∞, lower is better.

    |μ₁ − μ₂|² + tr(Σ₁ + Σ₂ − 2 √(Σ₁Σ₂)): Heusel et al. 2017, eq. 6, and for sound Kilgour et
    al. 2019, eq. 1. Raises ValueError for fewer than two embeddings on a side: one has no spread.
    """
    if min(len(made), len(real)) < 2:
        raise ValueError("a Fréchet distance needs two embeddings on each side")
    made, real = np.asarray(made, np.float64), np.asarray(real, np.float64)
    apart = made.mean(0) - real.mean(0)
    a, b = (np.atleast_2d(np.cov(side, rowvar=False)) for side in (made, real))
    # √(Σ₁Σ₂) has the eigenvalues of √(√Σ₁ Σ₂ √Σ₁), which is symmetric: no root becomes complex.
    root = _root(a)
    shared = np.sqrt(np.linalg.eigvalsh(root @ b @ root).clip(0)).sum()
    return max(0.0, float(apart @ apart + np.trace(a) + np.trace(b) - 2 * shared))


def _root(matrix: np.ndarray) -> np.ndarray:
    """The square root of a symmetric matrix that has no negative eigenvalue but by rounding."""
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(values.clip(0))) @ vectors.T
