"""Two mixins that turn a language model into one that sees.

``VITAMetaModel`` stands before the language model's body in the bases and owns the tower and the projector.
``VITAMetaForCausalLM`` stands beside the model with the head and replaces image placeholders by image features. Neither
knows the language model: what they need of it they reach through ``super()`` and ``get_model()``.

In shapes below, B is the batch size, L a sequence's length, N the number of images, T the tokens of one image, D the
language model's width.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import torch

from reference_model.vita.constants import IGNORE_INDEX, IMAGE_TOKEN_INDEX
from reference_model.vita.multimodal_encoder.builder import build_vision_tower
from reference_model.vita.multimodal_projector.builder import build_vision_projector

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from torch import nn
    from transformers import Cache, PreTrainedConfig


class VITAMetaModel:
    """Give a decoder a vision tower and a projector, if its config names a tower."""

    def __init__(self, config: PreTrainedConfig) -> None:
        super(VITAMetaModel, self).__init__(config)

        if hasattr(config, "mm_vision_tower"):
            self.vision_tower = build_vision_tower(config, delay_load=False)
            self.mm_projector = build_vision_projector(config)

    def get_vision_tower(self) -> nn.Module | None:
        """Return the tower, or None for a model that has none; FSDP keeps it out of its sight in a list of one."""
        vision_tower = getattr(self, "vision_tower", None)
        if type(vision_tower) is list:
            vision_tower = vision_tower[0]
        return vision_tower

    def initialize_vision_modules(self, model_args: Any) -> None:
        """Add what ``model_args`` names (tower, projector and its weights) and write it into the config.

        ``model_args`` has ``vision_tower``, ``mm_projector_type`` and ``pretrain_mm_mlp_adapter`` (a file of projector
        weights, or None). A tower or projector that exists already is kept.
        """
        vision_tower = model_args.vision_tower

        pretrain_mm_mlp_adapter = model_args.pretrain_mm_mlp_adapter

        self.config.mm_vision_tower = vision_tower

        if self.get_vision_tower() is None:
            vision_tower = build_vision_tower(model_args)
            self.vision_tower = vision_tower
        else:
            vision_tower = self.get_vision_tower()

        self.config.use_mm_proj = True
        self.config.mm_projector_type = getattr(model_args, "mm_projector_type", "linear")
        self.config.mm_hidden_size = vision_tower.hidden_size

        if getattr(self, "mm_projector", None) is None:
            self.mm_projector = build_vision_projector(self.config)
        else:
            # An adapter method may have frozen it together with the language model.
            for parameter in self.mm_projector.parameters():
                parameter.requires_grad = True

        if pretrain_mm_mlp_adapter is not None:
            mm_projector_weights = torch.load(pretrain_mm_mlp_adapter, map_location="cpu", weights_only=True)
            self.mm_projector.load_state_dict(select_weights(mm_projector_weights, "mm_projector"))


class VITAMetaForCausalLM(ABC):
    """Give a language model with a head the way from images to embeddings."""

    @abstractmethod
    def get_model(self) -> Any:
        """Return the body, which is a ``VITAMetaModel``."""

    def get_vision_tower(self) -> nn.Module | None:
        """Return the body's tower, or None."""
        return self.get_model().get_vision_tower()

    def encode_images(self, images: torch.Tensor) -> torch.Tensor:
        """(N, 3, H, W) -> (N, T, D)."""
        image_features = self.get_model().get_vision_tower()(images)
        return self.get_model().mm_projector(image_features)

    def prepare_inputs_labels_for_multimodal(
        self,
        input_ids: torch.Tensor,
        position_ids: torch.Tensor | None,
        attention_mask: torch.Tensor | None,
        past_key_values: Cache | None,
        labels: torch.Tensor | None,
        images: torch.Tensor | Sequence[torch.Tensor] | None,
    ) -> tuple[
        torch.Tensor | None,
        torch.Tensor | None,
        torch.Tensor | None,
        Cache | None,
        torch.Tensor | None,
        torch.Tensor | None,
    ]:
        """Replace each image placeholder in ``input_ids`` (B, L) by the T features of its image.

        Images are taken in the order of the placeholders, over the whole batch. Returns, in this order: input_ids
        (None), position ids or None as given, attention mask (B, L'), the cache, embeddings (B, L', D) and labels
        (B, L') or None as given. L' is the longest sequence after the replacement, cut to the config's
        ``tokenizer_model_max_length``; padding stands on the config's ``tokenizer_padding_side``. Without a tower,
        without images or with a single token (a step of decoding), everything is returned as it came and the
        embeddings are None.

        Raises ValueError if there are not as many images as placeholders.
        """
        vision_tower = self.get_vision_tower()
        if vision_tower is None or images is None or input_ids.shape[1] == 1:
            return input_ids, position_ids, attention_mask, past_key_values, None, labels

        image_features = self.encode_images(stack_images(images))
        check_image_count(input_ids, attention_mask, len(image_features))

        sequences = []
        remaining_features = iter(image_features)
        for index, row in enumerate(input_ids):
            keep = torch.ones_like(row, dtype=torch.bool) if attention_mask is None else attention_mask[index].bool()
            row_labels = torch.full_like(row, IGNORE_INDEX) if labels is None else labels[index]
            sequences.append(self.splice_images(row[keep], row_labels[keep], remaining_features))

        max_length = getattr(self.config, "tokenizer_model_max_length", None)
        padding_side = getattr(self.config, "tokenizer_padding_side", "right")
        new_embeds, new_labels, new_mask, new_position_ids = pad_sequences(sequences, padding_side, max_length)
        return (
            None,
            None if position_ids is None else new_position_ids,
            new_mask if attention_mask is None else new_mask.to(attention_mask.dtype),
            past_key_values,
            new_embeds,
            None if labels is None else new_labels,
        )

    def splice_images(
        self, input_ids: torch.Tensor, labels: torch.Tensor, image_features: Iterator[torch.Tensor]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Embed one unpadded sequence: ids (L), labels (L) -> embeddings (L', D), labels (L').

        Each placeholder takes the next item (T, D) of ``image_features``; the loss ignores its T positions.
        """
        placeholders = torch.where(input_ids == IMAGE_TOKEN_INDEX)[0].tolist()
        embeds, spliced_labels = [], []
        start = 0
        for end in [*placeholders, len(input_ids)]:
            embeds.append(self.get_model().embed_tokens(input_ids[start:end]))  # (end - start, D)
            spliced_labels.append(labels[start:end])
            if end < len(input_ids):
                features = next(image_features).to(embeds[0])  # (T, D)
                embeds.append(features)
                spliced_labels.append(labels.new_full((len(features),), IGNORE_INDEX))
            start = end + 1
        return torch.cat(embeds), torch.cat(spliced_labels)


def select_weights(weights: dict[str, torch.Tensor], keyword: str) -> dict[str, torch.Tensor]:
    """Keep the weights of the submodule ``keyword``, named as that submodule names them."""
    return {name.split(f"{keyword}.")[1]: weight for name, weight in weights.items() if keyword in name}


def stack_images(images: torch.Tensor | Sequence[torch.Tensor]) -> torch.Tensor:
    """Bring images to one batch (N, 3, H, W): a list of (3, H, W) or (n, 3, H, W), a (B, n, 3, H, W), or the batch."""
    if not isinstance(images, torch.Tensor):
        return torch.cat([image.unsqueeze(0) if image.ndim == 3 else image for image in images])
    return images.flatten(0, 1) if images.ndim == 5 else images


def check_image_count(input_ids: torch.Tensor, attention_mask: torch.Tensor | None, image_count: int) -> None:
    """Refuse a batch whose placeholders (outside padding) are not as many as its images."""
    placeholders = input_ids == IMAGE_TOKEN_INDEX
    if attention_mask is not None:
        placeholders = placeholders & attention_mask.bool()
    if (expected := int(placeholders.sum())) != image_count:
        raise ValueError(f"The prompts hold {expected} image placeholder(s), but {image_count} image(s) were given")


def pad_sequences(
    sequences: list[tuple[torch.Tensor, torch.Tensor]], padding_side: str, max_length: int | None
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Cut embeddings (L, D) and labels (L) to ``max_length`` and batch them.

    Returns embeddings (B, L', D) padded with zeros, labels (B, L') padded with ``IGNORE_INDEX``, mask (B, L') and
    position ids (B, L').
    """
    sequences = [(embeds[:max_length], labels[:max_length]) for embeds, labels in sequences]
    longest = max(len(labels) for _, labels in sequences)
    first_embeds, first_labels = sequences[0]
    embeds_batch = first_embeds.new_zeros(len(sequences), longest, first_embeds.shape[1])
    labels_batch = first_labels.new_full((len(sequences), longest), IGNORE_INDEX)
    mask = torch.zeros_like(labels_batch, dtype=torch.bool)
    position_ids = torch.zeros_like(labels_batch)
    for index, (embeds, labels) in enumerate(sequences):
        length = len(labels)
        place = slice(longest - length, longest) if padding_side == "left" else slice(0, length)
        embeds_batch[index, place] = embeds
        labels_batch[index, place] = labels
        mask[index, place] = True
        position_ids[index, place] = torch.arange(length, device=position_ids.device)
    return embeds_batch, labels_batch, mask, position_ids
