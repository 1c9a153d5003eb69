"""One forward pass of transformers' own LLaVA, small and random, on one image.

Nothing of the model is this project's: it stands for code that nobody here wrote and that lies in site-packages.
"""

from __future__ import annotations

import torch
from transformers import CLIPVisionConfig, LlamaConfig, LlavaConfig, LlavaForConditionalGeneration

IMAGE_TOKEN = 99  # the last id of the vocabulary
IMAGE_SIZE = 32  # pixels per side
PATCH_SIZE = 8  # pixels per side of a patch, which gives 16 patches


def build_config() -> LlavaConfig:
    """The sizes: a CLIP encoder and a Llama decoder of two layers each."""
    vision_config = CLIPVisionConfig(
        hidden_size=32,
        intermediate_size=64,
        projection_dim=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        image_size=IMAGE_SIZE,
        patch_size=PATCH_SIZE,
    )
    text_config = LlamaConfig(
        vocab_size=100,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=64,
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=2,
    )
    return LlavaConfig(
        vision_config=vision_config,
        text_config=text_config,
        image_token_index=IMAGE_TOKEN,
        vision_feature_layer=-2,
        vision_feature_select_strategy="default",
        attn_implementation="eager",
    )


def main() -> None:
    """Build the model, run it on an image and a prompt of 16 image tokens and 4 words, print a digest of the logits."""
    torch.manual_seed(0)
    model = LlavaForConditionalGeneration(build_config())
    model.eval()

    pixel_values = torch.rand(1, 3, IMAGE_SIZE, IMAGE_SIZE)  # (1, 3, H, W)
    image_tokens = [IMAGE_TOKEN] * (IMAGE_SIZE // PATCH_SIZE) ** 2
    input_ids = torch.tensor([[1, *image_tokens, 5, 6, 7]])  # (1, 20)
    attention_mask = torch.ones_like(input_ids)

    with torch.no_grad():
        outputs = model(input_ids=input_ids, pixel_values=pixel_values, attention_mask=attention_mask)

    print(f"logits {tuple(outputs.logits.shape)}, sum {outputs.logits.sum().item():.3f}")


if __name__ == "__main__":
    main()
