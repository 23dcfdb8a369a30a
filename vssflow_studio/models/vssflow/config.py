"""Every width, rate and length of a VSSFlow model that must agree, in one place."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class VSSFlowConfig:
    """Sizes of VSSFlow (arXiv 2509.24773, §3 and the authors' public configuration).

    The defaults are the paper's; `draft()` is our shipped size. Streams that are
    joined to the noisy latent by channel concatenation: lips, phonemes, sync.
    Streams that enter by cross-attention: the voice (as token 0) and the semantics
    (a token for each latent frame). `turned_context`: their keys have rotary positions
    too; in the authors' public code only the queries do. `energy`: it hears how loud the line
    is to be, as DeepAudio-V1's speech does (§3.4). `grain`: a network that predicts
    data says of each channel, too, how far it strays from that (see `dit.Grain`).
    """

    latent_channels: int = 128
    latent_rate: float = 25.0
    window: float = 10.0
    lip_channels: int = 1024
    lip_hidden: int = 2048
    phoneme_channels: int = 32
    phoneme_table: int = 200
    sync_raw: int = 768
    sync_channels: int = 768
    semantic_raw: int = 768
    voice_raw: int = 256
    cross_channels: int = 768
    condition_hidden: int = 1536
    heads: int = 24
    cross_heads: int = 12
    head_channels: int = 64
    layers: int = 10
    ff_mult: float = 4.0
    time_channels: int = 256
    predicts: str = "velocity"
    turned_context: bool = False
    energy: bool = False
    grain: bool = False

    def __post_init__(self) -> None:
        if self.heads % self.cross_heads:
            raise ValueError("heads have to be a multiple of the cross-attention's key heads")
        if self.cross_channels != self.cross_heads * self.head_channels:
            raise ValueError("cross_channels have to be cross_heads × head_channels")
        if self.predicts not in ("velocity", "data"):
            raise ValueError(f"a model predicts velocity or data, not {self.predicts!r}")

    @property
    def width(self) -> int:
        """Channels inside the transformer."""
        return self.heads * self.head_channels

    @property
    def joined_channels(self) -> int:
        """Channels of latent, lips, phonemes and sync side by side (1952 in the paper)."""
        return self.latent_channels + self.lip_channels + self.phoneme_channels + self.sync_channels

    @property
    def window_frames(self) -> int:
        """Latent frames in a window."""
        return round(self.window * self.latent_rate)

    def to_json(self) -> str:
        """One line of JSON, as it stands in the checkpoint's metadata."""
        # What most models don't have isn't mentioned, as in those from before there was any.
        told = {name: value for name, value in asdict(self).items() if name not in ("energy", "grain") or value}
        return json.dumps(told, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> VSSFlowConfig:
        """The configuration in a checkpoint's metadata. Raises ValueError or TypeError."""
        # The first drafts were trained before there was a choice.
        return cls(**{"turned_context": True} | json.loads(text))


def paper() -> VSSFlowConfig:
    """The main configuration of the paper and of the authors' public code."""
    return VSSFlowConfig()


def draft() -> VSSFlowConfig:
    """The shipped size: 24 kHz mel tokens of 20 ms, 5 s windows, clean latent predicted."""
    return VSSFlowConfig(
        latent_channels=160,
        latent_rate=50.0,
        window=5.0,
        lip_channels=8,
        lip_hidden=16,
        phoneme_channels=48,
        phoneme_table=80,
        sync_raw=1 + 54,
        sync_channels=40,
        semantic_raw=64 + 54,
        voice_raw=64,
        cross_channels=128,
        condition_hidden=256,
        heads=4,
        cross_heads=2,
        head_channels=64,
        layers=6,
        ff_mult=8 / 3,
        time_channels=256,
        predicts="data",
        turned_context=True,
        grain=True,
    )
