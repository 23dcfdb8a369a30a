"""Windows at once on a CPU: in the modes of who asks, and with the same answers as one by one."""

from __future__ import annotations

import threading

import pytest
import torch

from vssflow_studio.models.interface import Conditions, Sampling
from vssflow_studio.models.registry import load_model
from vssflow_studio.models.side_by_side import side_by_side


@pytest.fixture
def threads():
    """Sets how many threads share an operation, until the test ends."""
    before = torch.get_num_threads()
    yield torch.set_num_threads
    torch.set_num_threads(before)


def test_calls_run_at_once_in_the_modes_of_who_asks(threads) -> None:
    threads(2)
    met, seen = threading.Barrier(2, timeout=20), []

    def work(item: int) -> torch.Tensor:
        met.wait()  # never passed by one call after the other
        seen.append((torch.is_inference_mode_enabled(), torch.get_num_threads()))
        return (torch.ones(8, 8) @ torch.ones(8, 8)) * item

    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16), side_by_side("cpu") as each:
        answers = list(each(work, [1, 2]))
    assert [float(answer[0, 0]) for answer in answers] == [8.0, 16.0]
    assert {answer.dtype for answer in answers} == {torch.bfloat16}
    assert seen == [(True, 1), (True, 1)] and torch.get_num_threads() == 2


def test_who_gives_up_gets_the_threads_back(threads) -> None:
    threads(2)
    with pytest.raises(KeyboardInterrupt), side_by_side("cpu"):
        raise KeyboardInterrupt
    assert torch.get_num_threads() == 2


def test_a_take_is_the_same_on_any_number_of_cores(threads) -> None:
    model, long = load_model("draft", "cpu"), Conditions(total=9.0, prompt="rain on a window")
    made = []
    for count in (1, 2, 3):
        threads(count)
        made.append(model.latent(long, Sampling(seed=4, steps=3)))
    assert made[0].equal(made[1]) and made[0].equal(made[2])
