"""Learn the letter-to-sound table from the dictionary.

`python -m vssflow_studio.training.letters resources/lexicon/letters.txt.gz`

Letters and phones are aligned by expectation maximisation (each letter says nothing,
one phone or two); then each context is kept that changes what a smaller one says.
"""

from __future__ import annotations

import argparse
import gzip
import io
import math
import random
from collections import Counter, defaultdict
from pathlib import Path

from ..atomic import write_bytes
from ..script.letters import CONTEXTS, context
from ..script.lexicon import lexicon

Entry = tuple[str, tuple[str, ...]]


def align(word: str, phones: tuple[str, ...], cost: dict[tuple[str, str], float]) -> list[str] | None:
    """What each letter says in the cheapest alignment, or None when the word is too short."""
    best = {0: (0.0, [])}
    for letter in word:
        following: dict[int, tuple[float, list[str]]] = {}
        for done, (spent, path) in best.items():
            for take in (0, 1, 2):
                if done + take > len(phones):
                    break
                said = " ".join(phones[done : done + take])
                total = spent + cost.get((letter, said), 12.0 + 2 * take)
                if done + take not in following or total < following[done + take][0]:
                    following[done + take] = (total, [*path, said])
        best = following
    return best[len(phones)][1] if len(phones) in best else None


def learn_costs(entries: list[Entry], rounds: int = 5) -> dict[tuple[str, str], float]:
    """−log p(said | letter) by hard EM, begun from a diagonal guess."""
    counts: Counter[tuple[str, str]] = Counter()
    for word, phones in entries:
        for index, letter in enumerate(word):
            middle = index * len(phones) / len(word)
            for at in range(max(0, int(middle) - 1), min(len(phones), int(middle) + 2)):
                counts[letter, phones[at]] += 1
            counts[letter, ""] += 0.5
    for _ in range(rounds):
        totals: Counter[str] = Counter()
        for (letter, _), count in counts.items():
            totals[letter] += count
        cost = {key: -math.log(count / totals[key[0]]) for key, count in counts.items()}
        counts = Counter()
        for word, phones in entries:
            for letter, said in zip(word, align(word, phones, cost) or (), strict=False):
                counts[letter, said] += 1
    return cost


def grow(aligned: list[tuple[str, list[str]]], least: int = 3) -> dict[str, str]:
    """Context → said, only where it differs from what smaller contexts say."""
    table: dict[str, str] = {}
    for level in range(len(CONTEXTS)):
        seen: dict[str, Counter[str]] = defaultdict(Counter)
        for word, said in aligned:
            for index, phones in enumerate(said):
                seen[context(word, index, level)][phones] += 1
        additions = {}
        for key, counts in seen.items():
            phones, count = counts.most_common(1)[0]
            if count >= (1 if level == 0 else least) and phones != _smaller(table, key):
                additions[key] = phones
        table |= additions
    return table


def _smaller(table: dict[str, str], key: str) -> str | None:
    """What the table says so far of the letter in `key`'s middle."""
    left, rest = key.split("[")
    letter, right = rest.split("]")
    said = None
    for a, b in CONTEXTS:
        if a <= len(left) and b <= len(right):
            smaller = f"{left[len(left) - a :]}[{letter}]{right[:b]}"
            said = table.get(smaller, said)
    return said


def main() -> None:
    """Learn, measure on a held-out twentieth, learn on all and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    entries = [(w, p) for w, p in lexicon().items() if w.isascii() and w.isalpha()]
    random.Random(0).shuffle(entries)
    cost = learn_costs(entries[:15_000])
    aligned = [(w, said) for w, p in entries if (said := align(w, p, cost))]
    held = len(aligned) // 20
    _report(grow(aligned[held:]), aligned[:held])
    text = "".join(f"{key}\t{said}\n" for key, said in sorted(grow(aligned).items()))
    packed = io.BytesIO()
    with gzip.GzipFile("", "wb", 9, packed, mtime=0) as file:
        file.write(text.encode("ascii"))
    write_bytes(arguments.out, packed.getvalue())


def _report(table: dict[str, str], held: list[tuple[str, list[str]]]) -> None:
    right = letters = words = 0
    for word, said in held:
        guesses = []
        for index in range(len(word)):
            guess = ""
            for level in range(len(CONTEXTS)):
                guess = table.get(context(word, index, level), guess)
            guesses.append(guess)
        right += sum(a == b for a, b in zip(guesses, said, strict=True))
        letters += len(word)
        words += guesses == said
    print(f"held out: {right / letters:.1%} of letters, {words / len(held):.1%} of words")


if __name__ == "__main__":
    main()
