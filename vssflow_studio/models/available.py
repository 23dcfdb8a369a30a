"""Public models that this program can load and does not ship: where they are and what they need.

A table of facts, as their authors publish them; sizes are rounded, hashes are not. Nothing
is fetched before its licence was shown and accepted. No torch.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import ModelError
from ..paths import models
from .deepaudio import parts
from .deepaudio.f5.dub import GUIDES


@dataclass(frozen=True)
class HubFile:
    """A file of a repository on the hub, its rounded bytes, and its MD5 where its authors publish one.

    A `part` is what models share: it is not fetched when it is installed already.
    """

    repo: str
    path: str
    size: int
    md5: str = ""
    part: parts.Part | None = None

    @property
    def is_there(self) -> bool:
        """Whether it need not be fetched."""
        return self.part is not None and (models() / parts.SHARED / self.part.file).is_file()


@dataclass(frozen=True)
class Available:
    """A model that can be installed.

    `kinds` are the cues that it suits; `memory` is about what it takes while it runs, in bytes.
    `guide` is the row that it needs installed beside it, if it does.
    """

    name: str
    title: str
    licence: str
    licence_url: str
    kinds: tuple[str, ...]
    memory: int
    files: tuple[HubFile, ...]
    guide: str = ""

    @property
    def guiding(self) -> Available | None:
        """The row of its guide, where that has to be fetched too."""
        there = not self.guide or (models() / self.guide).is_dir()
        return None if there else available(self.guide)

    @property
    def missing(self) -> tuple[HubFile, ...]:
        """What is to be fetched."""
        return tuple(file for file in self.files if not file.is_there)

    @property
    def size(self) -> int:
        """Bytes to fetch, with those of its guide."""
        more = self.guiding.missing if self.guiding else ()
        return sum(file.size for file in {*self.missing, *more})


_MMAUDIO, _CLIP = "hkchengrex/MMAudio", "apple/DFN5B-CLIP-ViT-H-14-384"
_BIGVGAN = "nvidia/bigvgan_v2_44khz_128band_512x"
_SEEING = (
    HubFile(_MMAUDIO, "ext_weights/synchformer_state_dict.pth", 907_000_000, "5b2f5594b0730f70e41e549b7c94390c", parts.SYNCHFORMER),
    HubFile(_CLIP, "open_clip_pytorch_model.bin", 3_945_000_000, part=parts.CLIP),
    HubFile(_CLIP, "merges.txt", 525_000, part=parts.MERGES),
)  # fmt: skip
_SOUNDING = {
    "16k": (
        HubFile(_MMAUDIO, "ext_weights/v1-16.pth", 655_000_000, "69f56803f59a549a1a507c93859fd4d7", parts.VAES[16_000]),
        HubFile(_MMAUDIO, "ext_weights/best_netG.pt", 429_000_000, "eeaf372a38a9c31c362120aba2dde292", parts.VOCODERS[16_000]),
    ),
    "44k": (
        HubFile(_MMAUDIO, "ext_weights/v1-44.pth", 1_200_000_000, "fab020275fa44c6589820ce025191600", parts.VAES[44_100]),
        HubFile(_BIGVGAN, "bigvgan_generator.pt", 489_000_000, part=parts.VOCODERS[44_100]),
    ),
}  # fmt: skip


def _mmaudio(name: str, title: str, size: int, md5: str, memory: int) -> Available:
    network = HubFile(_MMAUDIO, f"weights/{name}.pth", size, md5)
    return Available(
        name=name,
        title=f"MMAudio, {title}",
        licence="CC-BY-NC-4.0 (no commercial use); CLIP: Apple’s own; BigVGAN: MIT",
        licence_url="https://huggingface.co/hkchengrex/MMAudio",
        kinds=("foley", "ambience"),
        memory=memory,
        files=(*_SEEING, *_SOUNDING[name.split("_")[2]], network),
    )


_F5, _DEEPAUDIO, _VOCOS = "SWivid/F5-TTS", "lshzhm/DeepAudio-V1", "charactr/vocos-mel-24khz"
_SPEAKING = (
    HubFile(_VOCOS, "pytorch_model.bin", 54_000_000, part=parts.VOCOS),
    HubFile(_F5, "F5TTS_Base/vocab.txt", 14_000, part=parts.CHARACTERS),
)


def _speech(name: str, title: str, file: HubFile, memory: int, guide: str = "") -> Available:
    licence = "CC-BY-NC-4.0 (no commercial use); Vocos: MIT"
    if guide:
        licence += "; CLIP: Apple’s own; BigVGAN: MIT"
    url = f"https://huggingface.co/{file.repo}"
    return Available(name, title, licence, url, ("dialogue",), memory, (*_SPEAKING, file), guide)


def _deepaudio(name: str, title: str, memory: int) -> Available:
    file = HubFile(_DEEPAUDIO, f"{name}.pt", 1_350_000_000)
    return _speech(f"deepaudio_{name}", f"DeepAudio-V1, with {title}", file, memory, GUIDES[name])


AVAILABLE = (
    _mmaudio("mmaudio_small_16k", "small, 16 kHz", 601_000_000, "af93cde404179f58e3919ac085b8033b", 6_000_000_000),
    _mmaudio("mmaudio_small_44k", "small, 44.1 kHz", 601_000_000, "babd74c884783d13701ea2820a5f5b6d", 6_000_000_000),
    _mmaudio("mmaudio_medium_44k", "medium, 44.1 kHz", 2_400_000_000, "5a56b6665e45a1e65ada534defa903d0", 8_000_000_000),
    _mmaudio("mmaudio_large_44k", "large, 44.1 kHz", 3_900_000_000, "fed96c325a6785b85ce75ae1aafd2673", 10_000_000_000),
    _mmaudio("mmaudio_large_44k_v2", "large, 44.1 kHz, version 2", 3_900_000_000, "01ad4464f049b2d7efdaa4c1a59b8dfe", 10_000_000_000),
    _speech("f5tts_v1", "F5-TTS v1, base", HubFile(_F5, "F5TTS_v1_Base/model_1250000.safetensors", 1_350_000_000), 3_000_000_000),
    _speech("f5tts", "F5-TTS, base", HubFile(_F5, "F5TTS_Base/model_1200000.safetensors", 1_350_000_000), 3_000_000_000),
    _deepaudio("v2c_s16", "MMAudio small, 16 kHz", 8_000_000_000),
    _deepaudio("v2c_s44", "MMAudio small, 44.1 kHz", 8_000_000_000),
    _deepaudio("v2c_m44", "MMAudio medium, 44.1 kHz", 10_000_000_000),
    _deepaudio("v2c_l44", "MMAudio large, 44.1 kHz", 12_000_000_000),
)  # fmt: skip


def available(name: str) -> Available | None:
    """The table's row of this name, None when it has none."""
    return next((one for one in AVAILABLE if one.name == name), None)


def known_or_repository(name: str) -> Available | None:
    """A row, or None for what is written like a repository (owner/name). Raises ModelError."""
    row = available(name)
    if row is None and name.count("/") != 1:
        listed = ", ".join(one.name for one in AVAILABLE)
        known = f"Known: {listed}; or" if listed else "Give"
        raise ModelError(
            f"No model is called “{name}”",
            remedy=f"{known} a repository as owner/name, a folder, or a checkpoint file.",
        )
    return row
