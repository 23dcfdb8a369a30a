"""The numbers in which a processor multiplies fastest."""

from __future__ import annotations

import torch


def has_bfloat16(device: str) -> bool:
    """Whether `device` multiplies in bfloat16 by itself, and so twice as fast or more.

    One that has to convert is slower for it. The same each time on one machine.
    """
    if device.startswith("cuda"):
        return torch.cuda.is_bf16_supported(including_emulation=False)
    able = torch.cpu.get_capabilities() if device == "cpu" else {}
    return bool(able.get("avx512_bf16") or able.get("amx_bf16"))


def rounding(device: str, solver: str) -> torch.autocast:
    """Products in bfloat16 where `device` has it, but for dopri5.

    Steps that are as long as the error allows would chase the rounding.
    """
    rounded = solver != "dopri5" and has_bfloat16(device)
    return torch.autocast(torch.device(device).type, torch.bfloat16, enabled=rounded)
