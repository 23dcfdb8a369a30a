"""The gate with the paper's own text encoder, FLAN-T5 (DeepAudio-V1 §3.3), through transformers.

An optional package, and an encoder of some hundred megabytes that the user has in a folder, such
as a copy of google/flan-t5-base from the hub: config.json, model.safetensors, tokenizer.json.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from ...errors import ModelError
from .mof import AnyGate, read_gate

FILE = "gate.safetensors"
"""The trained MLP, beside the encoder's own files."""


class T5Encoder:
    """Instructions to the mean of FLAN-T5's last hidden states. It stays as it is published."""

    def __init__(self, folder: Path, device: str = "cpu") -> None:
        """Raises ModelError: no transformers, or no encoder in the folder."""
        try:
            from transformers import AutoTokenizer, T5EncoderModel
        except ImportError as error:
            raise ModelError(
                "FLAN-T5 needs the package transformers", remedy="pip install 'vssflow-studio[paper]'"
            ) from error
        try:
            self._tokens = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            self._network = T5EncoderModel.from_pretrained(folder, local_files_only=True, use_safetensors=True)
        except (OSError, ValueError, KeyError) as error:
            what = f"There is no FLAN-T5 that can be read: {str(error).splitlines()[0]}"
            remedy = "Put config.json, model.safetensors and tokenizer.json there."
            raise ModelError(what, file=folder, remedy=remedy) from error
        self._network.eval().to(device)
        self._device = device

    @torch.inference_mode()
    def __call__(self, instructions: Sequence[str]) -> torch.Tensor:
        """[instructions, width]"""
        given = self._tokens(list(instructions), return_tensors="pt", padding=True, truncation=True).to(self._device)
        hidden = self._network(input_ids=given.input_ids, attention_mask=given.attention_mask).last_hidden_state
        heard = given.attention_mask[..., None].to(hidden.dtype)
        return (hidden * heard).sum(1) / heard.sum(1)


class T5Gate(AnyGate):
    """FLAN-T5 and the MLP that was trained on it."""

    def __init__(self, folder: Path) -> None:
        """Raises ModelError."""
        self.tensors, self._encoder = read_gate(folder / FILE), T5Encoder(folder)

    def encoded(self, instruction: str) -> np.ndarray:
        """[width]"""
        return self._encoder([instruction])[0].float().numpy()
