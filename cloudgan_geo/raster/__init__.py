"""Georeferenced pixels: reading scenes, cutting and blending windows, writing results."""
