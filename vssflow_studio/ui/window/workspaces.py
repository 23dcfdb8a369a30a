"""Workspaces: which panels stand where, for each part of the work."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Workspace:
    """Panels by name, the first of each side in front and the others as tabs behind it.

    Shares are of the window's width, and of its height for the bottom.
    """

    left: str
    right: str
    bottom: str = "timeline"
    left_share: float = 0.30
    right_share: float = 0.23
    bottom_share: float = 0.40

    @property
    def names(self) -> set[str]:
        """All panels that it shows."""
        return {*self.left.split(), *self.right.split(), *self.bottom.split()}


WORKSPACES = {
    "Edit": Workspace("cues cast", "inspector takes jobs"),
    "Script": Workspace("cues", "cast inspector takes", left_share=0.44, right_share=0.26, bottom_share=0.28),
    "Foley": Workspace("prompts cues", "inspector takes", left_share=0.26, right_share=0.24, bottom_share=0.46),
    "Takes": Workspace("cues", "takes inspector jobs", left_share=0.28, right_share=0.36, bottom_share=0.34),
}
"""Named in this order in the Window menu; Alt+Shift+1 is the first."""

ASIDE = {"history"}
"""Panels that only who asks for them sees."""
