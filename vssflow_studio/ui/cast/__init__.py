"""Characters and their voices."""
