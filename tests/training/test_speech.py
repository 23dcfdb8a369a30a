"""The speech teacher, what it is given to say, and the scores that speech is held to."""

from __future__ import annotations

import ctypes
import difflib
import itertools
import random
import re

import numpy as np
import pytest

from vssflow_studio.errors import StudioError
from vssflow_studio.script.arpabet import ARPABET, PAUSE, WORD
from vssflow_studio.script.lexicon import lexicon
from vssflow_studio.script.phonemes import phonemes
from vssflow_studio.training import speech
from vssflow_studio.training.evaluate_speech import Recogniser, audible, word_errors
from vssflow_studio.training.sentences import _LISTS, _SHAPES, EVALUATION, sentences
from vssflow_studio.training.speech_cache import SpeechCache, build, spoken_part

LINE = "My brother found the old key under a stone, but nobody asked."


@pytest.fixture(scope="module")
def flite():
    """The teacher is only needed where models are trained."""
    try:
        speech._flite()
    except StudioError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module", params=speech.VOICES)
def utterance(request, flite) -> speech.Utterance:
    return speech.speak(LINE, request.param)


def made(count: int, seed: int = 0) -> list[str]:
    words = [word for word in lexicon() if word.isalpha()]
    return list(itertools.islice(sentences(random.Random(seed), words), count))


# --- sentences ---


def test_no_sentence_that_is_judged_is_trained_on():
    trained = {sentence.lower() for sentence in made(20_000)}
    assert len(EVALUATION) == len(set(EVALUATION)) == 100
    assert not trained & {sentence.lower() for sentence in EVALUATION}
    assert all(4 <= len(sentence.split()) <= 12 for sentence in EVALUATION)


def test_wild_sentences_have_words_that_the_grammar_lacks():
    words, trained = [word for word in lexicon() if word.isalpha()], [pattern_of(shape) for shape in _SHAPES]
    for wild, least, most in ((0.0, 0.6, 0.75), (1.0, 0.02, 0.3)):
        some = list(itertools.islice(sentences(random.Random(5), words, wild), 300))
        known = sum(any(pattern.fullmatch(sentence) for pattern in trained) for sentence in some)
        assert least < known / len(some) < most


def test_what_is_judged_is_of_no_shape_that_is_trained_on():
    trained = [pattern_of(shape) for shape in _SHAPES]
    assert any(pattern.fullmatch(made(9)[k]) for pattern in trained for k in range(9))
    assert [s for s in EVALUATION if any(pattern.fullmatch(s) for pattern in trained)] == []


def pattern_of(shape: str) -> re.Pattern[str]:
    """Everything that a shape can become."""
    gaps = {f"\\{{{name}\\}}": f"(?:{'|'.join(map(re.escape, words))})" for name, words in _LISTS.items()}
    pattern = re.sub(r"\\\{\w+\\\}", lambda gap: gaps[gap[0]], re.escape(shape))
    return re.compile(pattern, re.IGNORECASE)


def test_sentences_are_varied_and_reach_every_phoneme():
    some = made(1000)
    assert len(set(some)) > 980
    heard = {symbol for sentence in some for symbol in phonemes(sentence)}
    taught = {symbol for symbol in ARPABET if not symbol.endswith("2")}
    assert taught - heard <= {"OY0", "ZH", "AW0", "UH0"}, "phonemes are missing"
    assert made(50, seed=1) != made(50, seed=2)
    assert made(50, seed=1) == made(50, seed=1)


# --- the teacher ---


def test_phones_tile_the_utterance(utterance):
    symbols = [symbol for symbol, _, _ in utterance.phones]
    assert set(symbols) <= {*ARPABET, PAUSE}
    assert symbols[0] == symbols[-1] == PAUSE and PAUSE in symbols[1:-1]
    assert utterance.phones[0][1] == 0
    for (_, _, end), (_, start, _) in itertools.pairwise(utterance.phones):
        assert start == end
    assert utterance.phones[-1][2] == pytest.approx(len(utterance.sound) / 24_000, abs=0.02)


def test_phones_stand_where_they_are_heard(utterance):
    def level(wanted) -> float:
        pieces = [
            utterance.sound[round(24_000 * start) : round(24_000 * end)]
            for symbol, start, end in utterance.phones
            if wanted(symbol)
        ]
        return float(np.sqrt(np.mean(np.concatenate(pieces) ** 2)))

    vowels = level(lambda symbol: symbol.endswith("1"))
    pauses = level(lambda symbol: symbol == PAUSE)
    assert vowels > 5 * pauses


def test_all_voices_are_equally_loud(utterance):
    active = utterance.sound[np.abs(utterance.sound) > 0.02 * np.abs(utterance.sound).max()]
    assert 20 * np.log10(np.sqrt(np.mean(active**2))) == pytest.approx(-23, abs=1.5)
    assert utterance.sound.dtype == np.float32
    assert np.abs(utterance.sound).max() <= 10 ** (-3 / 20) + 1e-6


def test_stretch_speaks_more_slowly(flite):
    usual, slow = (speech.speak(LINE, "slt", stretch=stretch) for stretch in (1.0, 1.3))
    assert len(slow.sound) / len(usual.sound) == pytest.approx(1.3, abs=0.08)


def test_we_ask_for_the_phonemes_that_the_teacher_says(flite):
    wrong = total = 0
    for sentence in EVALUATION:
        taught = [symbol for symbol, _, _ in speech.speak(sentence, "slt").phones if symbol != PAUSE]
        ours = [symbol for symbol in phonemes(sentence) if symbol not in (PAUSE, WORD)]
        same = difflib.SequenceMatcher(None, ours, taught, autojunk=False).get_matching_blocks()
        wrong += max(len(ours), len(taught)) - sum(block.size for block in same)
        total += len(taught)
    assert wrong / total < 0.02


def test_without_flite_the_package_to_install_is_named(monkeypatch):
    def missing(name, *_, **__):
        raise OSError(f"{name}: cannot open shared object file")

    speech._flite.cache_clear()
    monkeypatch.setattr(ctypes, "CDLL", missing)
    with pytest.raises(StudioError, match="apt-get install libflite1"):
        speech.speak(LINE, "slt")


def test_an_unknown_voice_is_named(flite):
    with pytest.raises(StudioError, match="nobody"):
        speech.speak(LINE, "nobody")


# --- what is trained on ---


def test_the_cache_holds_frames_and_phonemes_that_agree(flite, tmp_path):
    build(tmp_path / "speech.npz", 2, seed=3)
    cache = SpeechCache.load(tmp_path / "speech.npz")
    assert list(cache.voices) == [0, 1, 0, 1]
    assert cache.bounds[-1] == len(cache.mel) == len(cache.ids)
    for start, end, first, last in zip(
        cache.bounds, cache.bounds[1:], cache.phone_bounds, cache.phone_bounds[1:]
    ):
        ids, spoken = cache.ids[start:end], cache.phones[first:last]
        assert ids[0] == ids[-1] == 0
        assert set(ids) - {0} == set(spoken[:, 0])
        assert 10 * np.count_nonzero(ids) == pytest.approx(spoken[:, 1].sum(), abs=40)
        loud = cache.mel[start:end].astype(np.float32).mean(1)
        assert loud[ids > 0].mean() > loud[ids == 0].mean() + 1


# --- scores ---


@pytest.mark.parametrize(
    ("heard", "errors"),
    [
        ("it's five thirty doctor smith", 0),
        ("its five thirty doctor smith", 1),
        ("five thirty doctor smith", 1),
        ("it's five thirty the doctor smith", 1),
        ("", 5),
    ],
)
def test_word_errors_count_alike_written_words(heard, errors):
    assert word_errors("It's 5:30, Dr. Smith!", heard) == errors


def test_audible_tells_where_sound_starts_and_ends():
    sound = np.full(48_000, 1e-4, np.float32)
    sound[12_000:36_000] = np.sin(np.arange(24_000) / 5)
    assert audible(sound, 24_000) == (0.5, 1.5)


def test_silence_is_audible_nowhere():
    assert audible(np.zeros(24_000, np.float32), 24_000) == (0.0, 0.0)


@pytest.mark.parametrize("voice", ["slt", "rms"])
def test_the_recogniser_reads_the_teacher(flite, voice):
    recogniser, some = Recogniser(), EVALUATION[:6]
    wrong = sum(
        word_errors(line, recogniser.hear(speech.speak(line, voice).sound, 24_000)) for line in some
    )
    assert wrong / sum(len(line.split()) for line in some) < 0.25


def test_spoken_part_leaves_outer_pauses_out(utterance):
    inner = spoken_part(utterance)
    assert inner[0][0] == "M" and inner[-1][0] in ("T", "D")
    assert PAUSE in [symbol for symbol, _, _ in inner]
