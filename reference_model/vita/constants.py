"""Numbers and strings that the tokenizer, the model and the scripts must agree on."""

GLOBAL_WEIGHTS_PATH = "."  # where checkpoints that code names by itself are looked for: the working directory

IGNORE_INDEX = -100  # a label that the loss skips
IMAGE_TOKEN_INDEX = -200  # stands in input_ids for one image; negative, so no vocabulary can contain it
DEFAULT_IMAGE_TOKEN = "<image>"  # the same placeholder in prompt text

MAX_IMAGE_LENGTH = 16  # most images one prompt may hold
