"""What MMAudio sees and reads: CLIP's pictures and words, Synchformer's movement."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from ...errors import ModelError
from ..checkpoints import load_into, read_weights
from ..conditions.byte_pairs import BytePairs
from ..conditions.clip import MEAN, SPREAD, ClipVision, vision_sizes
from ..conditions.clip_text import ClipText, text_sizes
from ..conditions.picture import Check, squares
from ..conditions.synchformer import SynchformerEncoder
from . import parts
from .config import V2AConfig

CLIP_SIDE = 384
"""Pixels of the squares that CLIP sees."""

_TEXT = ("token_embedding.", "positional_embedding", "transformer.", "ln_final.")


class Features:
    """The frozen encoders on one device."""

    def __init__(
        self,
        config: V2AConfig,
        vision: ClipVision,
        text: ClipText,
        words: BytePairs,
        sync: SynchformerEncoder,
        device: str = "cpu",
    ) -> None:
        self.config, self.words, self.sync, self.device = config, words, sync, device
        self.vision, self.text = vision.to(device).eval(), text.to(device).eval()

    @classmethod
    def load(cls, folder: Path, config: V2AConfig, device: str) -> Features:
        """Read the parts of the model in `folder`. Raises ModelError naming file and tensor."""
        path, merges = parts.path_of(folder, parts.CLIP), parts.path_of(folder, parts.MERGES)
        tensors, _ = read_weights(path)
        vision, text = clip_networks(tensors, path)
        words = BytePairs.load(merges)
        if len(words) != len(text.token_embedding.weight):
            what = f"{len(words)} words are listed, and CLIP has {len(text.token_embedding.weight)}"
            raise ModelError(what, file=merges, remedy=f"It has to be {parts.MERGES.public}.")
        sync = SynchformerEncoder.load(parts.path_of(folder, parts.SYNCHFORMER), device)
        widths = (vision.proj.shape[1], text.positional_embedding.shape[1], sync.channels)
        if widths != (config.clip_channels, config.text_channels, config.sync_channels):
            what = f"CLIP and Synchformer give {widths} channels, which this network can't take"
            raise ModelError(what, file=path)
        return cls(config, vision, text, words, sync, device)

    @torch.inference_mode()
    def said(self, prompt: str) -> Tensor:
        """[1, words, channels]: the prompt's words in their context."""
        ids = self.words.encode(prompt, self.config.text_length)
        return self.text(torch.tensor([ids], device=self.device))

    @torch.inference_mode()
    def seen(self, frames: Tensor, check: Check = lambda: None) -> tuple[Tensor, Tensor]:
        """A window's uint8 [time, height, width, 3] at `sync_rate` → what CLIP and Synchformer see.

        [1, pictures, channels] and [1, tokens, channels]. Where the frames end before the
        window does, the last one stands.
        """
        config = self.config
        wanted = round(config.window * config.sync_rate)
        held = frames[:wanted]
        held = torch.cat([held, held[-1:].expand(wanted - len(held), -1, -1, -1)])
        return self._pictures(held, check), self.sync.tokens(held, check).unsqueeze(0)

    def _pictures(self, frames: Tensor, check: Check) -> Tensor:
        """CLIP's, each the first frame at or after its time; a picture that is held is seen once."""
        each = self.config.sync_rate / self.config.clip_rate
        times = torch.arange(self.config.clip_length, dtype=torch.float64) * each
        shown = frames[times.ceil().long().clamp(max=len(frames) - 1)]
        made = []
        for before, picture in zip([None, *shown], shown, strict=False):
            check()
            if before is None or not torch.equal(before, picture):
                square = squares(picture[None], MEAN, SPREAD, self.device, cropped=False, side=CLIP_SIDE)
                answer = self.vision.shared(square)
            made.append(answer)
        return torch.cat(made).unsqueeze(0)


def clip_networks(tensors: dict[str, Tensor], path: Path) -> tuple[ClipVision, ClipText]:
    """CLIP's eye and its ear for words. Raises ModelError naming the tensor that differs."""
    with torch.device("meta"):
        vision, text = ClipVision(*vision_sizes(tensors)), ClipText(*text_sizes(tensors))
    load_into(vision, tensors, "visual.", path, assign=True)
    words = {name: tensor for name, tensor in tensors.items() if name.startswith(_TEXT)}
    load_into(text, words, "", path, assign=True)
    return vision, text


def clip_tensors(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Those of CLIP's tensors that are used."""
    return {name: tensor for name, tensor in tensors.items() if name.startswith(("visual.", *_TEXT))}
