"""The numbers in which a processor multiplies fastest."""

from __future__ import annotations

import torch


def has_bfloat16(device: str) -> bool:
    """Whether `device` is a CPU that multiplies in bfloat16 by itself, and so twice as fast.

    One that has to convert is slower for it. The same each time on one machine.
    """
    able = torch.cpu.get_capabilities() if device == "cpu" else {}
    return bool(able.get("avx512_bf16") or able.get("amx_bf16"))
