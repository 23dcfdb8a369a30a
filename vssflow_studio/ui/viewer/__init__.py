"""Picture and sound at the playhead, and playing them."""
