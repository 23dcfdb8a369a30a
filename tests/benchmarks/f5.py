"""How long F5-TTS's base takes for a line on this machine, its weights generated.

    python tests/benchmarks/f5.py [--seconds 4] [--recording 5] [--steps 32] [--repeats 3]

Seconds of processor time and of the clock, for sampling alone: vocoder and guide are not in
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

from vssflow_studio.models.deepaudio.f5.config import F5Config  # noqa: E402
from vssflow_studio.models.deepaudio.f5.network import F5  # noqa: E402
from vssflow_studio.models.flow.guidance import guided  # noqa: E402
from vssflow_studio.models.flow.solvers import solve, sway_grid  # noqa: E402

_LETTERS_A_SECOND = 15


@torch.inference_mode()
def sampled(network: F5, recording: float, seconds: float, steps: int) -> torch.Tensor:
    """Mel frames [1, frames, bins] of recording and line."""
    config = network.config
    before, total = (round(length * config.frame_rate) for length in (recording, recording + seconds))
    known = generated.tensor("known", 1, total, config.mel_bins)
    known[:, before:] = 0
    text = torch.zeros(1, total, dtype=torch.long)
    text[:, : round(_LETTERS_A_SECOND * (recording + seconds))] = 1
    entered = network.guided_pair(known, text, generated.tensor("energy", 1, total).abs())

    def predict(times: torch.Tensor, states: torch.Tensor, both: bool) -> torch.Tensor:
        return network(states[:1], times[:1], entered if both else entered[:1])

    noise = generated.tensor("noise", 1, total, config.mel_bins)
    return solve(guided(predict, 3.0), noise, grid=sway_grid(steps))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--recording", type=float, default=5.0)
    parser.add_argument("--steps", type=int, default=32)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    with torch.device("meta"):
        network = F5(F5Config())
    shapes = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    network.load_state_dict(generated.weights(shapes), assign=True)
    network.eval()
    sampled(network, 1.0, 1.0, 1)
    for _ in range(arguments.repeats):
        processor, clock = time.process_time(), time.perf_counter()
        sampled(network, arguments.recording, arguments.seconds, arguments.steps)
        spent = time.process_time() - processor, time.perf_counter() - clock
        print(f"{arguments.seconds} s of speech, {arguments.steps} steps: {spent[0]:.1f} s of processors, {spent[1]:.1f} s")


if __name__ == "__main__":
    main()
