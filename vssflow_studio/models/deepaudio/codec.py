"""MMAudio's latents made audible: the mel VAE's decoder and BigVGAN."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn

from ...errors import ModelError
from ..checkpoints import load_into, read_weights
from ..conditions.picture import Check
from . import parts
from .bigvgan import BigVGAN
from .config import CodecConfig
from .vae import MelDecoder


class Codec:
    """Latents to sound. There is no way back: takes are only made."""

    def __init__(self, vae: MelDecoder, vocoder: BigVGAN, device: str = "cpu") -> None:
        self.vae, self.vocoder = vae.to(device).eval(), vocoder.to(device).eval()

    @classmethod
    def load(cls, folder: Path, config: CodecConfig, device: str) -> Codec:
        """Read the parts of the model in `folder`. Raises ModelError naming file and tensor."""
        vae = _loaded(MelDecoder, config, parts.path_of(folder, parts.VAES[config.sample_rate]))
        vocoder = _loaded(BigVGAN, config, parts.path_of(folder, parts.VOCODERS[config.sample_rate]))
        return cls(vae, vocoder, device)

    @torch.inference_mode()
    def sound(self, latent: Tensor, check: Check = lambda: None) -> Tensor:
        """[1, channels, frames] → waveform [frames · 2 · hop]."""
        check()
        mel = self.vae(latent.transpose(1, 2)).transpose(1, 2)
        check()
        return self.vocoder(mel)[0]


def _loaded(kind: type[nn.Module], wanted: CodecConfig, path: Path) -> nn.Module:
    """The module in a file that says its own widths; what has to agree with the others is checked."""
    tensors, facts = read_weights(path)
    try:
        config = CodecConfig.from_json(facts["config"])
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError("The weights don't say their sizes", file=path) from error
    if replace(config, width=wanted.width, vocoder_width=wanted.vocoder_width) != wanted:
        raise ModelError("This belongs to networks of another rate", file=path)
    with torch.device("meta"):
        module = kind(config)
    load_into(module, tensors, "", path, assign=True)
    return module
