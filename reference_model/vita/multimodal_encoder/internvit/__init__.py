"""InternViT: the encoder itself and the tower around it."""
