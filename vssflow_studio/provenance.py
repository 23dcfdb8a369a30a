"""What every file that leaves us says of a take: that it is synthetic, and what made it."""

from __future__ import annotations

FACTS = ("model", "checkpoint", "seed", "date", "licence")
"""What a delivery has to be able to ask of a take, besides that it is synthetic."""


def sentence(provenance: dict) -> str:
    """One line of ASCII: `SYNTHETIC, temp only. model draft, checkpoint 0f3a…, seed 7, …`."""
    if provenance.get("synthetic") is False:  # a mix without any take of ours
        return "Made by VSSFlow Studio, nothing synthetic in it"
    known = (f"{name} {provenance[name]}" for name in FACTS if provenance.get(name) not in (None, ""))
    said = ", ".join(known) or "made by VSSFlow Studio"
    line = "".join(sign if sign.isprintable() else " " for sign in f"SYNTHETIC, temp only. {said}")
    return line.encode("ascii", "replace").decode()
