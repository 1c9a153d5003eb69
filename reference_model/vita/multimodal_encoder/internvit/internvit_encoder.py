"""The InternViT tower: patch features of the last layer, four neighbouring patches folded into one token."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from transformers import CLIPImageProcessorPil

from reference_model.vita.multimodal_encoder.internvit.configuration_intern_vit import InternVisionConfig
from reference_model.vita.multimodal_encoder.internvit.modeling_intern_vit import InternVisionModel


class InternViTVisionTower(nn.Module):
    """Hold an ``InternVisionModel``, its image processor, and the way from images to tokens."""

    def __init__(self, vision_tower: str, args: Any, delay_load: bool = False) -> None:
        super().__init__()

        self.is_loaded = False

        self.vision_tower_name = vision_tower
        self.select_layer = -1
        self.scale_pix_shuffle = 0.5

        if not delay_load:
            self.load_model()
        else:
            self.cfg_only = InternVisionConfig.from_pretrained(self.vision_tower_name)

    def load_model(self) -> None:
        """Load encoder and image processor from the folder the tower is named after."""
        self.image_processor = CLIPImageProcessorPil.from_pretrained(self.vision_tower_name)
        # When this runs inside the language model's own from_pretrained, new modules would land on the meta device
        # and transformers refuses to load real weights there. A device of our own lifts that for the tower, whose
        # weights the outer load then leaves alone: they are marked as initialised.
        with torch.device("cpu"):
            self.vision_tower = InternVisionModel.from_pretrained(self.vision_tower_name)
        self.vision_tower.requires_grad_(False)

        self.is_loaded = True

    def feature_select(self, image_forward_outs: Any) -> torch.Tensor:
        """Hidden states of all layers -> those of the selected one without its class token, (N, P, D)."""
        image_features = image_forward_outs.hidden_states[self.select_layer]
        return image_features[:, 1:]

    def pixel_shuffle(self, x: torch.Tensor, scale_factor: float = 0.5) -> torch.Tensor:
        """Fold squares of patches into channels: (N, h, w, D) -> (N, h * s, w * s, D / s²) for scale s."""
        n, h, w, d = x.shape
        fold = int(1 / scale_factor)
        x = x.reshape(n, h // fold, fold, w // fold, fold, d)
        x = x.permute(0, 1, 3, 2, 4, 5)  # (N, h / fold, w / fold, fold, fold, D)
        return x.reshape(n, h // fold, w // fold, fold * fold * d)

    @torch.no_grad()
    def forward(self, images: torch.Tensor | list[torch.Tensor]) -> torch.Tensor | list[torch.Tensor]:
        """(N, 3, H, W) -> (N, P / 4, 4 D); a list of (3, H, W) -> a list of (1, P / 4, 4 D)."""
        if type(images) is list:
            return [self.encode(image.unsqueeze(0)) for image in images]
        return self.encode(images)

    def encode(self, images: torch.Tensor) -> torch.Tensor:
        """(N, 3, H, W) -> (N, P / 4, 4 D)."""
        image_forward_outs = self.vision_tower(
            images.to(device=self.device, dtype=self.dtype), output_hidden_states=True
        )
        image_features = self.feature_select(image_forward_outs).to(images.dtype)  # (N, P, D)
        side = int(image_features.shape[1] ** 0.5)
        image_features = image_features.reshape(image_features.shape[0], side, side, -1)  # (N, side, side, D)
        image_features = self.pixel_shuffle(image_features, self.scale_pix_shuffle)
        return image_features.flatten(1, 2)  # (N, P / 4, 4 D)

    @property
    def dummy_feature(self) -> torch.Tensor:
        """One token of zeros, for a batch without an image."""
        return torch.zeros(1, self.hidden_size, device=self.device, dtype=self.dtype)

    @property
    def dtype(self) -> torch.dtype:
        """The weights' data type."""
        return self.vision_tower.dtype

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.vision_tower.device

    @property
    def config(self) -> InternVisionConfig:
        """The encoder's sizes, known before its weights are loaded."""
        if self.is_loaded:
            return self.vision_tower.config
        return self.cfg_only

    @property
    def hidden_size(self) -> int:
        """Width of one output token: D times the patches folded into it."""
        return self.config.hidden_size * int(1 / self.scale_pix_shuffle) ** 2

    @property
    def num_patches(self) -> int:
        """Output tokens per image."""
        patches = (self.config.image_size // self.config.patch_size) ** 2
        return int(patches * self.scale_pix_shuffle**2)
