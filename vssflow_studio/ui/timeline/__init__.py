"""The timeline panel: shown, scrolled, dragged and read aloud."""
