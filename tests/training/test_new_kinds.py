"""A trained prompt table makes room for kinds that it was not trained on."""

from __future__ import annotations

import torch

from vssflow_studio.models.conditions.prompt import pieces
from vssflow_studio.training.new_kinds import set_apart
from vssflow_studio.training.prompts import wordings

KNOWN, NEW = ("ball", "rain", "door"), ("sword", "sea", "snow steps", "gunshot")


def means(table: torch.Tensor, kind: str) -> torch.Tensor:
    """What the encoder makes of each wording, up to its scale."""
    return torch.stack([table[pieces(wording)].mean(0) for wording in wordings(kind)])


def spread(vectors: torch.Tensor) -> float:
    return float((vectors - vectors.mean(0)).norm(dim=1).mean())


def test_new_kinds_stand_apart_and_known_ones_stay():
    before = torch.randn(4096, 64, generator=torch.Generator().manual_seed(3))
    after = set_apart(before, KNOWN, NEW)
    assert after.shape == before.shape and after.dtype == before.dtype
    centres = [means(after, kind).mean(0) for kind in NEW]
    nearest = min(float((a - b).norm()) for i, a in enumerate(centres) for b in centres[:i])
    for kind in NEW:
        assert spread(means(after, kind)) < nearest / 4
        assert spread(means(before, kind)) > nearest / 4, "they were apart before"
    for kind in KNOWN:
        was, now = means(before, kind), means(after, kind)
        assert float((was - now).norm(dim=1).mean()) < 0.35 * float(was.norm(dim=1).mean())
        assert all(float((now.mean(0) - centre).norm()) > nearest / 2 for centre in centres)


def test_it_is_the_same_each_time_and_nothing_without_new_kinds():
    before = torch.randn(4096, 64, generator=torch.Generator().manual_seed(3))
    assert torch.equal(set_apart(before, KNOWN, NEW), set_apart(before, KNOWN, NEW))
    assert torch.allclose(set_apart(before, KNOWN, ()), before, atol=1e-5)
