"""SigLIP, from transformers, and the tower around it."""
