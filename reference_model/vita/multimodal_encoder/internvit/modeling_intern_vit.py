"""InternViT: a vision transformer with a class token and a learned scale on each residual branch.

In shapes below, N is the number of images, P the number of patches, T = P + 1 (the class token first), D the width,
H the number of heads.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional
from transformers import PreTrainedModel
from transformers.activations import ACT2FN
from transformers.modeling_outputs import BaseModelOutputWithPooling

from reference_model.vita.multimodal_encoder.internvit.configuration_intern_vit import InternVisionConfig


class InternVisionEmbeddings(nn.Module):
    """Cut the image into patches, embed each, put the class token in front, add positions."""

    def __init__(self, config: InternVisionConfig) -> None:
        super().__init__()
        num_patches = (config.image_size // config.patch_size) ** 2
        self.class_embedding = nn.Parameter(torch.zeros(1, 1, config.hidden_size))
        self.patch_embedding = nn.Conv2d(
            config.num_channels, config.hidden_size, kernel_size=config.patch_size, stride=config.patch_size
        )
        self.position_embedding = nn.Parameter(torch.zeros(1, num_patches + 1, config.hidden_size))

    def forward(self, pixel_values: torch.Tensor) -> torch.Tensor:
        """(N, 3, image_size, image_size) -> (N, T, D)."""
        patches = self.patch_embedding(pixel_values)  # (N, D, rows, columns)
        patches = patches.flatten(2).transpose(1, 2)  # (N, P, D)
        class_token = self.class_embedding.expand(patches.shape[0], 1, -1)  # (N, 1, D)
        return torch.cat([class_token, patches], dim=1) + self.position_embedding  # (N, T, D)


class InternAttention(nn.Module):
    """Multi-head self-attention over all patches, without a mask."""

    def __init__(self, config: InternVisionConfig) -> None:
        super().__init__()
        self.num_heads = config.num_attention_heads
        self.qkv = nn.Linear(config.hidden_size, 3 * config.hidden_size, bias=config.qkv_bias)
        self.proj = nn.Linear(config.hidden_size, config.hidden_size)

    def forward(self, hidden_states: torch.Tensor) -> torch.Tensor:
        """(N, T, D) -> (N, T, D)."""
        n, t, d = hidden_states.shape
        qkv = self.qkv(hidden_states).reshape(n, t, 3, self.num_heads, d // self.num_heads)
        query, key, value = qkv.permute(2, 0, 3, 1, 4)  # each (N, H, T, D / H)
        mixed = functional.scaled_dot_product_attention(query, key, value)  # (N, H, T, D / H)
        return self.proj(mixed.transpose(1, 2).reshape(n, t, d))


class InternMLP(nn.Module):
    """Widen, activate, narrow; every token by itself."""

    def __init__(self, config: InternVisionConfig) -> None:
        super().__init__()
        self.act = ACT2FN[config.hidden_act]
        self.fc1 = nn.Linear(config.hidden_size, config.intermediate_size)
        self.fc2 = nn.Linear(config.intermediate_size, config.hidden_size)

    def forward(self, hidden_states: torch.Tensor) -> torch.Tensor:
        """(N, T, D) -> (N, T, D)."""
        return self.fc2(self.act(self.fc1(hidden_states)))


class InternVisionEncoderLayer(nn.Module):
    """One pre-norm block; ``ls1`` and ``ls2`` scale what its two branches add."""

    def __init__(self, config: InternVisionConfig) -> None:
        super().__init__()
        self.attn = InternAttention(config)
        self.mlp = InternMLP(config)
        self.norm1 = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.norm2 = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.ls1 = nn.Parameter(config.initializer_factor * torch.ones(config.hidden_size))
        self.ls2 = nn.Parameter(config.initializer_factor * torch.ones(config.hidden_size))

    def forward(self, hidden_states: torch.Tensor) -> torch.Tensor:
        """(N, T, D) -> (N, T, D)."""
        hidden_states = hidden_states + self.attn(self.norm1(hidden_states)) * self.ls1
        return hidden_states + self.mlp(self.norm2(hidden_states)) * self.ls2


class InternVisionEncoder(nn.Module):
    """The blocks in order."""

    def __init__(self, config: InternVisionConfig) -> None:
        super().__init__()
        self.layers = nn.ModuleList([InternVisionEncoderLayer(config) for _ in range(config.num_hidden_layers)])

    def forward(self, hidden_states: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """(N, T, D) -> the input and every block's output, each (N, T, D)."""
        encoder_states = [hidden_states]
        for encoder_layer in self.layers:
            hidden_states = encoder_layer(hidden_states)
            encoder_states.append(hidden_states)
        return tuple(encoder_states)


class InternVisionModel(PreTrainedModel):
    """The encoder as transformers sees it: configurable, savable, loadable."""

    config_class = InternVisionConfig
    main_input_name = "pixel_values"
    _no_split_modules = ["InternVisionEncoderLayer"]

    def __init__(self, config: InternVisionConfig) -> None:
        super().__init__(config)
        self.embeddings = InternVisionEmbeddings(config)
        self.encoder = InternVisionEncoder(config)
        self.post_init()

    def _init_weights(self, module: nn.Module) -> None:
        """Initialise what transformers does not know: bare parameters. It skips those a checkpoint has filled."""
        super()._init_weights(module)
        if isinstance(module, InternVisionEmbeddings):
            nn.init.normal_(module.class_embedding, std=self.config.initializer_range)
            nn.init.normal_(module.position_embedding, std=self.config.initializer_range)
        elif isinstance(module, InternVisionEncoderLayer):
            nn.init.constant_(module.ls1, self.config.initializer_factor)
            nn.init.constant_(module.ls2, self.config.initializer_factor)

    def forward(
        self, pixel_values: torch.Tensor, output_hidden_states: bool | None = None
    ) -> BaseModelOutputWithPooling:
        """(N, 3, image_size, image_size) -> last state (N, T, D), its class token (N, D) and, on request, all states.

        Raises ValueError for pixels that are not a batch of images.
        """
        if pixel_values.ndim != 4:
            raise ValueError(f"Expected pixels of shape (N, 3, height, width), got {tuple(pixel_values.shape)}")
        hidden_states = self.embeddings(pixel_values)
        encoder_states = self.encoder(hidden_states)
        last_hidden_state = encoder_states[-1]
        return BaseModelOutputWithPooling(
            last_hidden_state=last_hidden_state,
            pooler_output=last_hidden_state[:, 0],
            hidden_states=encoder_states if output_hidden_states else None,
        )
