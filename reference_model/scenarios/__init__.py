"""The runs that exercise the reference model, and the small checkpoints they work on."""
