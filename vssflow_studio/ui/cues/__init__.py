"""The script view, the inspector, and what is done with lines and sounds."""
