"""Pixels that are in memory already: numpy's arrays, and xarray's."""
