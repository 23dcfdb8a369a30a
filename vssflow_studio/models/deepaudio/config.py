"""Every rate, length and width of MMAudio's networks that must agree, in one place."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, replace


@dataclass(frozen=True)
class CodecConfig:
    """Waveform ↔ mel ↔ latent, as a pair of public VAE and vocoder has it.

    `hop` is samples of a mel frame, `per_latent` mel frames of a latent one, `width` the
    VAE's channels at the mel's rate. The vocoder's `upsampling` stages multiply to the hop;
    BigVGAN v2 ends in a `clamped` waveform from a layer without bias, the first in a tanh.
    """

    sample_rate: int = 16_000
    hop: int = 256
    mel_bins: int = 80
    per_latent: int = 2
    latent_channels: int = 20
    width: int = 384
    upsampling: tuple[int, ...] = (4, 4, 2, 2, 2, 2)
    vocoder_width: int = 1536
    clamped: bool = False

    def __post_init__(self) -> None:
        if math.prod(self.upsampling) != self.hop:
            raise ValueError(f"stages of {self.upsampling} don't make a hop of {self.hop} samples")

    @property
    def latent_rate(self) -> float:
        """Latent frames a second: 31.25 at 16 kHz, 43.07 at 44.1 kHz."""
        return self.sample_rate / self.hop / self.per_latent

    def to_json(self) -> str:
        """One line of JSON, as it stands in the metadata of a VAE and of a vocoder."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> CodecConfig:
        """The configuration in a file's metadata. Raises ValueError, TypeError or KeyError."""
        return cls.of(json.loads(text))

    @classmethod
    def of(cls, fields: dict) -> CodecConfig:
        """From plain values, as JSON has them."""
        return cls(**fields | {"upsampling": tuple(fields["upsampling"])})


CODEC_16K = CodecConfig()
CODEC_44K = CodecConfig(
    sample_rate=44_100,
    hop=512,
    mel_bins=128,
    latent_channels=40,
    width=512,
    upsampling=(8, 4, 2, 2, 2, 2),
    clamped=True,
)


@dataclass(frozen=True)
class V2AConfig:
    """Sizes of a video-to-audio network (Cheng et al. 2025, MMAudio, §3 and appendix).

    CLIP sees `clip_rate` pictures a second; Synchformer sees segments of `sync_segment`
    pictures, `sync_step` apart, and gives a token for every `sync_frames` of them.
    `second` is the layout of `large_44k_v2`.
    """

    codec: CodecConfig = CODEC_16K
    window: float = 8.0
    clip_rate: float = 8.0
    clip_channels: int = 1024
    sync_rate: float = 25.0
    sync_channels: int = 768
    sync_segment: int = 16
    sync_step: int = 8
    sync_frames: int = 2
    text_length: int = 77
    text_channels: int = 1024
    heads: int = 7
    head_channels: int = 64
    joint_layers: int = 4
    fused_layers: int = 8
    second: bool = False

    def __post_init__(self) -> None:
        if self.sync_segment % self.sync_frames:
            raise ValueError("a segment has to be a whole number of sync tokens")
        if self.window * self.sync_rate < self.sync_segment or self.window * self.clip_rate < 1:
            raise ValueError(f"a window of {self.window} s is too short to be seen")
        if self.head_channels % 2 or min(self.heads, self.joint_layers, self.fused_layers) < 1:
            raise ValueError("there have to be heads of even width, and layers of both kinds")

    @property
    def width(self) -> int:
        """Channels inside the transformer."""
        return self.heads * self.head_channels

    @property
    def latent_length(self) -> int:
        """Latent frames in a window: 250 at 16 kHz, 345 at 44.1 kHz."""
        return math.ceil(self.window * self.codec.latent_rate)

    @property
    def clip_length(self) -> int:
        """Pictures that CLIP sees in a window (64)."""
        return int(self.window * self.clip_rate)

    @property
    def segment_tokens(self) -> int:
        """Sync tokens of a segment (8)."""
        return self.sync_segment // self.sync_frames

    @property
    def sync_length(self) -> int:
        """Sync tokens of a window (192)."""
        segments = (int(self.window * self.sync_rate) - self.sync_segment) // self.sync_step + 1
        return segments * self.segment_tokens

    def latent_frames(self, seconds: float) -> int:
        """Latent frames that hold `seconds` of sound."""
        return math.ceil(seconds * self.codec.latent_rate - 1e-9)

    def to_json(self) -> str:
        """One line of JSON, as it stands in the weights' metadata."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> V2AConfig:
        """The configuration in the weights' metadata. Raises ValueError, TypeError or KeyError."""
        fields = json.loads(text)
        return cls(**fields | {"codec": CodecConfig.of(fields["codec"])})


_SMALL = V2AConfig()
_MEDIUM = V2AConfig(codec=CODEC_44K, heads=14)
_LARGE = replace(_MEDIUM, joint_layers=7, fused_layers=14)

PUBLIC = {
    "small_16k": _SMALL,
    "small_44k": replace(_SMALL, codec=CODEC_44K),
    "medium_44k": _MEDIUM,
    "large_44k": _LARGE,
    "large_44k_v2": replace(_LARGE, second=True),
}
"""The networks that were published."""
