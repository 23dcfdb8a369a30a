"""Print how near a step of the paper's flow comes to what its matrix products alone would cost.

    python tests/benchmarks/roofline.py [--device cuda] [--batch N] [--precision bf16] [--compile]

A step is one evaluation of the network at the paper's size, over a window of 10 s; its weights are
random. Its products are counted, and the roofline is the rate at which this device makes one large
product of the same numbers.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from collections.abc import Callable
from statistics import median

import torch
from torch.utils.flop_counter import FlopCounterMode

from vssflow_studio.models.vssflow.config import paper
from vssflow_studio.models.vssflow.network import Streams, VSSFlow

_LARGE = {"cpu": 3072, "cuda": 8192, "mps": 4096}
_KINDS = {"fp32": torch.float32, "bf16": torch.bfloat16}


def seconds_of(work: Callable[[], object], device: torch.device, repeats: int) -> float:
    """The median of `repeats` runs, after one that counts for nothing."""
    waits = {"cuda": torch.cuda.synchronize, "mps": torch.mps.synchronize}.get(device.type, lambda: None)
    spent = []
    for _ in range(repeats + 1):
        waits()
        begun = time.perf_counter()
        work()
        waits()
        spent.append(time.perf_counter() - begun)
    return median(spent[1:])


def largest_rate(device: torch.device, kind: torch.dtype, repeats: int) -> float:
    """Operations a second of one large product."""
    size = _LARGE[device.type]
    left, right = torch.randn(2, size, size, device=device, dtype=kind).unbind()
    return 2 * size**3 / seconds_of(lambda: left @ right, device, repeats)


@torch.inference_mode()
def main() -> None:
    """One row."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--precision", choices=list(_KINDS), default="bf16")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    device, kind, config = torch.device(arguments.device), _KINDS[arguments.precision], paper()
    network, frames = VSSFlow(config).to(device).eval(), config.window_frames
    batch = arguments.batch
    conditions = network.project(
        Streams(
            semantics=torch.randn(batch, frames, config.semantic_raw, device=device),
            voice=torch.randn(batch, config.voice_raw, device=device),
            sync=torch.randn(batch, frames, config.sync_raw, device=device),
            lips=torch.randn(batch, frames, config.lip_channels, device=device),
            phonemes=torch.ones(batch, frames, dtype=torch.long, device=device),
        ),
        frames,
    )
    state, times = torch.randn(batch, config.latent_channels, frames, device=device), torch.full((batch,), 0.5, device=device)

    def step() -> torch.Tensor:
        with torch.autocast(device.type, kind, enabled=kind is not torch.float32):
            return network(state, times, conditions)

    with FlopCounterMode(display=False) as counted:
        step()
    if arguments.compile:
        network.vaflow.compile(dynamic=False)
    spent, rate = seconds_of(step, device, arguments.repeats), largest_rate(device, kind, arguments.repeats)
    alone = counted.get_total_flops() / rate
    name = torch.cuda.get_device_name() if device.type == "cuda" else f"{platform.machine()}, {os.cpu_count()} cores"
    print(f"{name}, batch {batch}, {arguments.precision}{', compiled' if arguments.compile else ''}")
    print("a step      its products alone   share of the roofline   products made at")
    print(f"{1000 * spent:6.1f} ms   {1000 * alone:15.1f} ms   {alone / spent:21.0%}   {rate / 1e12:12.2f} TFLOP/s")


if __name__ == "__main__":
    main()
