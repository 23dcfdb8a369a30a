"""How good what was made is, measured as the papers measure it. Imports media, models and script."""
