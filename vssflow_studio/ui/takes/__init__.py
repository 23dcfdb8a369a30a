"""The takes of a cue: compared, adjusted, circled."""
