"""Tensors: the generator, the discriminator, their weights."""
