"""Synthetic clouds over clear scenes and chips, and their truth."""
