"""Sizes of F5-TTS's network and of Vocos, in one place."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class F5Config:
    """A text-to-speech transformer that fills in mel frames (Chen et al. 2024, F5-TTS, §3.1).

    `characters` are those of its list; `text_width` and `text_layers` are its text encoder's.
    `expansion` widens the MLPs, `text_expansion` those of the text encoder. The defaults are the
    published base. `second` is F5-TTS v1: positions turn all heads and not the first alone, and
    the text encoder sees no filler behind the text.
    """

    sample_rate: int = 24_000
    fft: int = 1024
    hop: int = 256
    mel_bins: int = 100
    width: int = 1024
    depth: int = 22
    heads: int = 16
    head_channels: int = 64
    expansion: int = 2
    characters: int = 2545
    text_width: int = 512
    text_layers: int = 4
    text_expansion: int = 2
    second: bool = False

    def __post_init__(self) -> None:
        if min(self.depth, self.heads, self.characters, self.expansion, self.text_expansion) < 1:
            raise ValueError("there have to be layers, heads and characters")
        if self.width % POSITION_GROUPS or self.head_channels % 2 or self.text_width % 2 or self.text_layers < 0:
            raise ValueError(f"a width has to be a multiple of {POSITION_GROUPS}, others even")

    @property
    def frame_rate(self) -> float:
        """Mel frames a second (93.75)."""
        return self.sample_rate / self.hop

    def to_json(self) -> str:
        """One line of JSON, as it stands in the weights' metadata."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> F5Config:
        """The configuration in the weights' metadata. Raises ValueError or TypeError."""
        return cls(**json.loads(text))


POSITION_KERNEL, POSITION_GROUPS = 31, 16
"""Of the convolutions that tell F5 where in the sound it is."""


@dataclass(frozen=True)
class VocosConfig:
    """Mel frames to sound by an inverse Fourier transform (Siuzdak 2023, Vocos, §3.1); as published for 24 kHz."""

    fft: int = 1024
    hop: int = 256
    mel_bins: int = 100
    width: int = 512
    middle: int = 1536
    layers: int = 8

    def to_json(self) -> str:
        """One line of JSON, as it stands in the weights' metadata."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> VocosConfig:
        """The configuration in the weights' metadata. Raises ValueError or TypeError."""
        return cls(**json.loads(text))
