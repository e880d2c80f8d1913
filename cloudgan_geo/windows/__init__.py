"""Windows over a raster: where they lie, what surrounds them, how they are blended."""
