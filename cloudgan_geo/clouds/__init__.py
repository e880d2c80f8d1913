"""Synthetic clouds: arrays in, arrays out."""
