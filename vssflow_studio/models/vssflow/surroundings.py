"""What stands round the paper's flow in a model's folder, and what of it is there. No torch.

A part that only gives a condition may be absent: its stream is then zeros, as in training.
Without the parts that make the latent audible there is no sound.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

VOICES = "voices"
"""Folder of voices: each `<name>.npy` is a RawNet3 embedding, or several to be averaged."""

PACKAGES = ("diffusers", "transformers")
_INSTALL = "Install them: pip install 'vssflow-studio[paper]'."


@dataclass(frozen=True)
class Part:
    """A file of weights in the model's folder, and where it comes from when it isn't there."""

    name: str
    file: str
    source: str
    needed: bool = False
    without: str = "its stream is zeros"


VAE = Part("VAE", "vae.safetensors", "AudioLDM's VAE as diffusers has it", needed=True)
VOCODER = Part("vocoder", "vocoder.safetensors", "AudioLDM's HiFi-GAN as transformers has it", needed=True)
CLIP = Part("CLIP", "clip.safetensors", "the authors' Lightning checkpoint, where it is `image_encoder.`")
SYNCHFORMER = Part("Synchformer", "synchformer_state_dict.pth", "the public checkpoint of that name")
RAWNET3 = Part(
    "RawNet3",
    "rawnet3.pt",
    "the public checkpoint `model.pt`",
    without=f"no voice follows a recording, and without an embedding in {VOICES} the speaker is zeros",
)
AVHUBERT = Part("AV-HuBERT", "avhubert.pt", "the public checkpoint `self_large_vox_433h.pt`", without="lips are zeros")
PARTS = (VAE, VOCODER, CLIP, SYNCHFORMER, RAWNET3, AVHUBERT)


def findings(folder: Path) -> list[str]:
    """A line on each part: there, or absent with its place."""
    found = []
    for part in PARTS:
        if (folder / part.file).is_file():
            found.append(f"{part.name}: there")
        else:
            lack = "no sound without it" if part.needed else part.without
            found.append(f"{part.name}: absent, {lack}; {folder / part.file} ({part.source})")
    return found


def lacking(folder: Path) -> tuple[str, str]:
    """(what keeps the model from making sound, remedy); both empty when nothing does."""
    packages = [name for name in PACKAGES if find_spec(name) is None]
    if packages:
        return f"The packages {' and '.join(packages)} are not installed", _INSTALL
    absent = [part for part in PARTS if part.needed and not (folder / part.file).is_file()]
    if not absent:
        return "", ""
    places = " and ".join(f"{part.source} as {folder / part.file}" for part in absent)
    return f"The {' and the '.join(part.name for part in absent)} are missing", f"Put {places}."


def voices(folder: Path) -> tuple[str, ...]:
    """Names of the voices in the folder."""
    return tuple(sorted(path.stem for path in (folder / VOICES).glob("*.npy")))


def state(folder: Path) -> tuple[str, ...]:
    """Each part and voice with its size and time: what may change while the flow stays the same."""
    files = [folder / part.file for part in PARTS]
    files += [folder / VOICES / f"{voice}.npy" for voice in voices(folder)]
    facts = [(path, path.stat()) for path in files if path.is_file()]
    return tuple(f"{path.name} {fact.st_size} {fact.st_mtime_ns}" for path, fact in facts)
