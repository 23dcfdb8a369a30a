"""RawNet3 and AV-HuBERT of the public checkpoints' layouts, small and never trained; a face for the latter."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

import generated
from vssflow_studio.models.conditions.avhubert import LipVision
from vssflow_studio.models.conditions.picture import FRAME_RATE, FRAME_SIZE
from vssflow_studio.models.conditions.rawnet3 import RawNet3
from vssflow_studio.training.faces import talking_face

VOICE_WIDTH, LIP_WIDTH, LIP_LAYERS, LIP_INNER = 64, 128, 2, 256
_COMPUTED = ("flipped_filter", "window_", "n_")  # no weights, though the checkpoint has them
_TUNED = "encoder.w2v_model."


def voice_weights(out: int = 256) -> dict[str, Tensor]:
    """Of the layout of the authors' `model.pt`, small."""
    state = RawNet3(VOICE_WIDTH, out=out).state_dict()
    return {
        name: tensor if name.endswith(_COMPUTED) else generated.weight(name, tuple(tensor.shape))
        for name, tensor in state.items()
    }


def voice_file(folder: Path, out: int = 256) -> Path:
    """`model.pt` as it can be fetched."""
    torch.save({"model": voice_weights(out)}, folder / "rawnet3.pt")
    return folder / "rawnet3.pt"


def lip_weights(width: int = LIP_WIDTH) -> dict[str, Tensor]:
    """Of the layout of fairseq's checkpoint, small; without a prefix, as a pre-trained one has them."""
    shapes = LipVision(width, LIP_LAYERS, LIP_INNER).state_dict()
    return generated.weights({name: tuple(tensor.shape) for name, tensor in shapes.items()})


def lip_file(folder: Path, width: int = LIP_WIDTH) -> Path:
    """The fine-tuned checkpoint: ear, decoder and settings of other programs stand beside the eyes."""
    mine = {_TUNED + name: tensor for name, tensor in lip_weights(width).items()}
    rest = {
        f"{_TUNED}feature_extractor_audio.proj.weight": torch.ones(4, 2),
        "decoder.embed_tokens.weight": torch.ones(3, 2),
    }
    torch.save({"args": None, "cfg": {"task": {"data": "x"}}, "model": rest | mine}, folder / "avhubert.pt")
    return folder / "avhubert.pt"


def face(seconds: float = 3.0, seed: int = 1) -> Tensor:
    """A speaking face as the paper's model sees it, uint8 [time, *FRAME_SIZE, 3]."""
    time = np.arange(round(seconds * FRAME_RATE)) / FRAME_RATE
    opening = np.clip(np.sin(2 * np.pi * 3.1 * time) + 0.3 * np.sin(2 * np.pi * 1.3 * time), 0, 1)
    grey = talking_face(opening, FRAME_RATE, FRAME_SIZE, np.random.default_rng(seed))
    return torch.from_numpy((255 * grey).astype(np.uint8))[..., None].expand(-1, -1, -1, 3)
