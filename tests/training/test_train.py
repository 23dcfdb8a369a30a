"""The training loop as it is started: killed, resumed, shared between processes, cancelled."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from vssflow_studio.cli import main
from vssflow_studio.errors import Cancelled, ModelError
from vssflow_studio.models.checkpoints import read_weights
from vssflow_studio.models.codecs.mel import MelCodec
from vssflow_studio.models.interface import WEIGHTS, Conditions, Sampling
from vssflow_studio.models.registry import read_card
from vssflow_studio.models.vssflow.config import VSSFlowConfig
from vssflow_studio.models.vssflow.draft_model import DraftModel
from vssflow_studio.paths import models
from vssflow_studio.training import checkpoint
from vssflow_studio.training.checkpoint import write_tensors
from vssflow_studio.training.config import ConfigError, read_config
from vssflow_studio.training.examples import Examples, Mixture
from vssflow_studio.training.log import read_log
from vssflow_studio.training.pipeline import run, voices_of
from vssflow_studio.training.source import KINDS, ExampleSource
from vssflow_studio.training.train_flow import AVERAGE, learning_rate

ONE_THREAD = os.environ | {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


@pytest.fixture(autouse=True)
def one_thread():
    """Sums come out the same to the last bit only with as many threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def exact(path: Path) -> list[tuple]:
    """What must be repeated to the last bit, row by row; NaN as text."""
    return [
        (row.step, *map(repr, (row.loss, row.speech, row.foley, row.joint, row.rate, row.norm)))
        for row in read_log(path / "log.csv")
    ]


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / checkpoint.NAME)


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[k], other[k]) for k in one)


def start(config: Path, before: str = "") -> subprocess.Popen:
    """`vssflow-studio train` in a process of its own."""
    script = f"{before}\nimport sys\nfrom vssflow_studio.cli import main\nsys.exit(main(['train', {str(config)!r}]))"
    return subprocess.Popen([sys.executable, "-c", script], env=ONE_THREAD, stderr=subprocess.PIPE, text=True)


def wait_for_step(folder: Path, step: int, process: subprocess.Popen) -> None:
    until = time.monotonic() + 300
    while not (folder / "log.csv").exists() or len(read_log(folder / "log.csv")) < step:
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < until
        time.sleep(0.005)


# --- examples ---


@pytest.fixture
def source(caches) -> ExampleSource:
    examples = Examples(caches / "cache", MelCodec(), 500)
    return ExampleSource(examples, Mixture(0.4, 0.3), 8, 0.5, seed=1)


def test_an_example_depends_on_its_step_and_place_alone(source):
    whole = source.part(5, range(8))
    source.part(6, range(8))
    for places in ([0, 1, 2], [7], [4, 3]):
        part = source.part(5, places)
        assert torch.equal(part.latent, whole.latent[places])
        assert torch.equal(part.noise, whole.noise[places])
        assert torch.equal(part.times, whole.times[places])
        assert torch.equal(part.keep, whole.keep[places])
        assert torch.equal(part.conditions.phonemes, whole.conditions.phonemes[places])
        assert torch.equal(part.conditions.contacts, whole.conditions.contacts[places])
        assert part.conditions.prompts == [whole.conditions.prompts[i] for i in places]


def test_steps_places_and_seeds_differ(source, caches):
    here, next_ = source.part(0, range(8)), source.part(1, range(8))
    assert not torch.equal(here.noise, next_.noise) and not torch.equal(here.latent, next_.latent)
    assert len({noise.sum().item() for noise in here.noise}) == 8
    other = ExampleSource(source.examples, source.mixture, 8, 0.5, seed=2)
    assert not torch.equal(other.part(0, range(8)).noise, here.noise)


def test_times_cover_the_path_and_shares_are_kept(source):
    parts = [source.part(step, range(8)) for step in range(60)]
    for part in parts:
        assert torch.equal((part.times ** (1 / 3) * 8).long().sort().values, torch.arange(8))
    kept = torch.cat([part.keep for part in parts]).float().mean()
    assert kept == pytest.approx(0.5, abs=0.08)
    shares = torch.bincount(torch.cat([part.kinds for part in parts]), minlength=3) / 480
    assert dict(zip(KINDS, shares.tolist(), strict=True)) == pytest.approx(
        {"speech": 0.3, "foley": 0.4, "joint": 0.3}, abs=0.08
    )


def test_hard_kinds_come_three_times_as_often(source):
    cached = source.examples.foley
    hard = ExampleSource(source.examples, Mixture(1.0, 0.0, (cached.kind(3), cached.kind(9))), 8, 0.0, seed=1)
    moves = torch.cat([hard.part(step, range(8)).conditions.motion for step in range(200)])
    counts = torch.tensor([(moves == torch.from_numpy(one).float()).all((1, 2)).sum() for one in cached.motion])
    easy = [index for index in range(len(counts)) if index not in (3, 9)]
    for index in (3, 9):
        assert counts[index] / counts[easy].float().mean() == pytest.approx(3, abs=0.6)


def test_excerpts_are_stretches_of_examples_and_more_of_them(source):
    cut = ExampleSource(source.examples, source.mixture, 8, 0.5, seed=1, excerpts=1.0)
    part = cut.part(5, range(8))
    assert len(part.latent) == len(part.times) == len(part.conditions.prompts) == 3 * 8
    assert part.latent.shape[-1] == 2 * 41  # of 125 pictures, two frames of the latent each
    assert part.conditions.phonemes.shape[1] == 4 * 41
    assert part.conditions.contacts.shape[1] == part.noise.shape[-1] == 2 * 41
    latent, conditions, _ = source._example(5, 0)  # the first excerpt is a stretch of this
    starts = [i for i in range(0, 169, 2) if torch.equal(latent[0, :, i : i + 82], part.latent[0])]
    assert len(starts) == 1
    first = starts[0] // 2
    assert torch.equal(conditions.motion[0, first : first + 41], part.conditions.motion[0])
    assert torch.equal(conditions.contacts[0, 2 * first : 2 * first + 82], part.conditions.contacts[0])
    assert torch.equal(conditions.phonemes[0, 4 * first : 4 * first + 164], part.conditions.phonemes[0])


def test_excerpts_come_in_their_share_of_steps_and_are_as_good_as_alone(source):
    mixed = ExampleSource(source.examples, source.mixture, 8, 0.5, seed=1, excerpts=0.6)
    counts = [len(mixed.part(step, [0]).latent) for step in range(100)]
    assert set(counts) == {1, 3} and counts.count(3) == pytest.approx(60, abs=15)
    whole, some = mixed.part(counts.index(3), range(8)), mixed.part(counts.index(3), [7, 2])
    rows = [21, 22, 23, 6, 7, 8]
    assert torch.equal(some.latent, whole.latent[rows]) and torch.equal(some.times, whole.times[rows])


# --- one run ---


@pytest.fixture(scope="module")
def whole(configure, tmp_path_factory) -> Path:
    """The folder of a run of 30 steps that nothing disturbed."""
    config = configure(tmp_path_factory.mktemp("whole"))
    torch.set_num_threads(1)
    assert main(["train", str(config)]) == 0
    return config.parent / "run"


def test_the_log_has_a_row_for_each_step_and_the_loss_falls(whole):
    rows = read_log(whole / "log.csv")
    assert [row.step for row in rows] == list(range(1, 31))
    assert sum(row.loss for row in rows[-5:]) / 5 < 0.9 * rows[0].loss
    assert all(row.examples_per_second > 0 and row.memory_mb > 50 and row.norm > 0 for row in rows)
    assert rows[0].rate < rows[4].rate > rows[29].rate


def test_the_model_that_comes_out_speaks(whole):
    folder = whole.parent / "model"
    model = DraftModel.load(folder, read_card(folder / "card.json"), "cpu")
    assert model.flow.config.layers == 1
    said = Conditions(1.0, phonemes=("HH", "AY1"), speech=(0.1, 0.9), voice="rms")
    assert len(model.generate(said, Sampling(seed=0, steps=2))) == 24_000
    average = load_file(whole / AVERAGE)["flow.vaflow.proj_in.weight"]
    shipped = model.flow.flow.vaflow.proj_in.weight
    assert torch.allclose(shipped, average, atol=1e-3)
    assert not torch.equal(weights(whole)["model.flow.vaflow.proj_in.weight"], average)


def test_what_is_done_is_not_done_again(whole, capsys):
    files = [whole / checkpoint.NAME, whole / "durations.safetensors", whole / "log.csv"]
    before = [path.stat().st_mtime_ns for path in files]
    assert main(["train", str(whole.parent / "run.toml")]) == 0
    assert [path.stat().st_mtime_ns for path in files] == before
    assert "training" not in capsys.readouterr().err


def test_other_settings_than_a_cache_was_made_with_are_refused(whole):
    path = whole.parent / "run.toml"
    config = read_config(path)
    changed = replace(config, data=replace(config.data, duration_steps=4))
    with pytest.raises(ConfigError, match="steps 3, and 4") as caught:
        run(changed)
    assert "durations.safetensors" in caught.value.file


# --- from a finished model ---


def test_training_goes_on_from_a_finished_model(whole, tiny, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    mine = models() / "mine"
    shutil.copytree(whole.parent / "model", mine)
    config = tiny("on", start='"mine"', steps=1, rate=1e-9)
    assert main(["train", str(config)]) == 0
    was, now = load_file(mine / "weights.safetensors"), load_file(tmp_path / "model" / "weights.safetensors")
    assert was.keys() == now.keys()
    assert all(torch.allclose(was[k].float(), now[k].float(), atol=1e-3) for k in was)
    assert all(torch.equal(was[k], now[k]) for k in was if k.startswith(("codec.", "durations.")))


def test_a_model_from_before_there_was_grain_gets_a_layer_that_has_learned_nothing(whole, tiny, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    shutil.copytree(whole.parent / "model", models() / "old")
    path = models() / "old" / WEIGHTS
    tensors, facts = read_weights(path)
    grain = {name for name in tensors if ".grain." in name}
    facts["config"] = replace(VSSFlowConfig.from_json(facts["config"]), grain=False).to_json()
    write_tensors(path, {name: tensor for name, tensor in tensors.items() if name not in grain}, facts)
    assert main(["train", str(tiny("on", start='"old"', steps=1, rate=1e-9))]) == 0
    grown = load_file(tmp_path / "model" / WEIGHTS)
    assert grown.keys() == tensors.keys() and len(grain) == 2
    assert sorted(grown[name].unique().tolist() for name in grain) == [[-6.0], [0.0]]


def test_only_what_is_named_is_trained(whole, tiny, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    shutil.copytree(whole.parent / "model", models() / "mine")
    assert main(["train", str(tiny("on", start='"mine"', only='"grain"', steps=2, rate=1.0))]) == 0
    was, now = (load_file(folder / WEIGHTS) for folder in (models() / "mine", tmp_path / "model"))
    assert {name for name in was if not torch.equal(was[name], now[name])} == {name for name in was if ".grain." in name}


def test_a_model_of_other_sizes_is_nothing_to_go_on_from(tiny, tmp_path):
    with pytest.raises(ModelError, match="go on from “draft”"):
        run(read_config(tiny("on", start='"draft"', steps=1)))
    with pytest.raises(ModelError, match="called “nobody”"):
        run(read_config(tiny("none", start='"nobody"', steps=1)))


# --- killed, and resumed ---

_DIE_AT_SAVE = """
import os, signal, sys
saves = 0
def hook(event, arguments):
    global saves
    if event == "os.rename" and str(arguments[1]).endswith("checkpoint.safetensors"):
        saves += 1
        if saves == {count}:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(hook)
"""


def test_a_run_that_is_killed_twice_ends_as_if_nothing_had_been(whole, tiny, tmp_path):
    config, folder = tiny("killed", save_steps=5), tmp_path / "killed"
    process = start(config)
    wait_for_step(folder, 8, process)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    first = checkpoint.facts_of(folder / checkpoint.NAME)["step"]
    assert first % 5 == 0 and 5 <= first <= 20

    process = start(config, before=_DIE_AT_SAVE.format(count=2))
    process.communicate(timeout=300)
    assert process.returncode == -signal.SIGKILL
    assert checkpoint.facts_of(folder / checkpoint.NAME)["step"] == first + 5
    assert len(list(folder.glob(".checkpoint-*"))) == 1, "it was killed elsewhere than while saving"
    assert read_log(folder / "log.csv")[-1].step == first + 10

    assert start(config).wait(timeout=300) == 0
    assert exact(folder) == exact(whole)
    assert same(weights(folder), weights(whole))
    assert same(load_file(folder / AVERAGE), load_file(whole / AVERAGE))
    assert not list(folder.glob(".*"))


def test_ctrl_c_saves_answers_and_goes_on(whole, tiny, tmp_path):
    config, folder = tiny("stopped"), tmp_path / "stopped"
    process = start(config)
    wait_for_step(folder, 4, process)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=200)[1]
    assert process.returncode == 130 and "Cancelled" in said and "Traceback" not in said
    step = checkpoint.facts_of(folder / checkpoint.NAME)["step"]
    assert 4 <= step < 30 and len(read_log(folder / "log.csv")) == step
    assert start(config).wait(timeout=300) == 0
    assert exact(folder) == exact(whole)


def test_a_damaged_checkpoint_is_refused_by_name(tiny, tmp_path):
    config = read_config(tiny("damaged", steps=2))
    run(config)
    path = config.out.run / checkpoint.NAME
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(ModelError) as caught:
        run(config)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("name", ["speech.npz", "foley.npz", "sync.safetensors"])
def test_a_damaged_cache_is_told(name, caches, tiny, tmp_path):
    config = read_config(tiny("torn"))
    (tmp_path / "cache").mkdir()
    for path in (caches / "cache").iterdir():
        data = path.read_bytes()
        (tmp_path / "cache" / path.name).write_bytes(data[: len(data) // 2] if path.name == name else data)
    config = replace(config, data=replace(config.data, cache=tmp_path / "cache"))
    with pytest.raises(ModelError, match="damaged"):
        run(config)


def test_a_checkpoint_of_other_sizes_is_refused_and_kept(tiny):
    config = read_config(tiny("sizes", steps=2))
    run(config)
    path = config.out.run / checkpoint.NAME
    before = path.read_bytes()
    longer = replace(config.loop, steps=4)
    with pytest.raises(ModelError, match="other sizes") as caught:
        run(replace(config, loop=longer, model=replace(config.model, layers=2)))
    assert caught.value.file == str(path) and path.read_bytes() == before


# --- pieces and processes ---


def test_pieces_of_a_batch_add_up_to_it(whole, tiny, tmp_path):
    run(read_config(tiny("pieces", accumulation=4)))
    for mine, theirs in zip(read_log(tmp_path / "pieces" / "log.csv"), read_log(whole / "log.csv"), strict=True):
        assert mine.loss == pytest.approx(theirs.loss, abs=1e-5)
        assert mine.norm == pytest.approx(theirs.norm, rel=1e-3)


def test_two_processes_give_the_losses_of_one(whole, tiny, tmp_path):
    config = tiny("two", steps=30, accumulation=2)
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--local-addr", "localhost", "--nproc-per-node", "2"]
    command += ["-m", "vssflow_studio", "train", str(config)]
    done = subprocess.run(command, env=ONE_THREAD, capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stderr
    ours, alone = read_log(tmp_path / "two" / "log.csv"), read_log(whole / "log.csv")
    for mine, theirs in zip(ours, alone, strict=True):
        assert (mine.step, mine.rate) == (theirs.step, theirs.rate)
        for name in ("loss", *KINDS):
            assert getattr(mine, name) == pytest.approx(getattr(theirs, name), abs=1e-5, nan_ok=True)
        assert mine.norm == pytest.approx(theirs.norm, rel=1e-3)
    mine, theirs = load_file(tmp_path / "two" / AVERAGE), load_file(whole / AVERAGE)
    assert all(torch.allclose(mine[k], theirs[k], atol=1e-4) for k in theirs)


def test_a_batch_that_can_not_be_shared_evenly_is_refused(tiny):
    config = read_config(tiny("uneven", accumulation=3))
    with pytest.raises(ConfigError, match="multiple of 3"):
        run(config)


# --- precision, time, and what goes wrong ---


def test_bf16_learns_alike(whole, tiny, tmp_path):
    run(read_config(tiny("half", precision='"bf16"')))
    rows, exactly = read_log(tmp_path / "half" / "log.csv"), read_log(whole / "log.csv")
    assert any(row.loss != other.loss for row, other in zip(rows, exactly, strict=True))
    assert rows[-1].loss == pytest.approx(exactly[-1].loss, rel=0.02)


def test_minutes_end_a_run_and_are_counted_over_its_parts(tiny, tmp_path):
    config = read_config(tiny("timed", steps=0, minutes=0.08))
    begun, seen = time.monotonic(), []

    def stop_early(progress):
        seen.append(progress)
        if progress.fraction > 0.3 and not stopped:
            stopped.append(progress.row.step)
            os.kill(os.getpid(), signal.SIGINT)

    stopped: list[int] = []
    with pytest.raises(Cancelled):
        run(config, on_progress=stop_early)
    before = len(seen)
    run(config, on_progress=stop_early)
    assert seen[before].fraction > 0.3
    rows = read_log(tmp_path / "timed" / "log.csv")
    assert [row.step for row in rows] == list(range(1, len(rows) + 1))
    assert len(rows) > stopped[0]
    assert seen[-1].fraction >= 1 and 3 < time.monotonic() - begun < 200
    assert rows[-1].rate < 0.5 * max(row.rate for row in rows)


def test_the_rate_warms_up_and_falls_to_a_fiftieth(tiny):
    loop = read_config(tiny("rates")).loop
    assert learning_rate(loop, 0, 0) == pytest.approx(loop.rate / 5)
    assert learning_rate(loop, 10, 0) == pytest.approx(loop.rate)
    assert learning_rate(loop, 100, 1) == pytest.approx(loop.rate / 50)


def test_what_diverges_is_told_and_not_saved(tiny, tmp_path):
    config = read_config(tiny("wild", rate="1e30", save_steps=1))
    with pytest.raises(ModelError, match="diverged"):
        run(config)
    assert all(row.loss == row.loss for row in read_log(tmp_path / "wild" / "log.csv"))


def test_missing_caches_are_made(tiny, caches, tmp_path):
    from vssflow_studio.errors import StudioError
    from vssflow_studio.training import speech

    config = read_config(tiny("made", steps=1, batch=2))
    data = replace(config.data, cache=tmp_path / "new", sentences=3, scenes=17, sync_scenes=4, sync_steps=2)
    config = replace(config, data=data)
    try:
        speech._flite()
    except StudioError:  # no teacher here: the speech is given
        data.cache.mkdir()
        (data.cache / "speech.npz").write_bytes((caches / "cache" / "speech.npz").read_bytes())
    notes: list[str] = []
    run(config, notes.append)
    assert {"foley.npz", "sync.safetensors", "speech.npz"} <= {p.name for p in data.cache.iterdir()}
    assert (config.out.model / "weights.safetensors").exists()
    assert voices_of(config) == ("slt", "rms")
    made = {p: p.stat().st_mtime_ns for p in data.cache.iterdir()}
    notes.clear()
    run(config, notes.append)
    assert {p: p.stat().st_mtime_ns for p in data.cache.iterdir()} == made
    assert not any("making" in note for note in notes)
