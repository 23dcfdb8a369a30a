"""The public files that the metrics' networks come from: where they belong, their licences. No torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ...paths import models

FOLDER = "evaluation"
"""Among the user's models; it has no card, so it is no model itself."""


@dataclass(frozen=True)
class NetworkFile:
    """A file of weights: the `network` in it, its `file` here, and where it is `public` under which `licence`."""

    network: str
    file: str
    public: str
    licence: str

    @property
    def path(self) -> Path:
        """Where it belongs."""
        return models() / FOLDER / self.file

    @property
    def lacking(self) -> str:
        """What to do when it is not there, empty when it is."""
        if self.path.is_file():
            return ""
        return f"{self.network} is not installed: put {self.public} at {self.path} (licence: {self.licence})"


VGGISH = NetworkFile(
    "VGGish", "vggish.pth", "vggish-10086976.pth of github.com/harritaylor/torchvggish", "Apache-2.0"
)
CNN14 = NetworkFile(
    "PANNs’ Cnn14", "cnn14-16k.pth", "Cnn14_16k_mAP=0.438.pth of zenodo.org/record/3987831", "CC-BY-4.0"
)
SYNCNET = NetworkFile(
    "SyncNet", "syncnet_v2.model", "syncnet_v2.model of github.com/joonson/syncnet_python", "MIT"
)
WAV2CLIP = NetworkFile(
    "Wav2CLIP", "wav2clip.pt", "Wav2CLIP.pt of github.com/descriptinc/lyrebird-wav2clip", "MIT"
)
CLIP = NetworkFile(
    "CLIP",
    "clip-vit-b-32.safetensors",
    "open_clip_model.safetensors of huggingface.co/timm/vit_base_patch32_clip_224.openai",
    "MIT",
)
DVECTOR = NetworkFile(
    "The d-vector encoder",
    "dvector.pt",
    "the state_dict of dvector.pt of github.com/yistLin/dvector (a program: where it is trusted, "
    "torch.save(torch.jit.load('dvector.pt').state_dict(), …))",
    "MIT",
)
RAWNET3 = NetworkFile(
    "RawNet3", "rawnet3.pt", "model.pt of huggingface.co/jungjee/RawNet3", "MIT"
)
WAVLM = NetworkFile(
    "WavLM-large for speakers",
    "wavlm_large_finetune.pth",
    "wavlm_large_finetune.pth of github.com/microsoft/UniSpeech (downstreams/speaker_verification)",
    "CC-BY-SA-3.0",
)
EMOTION = NetworkFile(
    "audEERING’s emotion network",
    "wav2vec2-emotion.bin",
    "pytorch_model.bin of huggingface.co/audeering/wav2vec2-large-robust-12-ft-emotion-msp-dim",
    "CC-BY-NC-SA-4.0",
)
XVECTOR = NetworkFile(
    "WavLM-base for speakers", "wavlm-base-sv.bin", "pytorch_model.bin of huggingface.co/microsoft/wavlm-base-sv", "CC-BY-SA-3.0"
)
SYNCHFORMER = NetworkFile(
    "Synchformer", "synchformer_state_dict.pth", "synchformer_state_dict.pth of github.com/hkchengrex/MMAudio", "MIT"
)
UTMOS = NetworkFile(
    "UTMOS", "utmos22_strong.pt", "utmos22_strong_step7459_v1.pt of github.com/tarepan/SpeechMOS", "MIT"
)
FILES = (VGGISH, CNN14, SYNCNET, WAV2CLIP, CLIP, DVECTOR, RAWNET3, WAVLM, EMOTION, XVECTOR, SYNCHFORMER, UTMOS)
