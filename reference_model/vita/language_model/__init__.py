"""Language models that have been given eyes."""
