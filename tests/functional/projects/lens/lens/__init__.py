"""A model small enough to read in a minute, shaped like a multimodal one: a mixin, a tower, a factory, a checkpoint."""
