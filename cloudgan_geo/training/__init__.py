"""Chips, recipes and the loop that trains a generator."""
