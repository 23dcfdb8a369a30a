"""One look: sizes, colours, icons, and what frames a panel."""
