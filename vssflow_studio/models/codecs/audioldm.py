"""The paper's codec: AudioLDM's VAE and HiFi-GAN (Liu et al. 2023), through diffusers and transformers.

Both are optional packages, imported when a codec is loaded.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from ..checkpoints import load_into, read_weights

SAMPLE_RATE = 16_000
HOP = 160
"""Samples of a mel frame."""
PER_FRAME = 4
"""Mel frames, and mel bins, of a latent one."""
CHANNELS = 8
"""Channels of the VAE's latent; the flow's 128 are 16 groups of mel bins with 8 each."""

_VAE = {
    "in_channels": 1,
    "out_channels": 1,
    "down_block_types": ("DownEncoderBlock2D",) * 3,
    "up_block_types": ("UpDecoderBlock2D",) * 3,
    "block_out_channels": (128, 256, 512),
    "layers_per_block": 2,
    "latent_channels": CHANNELS,
    "norm_num_groups": 32,
}
_VOCODER = {
    "model_in_dim": 64,
    "sampling_rate": SAMPLE_RATE,
    "upsample_initial_channel": 1024,
    "upsample_rates": [5, 4, 2, 2, 2],
    "upsample_kernel_sizes": [16, 16, 8, 4, 4],
    "resblock_kernel_sizes": [3, 7, 11],
    "resblock_dilation_sizes": [[1, 3, 5], [1, 3, 5], [1, 3, 5]],
    "leaky_relu_slope": 0.1,
    "normalize_before": False,
}
# What diffusers called the VAE's attention before 0.17, as in AudioLDM's public files.
_RENAMED = {"query": "to_q", "key": "to_k", "value": "to_v", "proj_attn": "to_out.0"}


class AudioLDMCodec:
    """Latents to sound. There is no way back: takes are only made."""

    def __init__(self, vae: nn.Module, vocoder: nn.Module, device: str = "cpu") -> None:
        self.vae, self.vocoder, self.device = vae.to(device).eval(), vocoder.to(device).eval(), device

    @classmethod
    def load(cls, vae: Path, vocoder: Path, device: str) -> AudioLDMCodec:
        """Read both files. Raises ModelError naming file and tensor, ImportError without the packages."""
        from diffusers import AutoencoderKL
        from transformers import SpeechT5HifiGan, SpeechT5HifiGanConfig

        parts = AutoencoderKL(**_VAE), SpeechT5HifiGan(SpeechT5HifiGanConfig(**_VOCODER))
        for module, path in zip(parts, (vae, vocoder), strict=True):
            tensors, _ = read_weights(path)
            load_into(module, {_renamed(name): tensor for name, tensor in tensors.items()}, "", path)
        return cls(*parts, device)

    @torch.inference_mode()
    def sound(self, latent: Tensor) -> Tensor:
        """[1, 128, frames] → waveform [frames · 640]."""
        split = latent.unflatten(1, (-1, CHANNELS)).permute(0, 2, 3, 1)  # [1, 8, frames, 16]
        mel = self.vae.decode(split.to(self.device)).sample[:, 0]  # [1, 4 · frames, 64]
        return self.vocoder(mel).reshape(-1)


def _renamed(name: str) -> str:
    """A name of the VAE's attention as diffusers has it today."""
    if ".attentions." not in name:
        return name
    return ".".join(_RENAMED.get(part, part) for part in name.split("."))
