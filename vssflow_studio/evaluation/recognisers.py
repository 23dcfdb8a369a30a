"""Those who write down what they hear: Whisper from a folder, pocketsphinx."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np

from ..errors import ModelError

SAMPLE_RATE = 16_000
_LEVEL = 0.5
_WINDOW = 30.0  # seconds that Whisper hears at once
TRANSFORMERS = "the package transformers is not installed: pip install 'vssflow-studio[evaluate]'"


class Pocketsphinx:
    """With its own English model; needs the package pocketsphinx."""

    def __init__(self) -> None:
        from pocketsphinx import Decoder

        self._decoder = Decoder(samprate=SAMPLE_RATE, loglevel="FATAL")

    def hear(self, sound: np.ndarray) -> str:
        """The words in mono float32 at SAMPLE_RATE."""
        loud = sound * (_LEVEL / max(float(np.abs(sound).max(initial=0)), 1e-4))
        self._decoder.start_utt()
        self._decoder.process_raw((loud * 32767).astype("<i2").tobytes(), full_utt=True)
        self._decoder.end_utt()
        best = self._decoder.hyp()
        return best.hypstr if best else ""


class Whisper:
    """A Whisper (Radford et al. 2023) in a `folder` as transformers saves it."""

    def __init__(self, folder: Path, device: str) -> None:
        """Raises ModelError."""
        from transformers import pipeline

        try:
            self._heard = pipeline(
                "automatic-speech-recognition",
                str(folder),
                device=device,
                chunk_length_s=_WINDOW,
                model_kwargs={"use_safetensors": True, "local_files_only": True},
            )
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(f"Whisper can't be read: {str(error).partition(chr(10))[0]}", file=folder) from error
        english = getattr(self._heard.model.generation_config, "is_multilingual", False)
        self._words = {"language": "english", "task": "transcribe"} if english else {}

    def hear(self, sound: np.ndarray) -> str:
        """The words in mono float32 at SAMPLE_RATE."""
        said = {"raw": sound, "sampling_rate": SAMPLE_RATE}
        return self._heard(said, generate_kwargs=self._words)["text"]


def missing(package: str) -> bool:
    """Whether it has to be installed first."""
    return find_spec(package) is None
