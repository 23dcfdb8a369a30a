"""The main window: docks, workspaces, first steps."""
