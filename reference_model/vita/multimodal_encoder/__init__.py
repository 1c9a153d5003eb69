"""Vision towers: each wraps one pretrained image encoder and gives patch features of shape (N, tokens, hidden_size)."""
