"""The public networks that the papers' metrics hear and see with, in our own code."""
