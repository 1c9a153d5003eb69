"""The CLIP tower: patch features of a chosen layer, with or without the class token."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from transformers import CLIPImageProcessorPil, CLIPVisionConfig, CLIPVisionModel

from reference_model.vita.multimodal_encoder.nested_load import request_buffer_refill


class CLIPVisionTower(nn.Module):
    """Hold a ``CLIPVisionModel``, its image processor, and the way from images to tokens."""

    def __init__(self, vision_tower: str, args: Any, delay_load: bool = False) -> None:
        super().__init__()

        self.is_loaded = False

        self.vision_tower_name = vision_tower
        self.select_layer = getattr(args, "mm_vision_select_layer", -2)
        self.select_feature = getattr(args, "mm_vision_select_feature", "patch")

        if not delay_load:
            self.load_model()
        else:
            self.cfg_only = CLIPVisionConfig.from_pretrained(self.vision_tower_name)

    def load_model(self) -> None:
        """Load encoder and image processor from the folder the tower is named after."""
        self.image_processor = CLIPImageProcessorPil.from_pretrained(self.vision_tower_name)
        # A device of our own: inside the language model's from_pretrained the default one is meta, where transformers
        # refuses to load weights.
        with torch.device("cpu"):
            self.vision_tower = CLIPVisionModel.from_pretrained(self.vision_tower_name)
        request_buffer_refill(self.vision_tower)
        self.vision_tower.requires_grad_(False)

        self.is_loaded = True

    def feature_select(self, image_forward_outs: Any) -> torch.Tensor:
        """Hidden states of all layers -> the chosen tokens of the chosen one: (N, P, D), or (N, P + 1, D).

        Raises ValueError for a ``select_feature`` other than ``patch`` and ``cls_patch``.
        """
        image_features = image_forward_outs.hidden_states[self.select_layer]
        if self.select_feature == "patch":
            return image_features[:, 1:]
        if self.select_feature == "cls_patch":
            return image_features
        raise ValueError(f"Unexpected select feature: {self.select_feature} (known: patch, cls_patch)")

    @torch.no_grad()
    def forward(self, images: torch.Tensor | list[torch.Tensor]) -> torch.Tensor | list[torch.Tensor]:
        """(N, 3, H, W) -> (N, P, D); a list of (3, H, W) -> a list of (1, P, D)."""
        if type(images) is list:
            return [self.encode(image.unsqueeze(0)) for image in images]
        return self.encode(images)

    def encode(self, images: torch.Tensor) -> torch.Tensor:
        """(N, 3, H, W) -> (N, P, D)."""
        image_forward_outs = self.vision_tower(
            images.to(device=self.device, dtype=self.dtype), output_hidden_states=True
        )
        return self.feature_select(image_forward_outs).to(images.dtype)

    @property
    def dtype(self) -> torch.dtype:
        """The weights' data type."""
        return self.vision_tower.dtype

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.vision_tower.device

    @property
    def config(self) -> CLIPVisionConfig:
        """The encoder's sizes, known before its weights are loaded."""
        if self.is_loaded:
            return self.vision_tower.config
        return self.cfg_only

    @property
    def hidden_size(self) -> int:
        """Width of one output token."""
        return self.config.hidden_size

    @property
    def num_patches(self) -> int:
        """Output tokens per image."""
        return (self.config.image_size // self.config.patch_size) ** 2
