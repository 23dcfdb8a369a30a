"""Foley suggestions, measured on rendered scenes and asked of a real film."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path
from subprocess import run

import numpy as np
import pytest

from moving import write_moving
from vssflow_studio.engine.foley_kinds import KINDS
from vssflow_studio.engine.picture_events import Event, Seen, events, gathered, range_around, watch_aside
from vssflow_studio.engine.picture_kinds import features_of, motion_kinds
from vssflow_studio.engine.suggest import suggested
from vssflow_studio.errors import Cancelled, MediaError
from vssflow_studio.media.span import Span
from vssflow_studio.training.foley_scenes import moving
from vssflow_studio.training.prompts import MOTIONS

MOTION_NAMES = sorted({motion for those in MOTIONS.values() for motion in those} - {"bed"})
SECONDS = 5.0


@pytest.fixture(scope="module")
def scenes():
    """(motion, moments of contact, contact likelihoods, motion features) of scenes nobody was trained on."""
    from torch import from_numpy

    from vssflow_studio.models.checkpoints import load_into, read_weights
    from vssflow_studio.models.conditions.motion import motion_features
    from vssflow_studio.models.conditions.sync import SyncEncoder
    from vssflow_studio.models.registry import model_folder

    path = model_folder("draft") / "weights.safetensors"
    encoder = SyncEncoder().eval()
    load_into(encoder, read_weights(path)[0], "sync.", path)
    found = []
    for number in range(36):
        motion = MOTION_NAMES[number % len(MOTION_NAMES)]
        frames, onsets = moving(motion, 7_700_000 + number)
        moves = motion_features(from_numpy(frames))
        found.append((motion, onsets, encoder.contacts(moves[None])[0].numpy(), moves.numpy()))
    return found


def test_what_sounds_lies_within_what_is_proposed(scenes) -> None:
    inside = total = 0
    for _, onsets, contacts, _ in scenes:
        ranges = [range_around(group, SECONDS) for group in gathered(events(contacts))]
        total += len(onsets)
        inside += sum(any(start <= onset <= end for start, end in ranges) for onset in onsets)
    assert inside / total > 0.9


def test_few_proposals_hold_nothing(scenes) -> None:
    proposed = empty = 0
    for _, onsets, contacts, _ in scenes:
        for group in gathered(events(contacts)):
            start, end = range_around(group, SECONDS)
            proposed += 1
            empty += not any(start <= onset <= end for onset in onsets)
    assert empty / proposed < 0.15


def test_how_it_moves_is_told(scenes) -> None:
    right = [
        motion == next(iter(motion_kinds().likely(features_of(moves, gathered(events(contacts))[0]))))
        for motion, _, contacts, moves in scenes
        if events(contacts)
    ]
    assert np.mean(right) > 0.75


def test_kinds_that_are_offered_can_be_asked_for() -> None:
    assert set(motion_kinds().kinds) == set(MOTION_NAMES)
    assert {kind for kinds in motion_kinds().kinds.values() for kind in kinds} <= set(KINDS)


def test_a_still_picture_asks_for_nothing() -> None:
    still = Seen(np.zeros(250, np.float32), np.zeros((125, 54), np.float32))
    assert suggested(still, (Span("a", 0, 0, 5),), 5.0) == ()


def test_a_cut_is_no_contact_and_no_cue_goes_over_it() -> None:
    contacts = np.zeros(500, np.float32)
    contacts[[90, 125, 150, 151]] = 0.9  # 1.8 s, the cut at 2.5 s, 3 s
    seen = Seen(contacts, np.zeros((250, 54), np.float32))
    first, second = suggested(seen, (Span("a", 0, 0, 2.5), Span("b", 0, 2.5, 7.5)), 10.0)
    assert [round(event.time, 1) for event in (*first.events, *second.events)] == [1.8, 3.0]
    assert first.end <= 2.5 <= second.start


def test_events_that_follow_closely_are_one_cue() -> None:
    times = (0.5, 1.0, 1.5, 4.0)
    assert [len(group) for group in gathered([Event(at, 1.0) for at in times])] == [3, 1]


@pytest.fixture(scope="module")
def footage(tmp_path_factory) -> tuple[Path, tuple[float, ...]]:
    """A film of something that walks, and when its feet come down."""
    path = tmp_path_factory.mktemp("film") / "walk.mp4"
    return path, write_moving(path, "walk", 7_800_001)


def test_a_film_is_looked_at_in_a_process_of_its_own(footage) -> None:
    path, onsets = footage
    told: list[float] = []
    spans = (Span(str(path), 0.0, 0.0, SECONDS),)
    seen = watch_aside(spans, SECONDS, told.append, lambda: False)
    found = suggested(seen, spans, SECONDS)
    assert sum(any(one.start <= onset <= one.end for one in found) for onset in onsets) >= 0.8 * len(onsets)
    assert "footsteps" in found[0].kinds and 0 < found[0].confidence <= 1
    assert told == sorted(told) and told[-1] > 0.5


def test_torch_stays_out_of_the_asking_process() -> None:
    script = "import sys, vssflow_studio.engine.suggest, vssflow_studio.ui.cues.suggest; print('torch' in sys.modules)"
    done = run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_missing_media_is_told(tmp_path) -> None:
    with pytest.raises(MediaError, match="missing"):
        watch_aside((Span(str(tmp_path / "no.mp4"), 0.0, 0.0, 1.0),), 1.0, lambda _: None, lambda: False)


def test_a_cancel_is_answered_before_the_picture_is_seen(footage) -> None:
    over, answer = threading.Event(), []

    def look() -> None:
        try:
            watch_aside((Span(str(footage[0]), 0.0, 0.0, SECONDS),), SECONDS, lambda _: None, over.is_set)
        except Cancelled:
            answer.append("cancelled")

    thread = threading.Thread(target=look)
    thread.start()
    time.sleep(0.3)
    over.set()
    thread.join(30)
    assert answer == ["cancelled"]
