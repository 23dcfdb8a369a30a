"""The draft model's flow: VSSFlow with our own small encoders in front."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..conditions import motion
from ..conditions.prompt import PromptEncoder
from .config import VSSFlowConfig
from .network import Projected, Streams, VSSFlow

_STRENGTH = 60.0
"""Of the energy: what enters by a layer that begins with zeros is otherwise not heard for thousands of steps."""


@dataclass(frozen=True)
class DraftBatch:
    """Conditions of a batch before any encoder.

    phonemes int64 [batch, mel frames]; voices int64 [batch], −1 for none; prompts;
    motion [batch, time, motion.CHANNELS], zeros where there is no picture; contacts
    [batch, 2 · time], how likely something visible sounds then, 0 … 1. Of who speaks: opening
    [batch, time], how far the mouth is open, and energy [batch, mel frames], how loud the line
    is to be, both 0 … 1; None is zeros.
    """

    phonemes: Tensor
    voices: Tensor
    prompts: list[str]
    motion: Tensor
    contacts: Tensor
    opening: Tensor | None = None
    energy: Tensor | None = None


class DraftFlow(nn.Module):
    """Encoders and network; forward predicts the clean latent."""

    def __init__(self, config: VSSFlowConfig, voices: int) -> None:
        super().__init__()
        self.config = config
        self.prompt = PromptEncoder(config.semantic_raw - motion.CHANNELS)
        self.voices = nn.Embedding(voices, config.voice_raw)
        self.flow = VSSFlow(config)

    def project(self, batch: DraftBatch, frames: int) -> Projected:
        """Motion goes both ways: with the prompt as semantics, with contacts as sync."""
        meaning = self.prompt(batch.prompts).unsqueeze(1).expand(-1, batch.motion.shape[1], -1)
        has_voice = (batch.voices >= 0).unsqueeze(1)
        return self.flow.project(
            Streams(
                semantics=torch.cat([meaning, batch.motion], dim=-1),
                voice=self.voices(batch.voices.clamp(min=0)) * has_voice,
                sync=sync_stream(batch.contacts, batch.motion),
                lips=lip_stream(batch, self.config.lip_channels),
                phonemes=batch.phonemes,
                energy=None if batch.energy is None else _STRENGTH * batch.energy,
            ),
            frames,
        )

    def forward(self, latent: Tensor, time: Tensor, conditions: Projected) -> Tensor:
        """As VSSFlow.forward."""
        return self.flow(latent, time, conditions)


def sync_stream(contacts: Tensor, moves: Tensor) -> Tensor:
    """[batch, 2 · time, 1 + motion.CHANNELS]; contacts are strengthened to motion's scale."""
    return torch.cat([4 * contacts.unsqueeze(2), moves.repeat_interleave(2, dim=1)], dim=2)


def lip_stream(batch: DraftBatch, channels: int) -> Tensor:
    """[batch, time, channels], the first of them the opening, strengthened as contacts are."""
    if batch.opening is None:
        return batch.motion.new_zeros(len(batch.voices), 1, channels)
    return nn.functional.pad(4 * batch.opening.unsqueeze(2), (0, channels - 1))
