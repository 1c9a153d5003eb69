"""Choose the projector by its configured name: ``linear``, ``mlpNx_gelu`` (N linear layers) or ``identity``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from torch import nn

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedConfig


class IdentityMap(nn.Module):
    """Pass features through, for a tower whose features already have the language model's width."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, T, D) -> (N, T, D)."""
        return x


def build_vision_projector(config: PreTrainedConfig) -> nn.Module:
    """Build the module that maps (N, T, mm_hidden_size) to (N, T, hidden_size).

    Raises ValueError for a name it does not know.
    """
    projector_type = getattr(config, "mm_projector_type", "linear")

    if projector_type == "linear":
        return nn.Linear(config.mm_hidden_size, config.hidden_size)

    mlp_gelu_match = re.match(r"^mlp(\d+)x_gelu$", projector_type)
    if mlp_gelu_match:
        mlp_depth = int(mlp_gelu_match.group(1))
        modules: list[nn.Module] = [nn.Linear(config.mm_hidden_size, config.hidden_size)]
        for _ in range(1, mlp_depth):
            modules.append(nn.GELU())
            modules.append(nn.Linear(config.hidden_size, config.hidden_size))
        return nn.Sequential(*modules)

    if projector_type == "identity":
        return IdentityMap()

    raise ValueError(f"Unknown projector type: {projector_type} (known: linear, mlpNx_gelu, identity)")
