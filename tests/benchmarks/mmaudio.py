"""How long MMAudio's small network samples 8 s on this machine, its weights generated.

    python tests/benchmarks/mmaudio.py [small_44k] [--steps 25] [--repeats 3]

Seconds of processor time and of the clock, for sampling alone: features and codec are not in
it. Weights that were learned take as long as these.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parents[1]))

import generated  # noqa: E402

from vssflow_studio.models.deepaudio.config import PUBLIC  # noqa: E402
from vssflow_studio.models.deepaudio.conv import filtered  # noqa: E402
from vssflow_studio.models.deepaudio.network import V2A  # noqa: E402
from vssflow_studio.models.flow.guidance import guided  # noqa: E402
from vssflow_studio.models.flow.solvers import solve, time_grid  # noqa: E402


@torch.inference_mode()
def sampled(network: V2A, steps: int) -> torch.Tensor:
    """A latent [1, channels, frames], from conditions of noise."""
    config = network.config
    clip = generated.tensor("clip", 1, config.clip_length, config.clip_channels)
    sync = generated.tensor("sync", 1, config.sync_length, config.sync_channels)
    text = generated.tensor("text", 1, config.text_length, config.text_channels)
    here = network.project(clip, sync, text)
    both = here.beside(network.project())

    def predict(times: torch.Tensor, states: torch.Tensor, doubled: bool) -> torch.Tensor:
        return network(states[:1], times[:1], both if doubled else here)

    noise = generated.tensor("noise", 1, config.codec.latent_channels, config.latent_length)
    return solve(guided(predict, 4.5), noise, grid=time_grid(steps))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("name", nargs="?", default="small_16k", choices=PUBLIC)
    parser.add_argument("--steps", type=int, default=25)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    network = V2A(PUBLIC[arguments.name]).eval()
    shapes = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    network.load_state_dict(generated.weights(shapes))
    filtered(network)
    sampled(network, 1)
    for _ in range(arguments.repeats):
        processor, clock = time.process_time(), time.perf_counter()
        sampled(network, arguments.steps)
        spent = time.process_time() - processor, time.perf_counter() - clock
        print(f"{arguments.name}: {arguments.steps} steps, {spent[0]:.1f} s of processors, {spent[1]:.1f} s")


if __name__ == "__main__":
    main()
