"""The mixture of modality fusion's gate: which modules an instruction asks for.

DeepAudio-V1 §3.3 has a text encoder, an MLP and a softmax over the tasks. Here the encoder is
a table of hashed words small enough to ship, read by numpy so that the window can ask without
torch; `mof_t5.py` has the paper's FLAN-T5 in its place.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...errors import ModelError
from ...script.pieces import pieces, word_pairs

TASKS = ("v2a", "v2s", "tts", "mixed")
"""Sound for the picture; speech in sync with it; speech without it; sound and speech for it."""

MODULES = {
    "v2a": ("v2a",),
    "v2s": ("v2a", "tts"),
    "tts": ("tts",),
    "mixed": ("v2a", "tts"),
}
"""What runs for a task. Speech for a picture needs V2A for its energy: M = G_v2s · M_v2a + G_tts · ∅."""

BUCKETS = 4096
TABLE = 4 * BUCKETS
"""Rows: pieces, pairs of words, pairs before the line and after it."""

_LINE = " thespokenline "
QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|‘[^’]*’|(?<!\w)'(?:[^']|'(?=\w))*'(?!\w)|«[^»]*»")

SPEECH = re.compile(
    r"\b(say|tell|ask|answer|repl(y|ies)|shout|whisper|yell|scream|cry|cries|call|mutter|murmur|mumble|announce|explain|speak|read"
    r"|narrate|sing|order|beg|admit|exclaim|state|declare|warn|dub)(s|es|ing|ed)?\b|\w:",
    re.IGNORECASE,
)
"""Words without which nobody speaks, unless a line is quoted."""
_TOLD = 8  # times that this counts


def features(instruction: str) -> list[int]:
    """Buckets of an instruction; what is quoted is a line, whatever it says.

    Which words stand before and which after the line tells who speaks from what sounds.
    """
    text = QUOTED.sub(_LINE, instruction.replace("…", " "))
    before, line, after = text.partition(_LINE.strip())
    told = "quoted" if line else "spoken" if SPEECH.search(text) else "unspoken"
    return [
        *_TOLD * pieces(f"told{told}", BUCKETS)[:1],
        *pieces(text, BUCKETS),
        *(BUCKETS + pair for pair in word_pairs(text, BUCKETS)),
        *(2 * BUCKETS + pair for pair in 2 * word_pairs(before, BUCKETS)),
        *(3 * BUCKETS + pair for pair in 2 * word_pairs(after, BUCKETS)),
    ]


class AnyGate(ABC):
    """A text encoder and an MLP; `tensors` are the MLP's hidden and output layers, by name."""

    tensors: dict[str, np.ndarray]

    @abstractmethod
    def encoded(self, instruction: str) -> np.ndarray:
        """[width]"""

    def probabilities(self, instruction: str) -> dict[str, float]:
        """How likely each task is meant; they sum to 1."""
        layer = self.tensors
        middle = np.maximum(layer["hidden.weight"] @ self.encoded(instruction) + layer["hidden.bias"], 0)
        scores = layer["out.weight"] @ middle + layer["out.bias"]
        odds = np.exp(scores - scores.max())
        return dict(zip(TASKS, map(float, odds / odds.sum()), strict=True))

    def task(self, instruction: str) -> str:
        """The likeliest task."""
        odds = self.probabilities(instruction)
        return max(odds, key=odds.get)


@dataclass(frozen=True)
class Gate(AnyGate):
    """The one that ships: its encoding is the mean of the rows of table.weight [TABLE, width]."""

    tensors: dict[str, np.ndarray]

    @classmethod
    def load(cls, path: Path) -> Gate:
        """Raises ModelError naming the tensor that is missing or of another shape."""
        return cls(read_gate(path, TABLE))

    def encoded(self, instruction: str) -> np.ndarray:
        """[width]"""
        return self.tensors["table.weight"][features(instruction)].mean(0)


def read_gate(path: Path, rows: int = 0) -> dict[str, np.ndarray]:
    """A gate's tensors as float32, with a table of so many `rows` where there are any.

    Raises ModelError naming the tensor that is missing or of another shape.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        found = {name: tensor.astype(np.float32) for name, tensor in load_file(path).items()}
    except (OSError, SafetensorError) as error:
        raise ModelError(f"The gate can't be read: {error}", file=path) from error
    middle, width = (found["hidden.weight"].shape if found.get("hidden.weight", np.zeros(0)).ndim == 2 else (0, 0))
    shapes = {
        "hidden.weight": (middle, width),
        "hidden.bias": (middle,),
        "out.weight": (len(TASKS), middle),
        "out.bias": (len(TASKS),),
    } | ({"table.weight": (rows, width)} if rows else {})
    for name, shape in shapes.items():
        if name not in found or found[name].shape != shape or not np.isfinite(found[name]).all():
            raise ModelError(f"The gate's tensor {name} is not as it should be", file=path)
    return {name: found[name] for name in shapes}
