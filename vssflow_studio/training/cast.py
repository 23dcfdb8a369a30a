"""The draft's voices to choose from: what it learned, and variants that pitch and formants make of it.

Chosen by two measures: pocketsphinx understands each about as well as the voice it is made
from, and a classifier trained on the teachers tells them apart (`evaluate_voices`).
"""

from __future__ import annotations

from ..models.interface import Voice

CAST = (
    Voice("Ada", "slt", 0, 1, "woman", "thirties", "clear and level, the one who explains"),
    Voice("Nell", "slt", 3, 1, "woman", "twenties", "light and quick, easily excited"),
    Voice("Ruth", "slt", -3, 0.93, "woman", "fifties", "warm and low, has seen it all"),
    Voice("Vera", "slt", -5, 0.9, "woman", "sixties", "dark and dry, gives orders"),
    Voice("Carl", "rms", 0, 1, "man", "forties", "plain and dependable, the one next door"),
    Voice("Finn", "rms", 2, 1.05, "man", "twenties", "bright and eager"),
    Voice("Boris", "rms", -3, 0.93, "man", "sixties", "big and heavy, slow to anger"),
    Voice("Leo", "rms", 4, 1.12, "boy", "twelve", "cheeky, his voice not yet broken"),
    Voice("Pip", "rms", 8, 1.25, "child", "seven", "small and high, asks questions"),
)
