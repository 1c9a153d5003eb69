"""A real byte-pair tokenizer, trained in a moment on a few sentences of English."""

from __future__ import annotations

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

# Their order gives their ids, which the checkpoints' config.json files name: padding is 0, end of turn is 2.
SPECIAL_TOKENS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]

SENTENCES = [
    "user",
    "assistant",
    "What colour is the square in this picture?",
    "Describe this image.",
    "The square is red.",
    "The square is blue.",
    "The picture shows a green square on a white ground.",
    "How many squares are there in the image? There is one.",
    "Which of the two is larger? The left one is larger than the right one.",
    "Say hello. Hello, how are you today?",
]


def train_tokenizer(vocab_size: int) -> PreTrainedTokenizerFast:
    """Train a tokenizer of at most ``vocab_size`` tokens; it spells printable ASCII and drops everything else."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    # ByteLevel writes a space as "Ġ" and a line feed as "Ċ".
    alphabet = [chr(code) for code in range(ord("!"), ord("~") + 1)] + ["Ġ", "Ċ"]
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size, special_tokens=SPECIAL_TOKENS, initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(SENTENCES, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<|endoftext|>", eos_token="<|im_end|>", model_max_length=512
    )
