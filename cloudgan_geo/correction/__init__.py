"""What runs: the only place where rasters and networks meet."""
