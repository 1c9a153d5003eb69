"""CLIP, from transformers, and the tower around it."""
