"""What MMAudio's and F5-TTS' networks need beside their own weights, and what of it is installed. No torch.

The parts are large and every network uses them, so they lie in one folder beside the models.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ...errors import ModelError
from ...paths import models
from ..interface import ModelCard

SHARED = "deepaudio"
"""Folder among the user's models; it has no card, so it is no model itself."""


@dataclass(frozen=True)
class Part:
    """A file in the shared folder, and the `public` file that it is converted from."""

    name: str
    file: str
    public: str


VAES = {
    16_000: Part("16 kHz VAE", "vae-16k.safetensors", "v1-16.pth"),
    44_100: Part("44.1 kHz VAE", "vae-44k.safetensors", "v1-44.pth"),
}
VOCODERS = {
    16_000: Part("16 kHz BigVGAN", "bigvgan-16k.safetensors", "best_netG.pt"),
    44_100: Part(
        "44.1 kHz BigVGAN", "bigvgan-44k.safetensors", "bigvgan_generator.pt of bigvgan_v2_44khz_128band_512x"
    ),
}
CLIP = Part("CLIP", "clip.safetensors", "open_clip_pytorch_model.bin of DFN5B-CLIP-ViT-H-14-384")
MERGES = Part("list of CLIP's words", "clip-merges.txt", "merges.txt of DFN5B-CLIP-ViT-H-14-384")
SYNCHFORMER = Part("Synchformer", "synchformer.safetensors", "synchformer_state_dict.pth")
VOCOS = Part("Vocos", "vocos.safetensors", "pytorch_model.bin of vocos-mel-24khz")
CHARACTERS = Part("list of F5's characters", "f5-vocab.txt", "vocab.txt of F5-TTS")


def needed(card: ModelCard) -> tuple[Part, ...]:
    """The parts without which the model makes no sound. Raises ModelError for a rate that has no VAE."""
    if card.family == "f5":
        return (VOCOS, CHARACTERS) if card.vocoder == "vocos" else (CHARACTERS,)
    rate = card.sample_rate
    if rate not in VAES:
        raise ModelError(f"There is no VAE for {rate} samples a second")
    return VAES[rate], VOCODERS[rate], CLIP, MERGES, SYNCHFORMER


def path_of(folder: Path, part: Part) -> Path:
    """Where `part` lies for the model in `folder`, or would: the model's own goes first."""
    places = [folder / part.file, folder.parent / SHARED / part.file, models() / SHARED / part.file]
    return next((path for path in places if path.is_file()), places[-1])


def lacking(folder: Path, card: ModelCard) -> tuple[str, str]:
    """(what keeps the model from making sound, remedy); both empty when nothing does."""
    absent = [part for part in needed(card) if not path_of(folder, part).is_file()]
    if not absent:
        return "", ""
    names = " and ".join(f"the {part.name}" for part in absent)
    files = ", ".join(part.public for part in absent)
    are = "is" if len(absent) == 1 else "are"
    return f"{names} {are} missing", f"Install with `vssflow-studio models convert FILE`: {files}."


def state(folder: Path, card: ModelCard) -> tuple[str, ...]:
    """Each part with its size and time: what may change while the network stays the same."""
    paths = [path_of(folder, part) for part in needed(card)]
    facts = [(path, path.stat()) for path in paths if path.is_file()]
    return tuple(f"{path.name} {fact.st_size} {fact.st_mtime_ns}" for path, fact in facts)
