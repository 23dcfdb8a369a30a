"""What is made, waits or was left unfinished."""
