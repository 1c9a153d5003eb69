"""Choose the vision tower by a substring of its name, as checkpoints in the field are named.

The order of the tests is part of the contract: a name that holds several of the substrings goes to the first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reference_model.vita.multimodal_encoder.clip.clip_encoder import CLIPVisionTower
from reference_model.vita.multimodal_encoder.internvit.internvit_encoder import InternViTVisionTower
from reference_model.vita.multimodal_encoder.siglip.siglip_encoder import SiglipVisionTower

if TYPE_CHECKING:
    from torch import nn


def build_vision_tower(vision_tower_cfg: Any, **kwargs: Any) -> nn.Module:
    """Build the tower that ``mm_vision_tower`` (a model's config) or ``vision_tower`` (arguments) names.

    Keyword arguments (``delay_load``) go to the tower. Raises ValueError for a missing or unknown name.
    """
    vision_tower = getattr(vision_tower_cfg, "mm_vision_tower", getattr(vision_tower_cfg, "vision_tower", None))
    if vision_tower is None:
        raise ValueError("No vision tower is named: neither mm_vision_tower nor vision_tower is set")

    if "sig" in vision_tower.lower():
        return SiglipVisionTower(vision_tower, args=vision_tower_cfg, **kwargs)
    elif "eva" in vision_tower.lower():
        raise ValueError(f"EVA-CLIP towers are not supported: {vision_tower}")
    elif "clip" in vision_tower.lower():
        return CLIPVisionTower(vision_tower, args=vision_tower_cfg, **kwargs)
    elif "internvit" in vision_tower.lower():
        return InternViTVisionTower(vision_tower, args=vision_tower_cfg, **kwargs)
    else:
        raise ValueError(f"Unknown vision tower: {vision_tower} (known: SigLIP, CLIP and InternViT)")
