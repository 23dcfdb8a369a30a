"""How alike two embeddings are: SPK-SIM, EMO-SIM and the CLIP score are this."""

from __future__ import annotations

import numpy as np


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    """Of the angle between two vectors [channels]: −1 … 1, higher is better; 0 where one is zero."""
    a, b = np.asarray(a, np.float64).ravel(), np.asarray(b, np.float64).ravel()
    length = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / length if length else 0.0
