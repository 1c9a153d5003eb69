"""Load a checkpoint for use: a whole model, or a language model plus a trained projector."""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import torch
from transformers import AutoTokenizer

from reference_model.vita.constants import GLOBAL_WEIGHTS_PATH
from reference_model.vita.language_model.vita_qwen2 import VITAQwen2ForCausalLM

if TYPE_CHECKING:
    from transformers import BaseImageProcessor, PreTrainedTokenizerBase

MODEL_TYPES = ("qwen2p5_instruct",)


def load_pretrained_model(
    model_path: str,
    model_base: str | None,
    model_name: str,
    model_type: str,
    device: str = "cpu",
    **kwargs: Any,
) -> tuple[PreTrainedTokenizerBase, VITAQwen2ForCausalLM, BaseImageProcessor | None, int]:
    """Load tokenizer, model, image processor and context length.

    With ``model_base`` the language model comes from there and ``model_path`` holds only ``mm_projector.bin``; the
    tower is then the one this function names, and its image processor is returned. Without it ``model_path`` is a
    whole checkpoint, whose config alone says whether there is a tower: asking the model for it is left to the caller,
    and the image processor is None.

    Raises ValueError for an unknown model type and for LoRA checkpoints.
    """
    if model_type not in MODEL_TYPES:
        raise ValueError(f"Unknown Model Type {model_type} (known: {', '.join(MODEL_TYPES)})")
    if "lora" in model_name.lower():
        raise ValueError(f"{model_name} looks like a LoRA checkpoint: merge it into its base model first")

    image_processor = None
    if model_base is not None:
        print("Loading VITA from base model...")
        tokenizer = AutoTokenizer.from_pretrained(model_base, use_fast=True)
        model = VITAQwen2ForCausalLM.from_pretrained(model_base, **kwargs)

        model_args = {
            "vision_tower": f"{GLOBAL_WEIGHTS_PATH}/InternViT-tiny",
            "pretrain_mm_mlp_adapter": None,
            "mm_projector_type": "mlp2x_gelu",
        }
        model_args = SimpleNamespace(**model_args)
        model.get_model().initialize_vision_modules(model_args=model_args)

        mm_projector_weights = torch.load(
            os.path.join(model_path, "mm_projector.bin"), map_location="cpu", weights_only=True
        )
        model.load_state_dict(mm_projector_weights, strict=False)
        image_processor = model.get_vision_tower().image_processor
    elif model_type == "qwen2p5_instruct":
        print(f"Loading {model_name} ({model_type})...")
        tokenizer = AutoTokenizer.from_pretrained(model_path, use_fast=True)
        model = VITAQwen2ForCausalLM.from_pretrained(model_path, **kwargs)

    model.to(device)

    context_len = getattr(model.config, "max_sequence_length", 2048)

    return tokenizer, model, image_processor, context_len


def get_model_name_from_path(model_path: str) -> str:
    """The last part of a checkpoint's path."""
    return model_path.strip("/").split("/")[-1]
