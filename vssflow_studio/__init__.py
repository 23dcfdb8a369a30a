"""VSSFlow Studio: temp dialogue and foley on an editor's own timeline."""

__version__ = "0.1.0"
