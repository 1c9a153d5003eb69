"""From what a person has (text, pictures) to what the model takes (ids, pixel tensors).

The placeholder ``<image>`` is never given to the tokenizer: the text around it is tokenized piece by piece and
``IMAGE_TOKEN_INDEX`` is put between the pieces.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from PIL import Image

from reference_model.vita.constants import DEFAULT_IMAGE_TOKEN, IMAGE_TOKEN_INDEX, MAX_IMAGE_LENGTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from transformers import BaseImageProcessor, PreTrainedTokenizerBase

IM_START = "<|im_start|>"
IM_END = "<|im_end|>"


def build_prompt(question: str, image_count: int) -> str:
    """Wrap a question in the ChatML turns of Qwen2, one placeholder per image before it.

    Raises ValueError when there are more than ``MAX_IMAGE_LENGTH`` images.
    """
    if image_count > MAX_IMAGE_LENGTH:
        raise ValueError(f"{image_count} images in one prompt, at most {MAX_IMAGE_LENGTH} are allowed")
    images = f"{DEFAULT_IMAGE_TOKEN}\n" * image_count
    return f"{IM_START}user\n{images}{question}{IM_END}\n{IM_START}assistant\n"


def tokenizer_image_token(
    prompt: str,
    tokenizer: PreTrainedTokenizerBase,
    image_token_index: int = IMAGE_TOKEN_INDEX,
) -> list[int]:
    """Tokenize ``prompt``, each ``<image>`` becoming one ``image_token_index``."""
    first, *rest = prompt.split(DEFAULT_IMAGE_TOKEN)
    input_ids = tokenize_text(first, tokenizer)
    for piece in rest:
        input_ids.append(image_token_index)
        input_ids.extend(tokenize_text(piece, tokenizer))
    return input_ids


def tokenize_text(text: str, tokenizer: PreTrainedTokenizerBase) -> list[int]:
    """Token ids of plain text, without the special tokens a tokenizer may put around a whole input."""
    return list(tokenizer(text, add_special_tokens=False).input_ids)


def expand2square(image: Image.Image, background_color: tuple[int, ...]) -> Image.Image:
    """Centre ``image`` on a square of its longer side, so that resizing does not distort it."""
    width, height = image.size
    if width == height:
        return image
    side = max(width, height)
    square = Image.new(image.mode, (side, side), background_color)
    square.paste(image, ((side - width) // 2, (side - height) // 2))
    return square


def process_images(
    images: Sequence[Image.Image],
    image_processor: BaseImageProcessor,
    model_cfg: Any,
) -> torch.Tensor:
    """Preprocess images to one tensor (N, 3, H, W); ``image_aspect_ratio == "pad"`` squares them first."""
    if getattr(model_cfg, "image_aspect_ratio", None) == "pad":
        background = tuple(int(channel * 255) for channel in image_processor.image_mean)
        images = [expand2square(image, background) for image in images]
    pixels = [image_processor.preprocess(image, return_tensors="pt")["pixel_values"][0] for image in images]
    return torch.stack(pixels)
