"""Commands, their keys, and the ways to find them."""
