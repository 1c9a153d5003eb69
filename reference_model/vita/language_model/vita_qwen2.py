"""Qwen2 that sees: the leaf classes in which the mixins of ``vita_arch`` meet transformers' Qwen2.

Importing this module replaces ``Qwen2ForCausalLM.forward`` for the whole process, as the original does: every Qwen2
model in it, ours or not, computes its logits in ``custom_forward`` from then on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from transformers import AutoConfig, AutoModelForCausalLM, Qwen2Config, Qwen2ForCausalLM, Qwen2Model
from transformers.modeling_outputs import CausalLMOutputWithPast

from reference_model.vita.vita_arch import VITAMetaForCausalLM, VITAMetaModel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from transformers import Cache


def custom_forward(
    self: Qwen2ForCausalLM,
    input_ids: torch.Tensor | None = None,
    attention_mask: torch.Tensor | None = None,
    position_ids: torch.Tensor | None = None,
    past_key_values: Cache | None = None,
    inputs_embeds: torch.Tensor | None = None,
    labels: torch.Tensor | None = None,
    use_cache: bool | None = None,
    return_dict: bool | None = None,
    logits_to_keep: int | torch.Tensor = 0,
    **kwargs: Any,
) -> CausalLMOutputWithPast | tuple[torch.Tensor, ...]:
    """Run the decoder and its head: ids (B, L) or embeddings (B, L, D) -> logits (B, K, vocabulary) in float32.

    K is L, or the last ``logits_to_keep`` positions. With labels (B, L) the loss is computed too.
    """
    return_dict = return_dict if return_dict is not None else self.config.return_dict

    outputs = self.model(
        input_ids=input_ids,
        attention_mask=attention_mask,
        position_ids=position_ids,
        past_key_values=past_key_values,
        inputs_embeds=inputs_embeds,
        use_cache=use_cache,
        return_dict=True,
        **kwargs,
    )

    hidden_states = outputs.last_hidden_state  # (B, L, D)
    kept = slice(-logits_to_keep, None) if isinstance(logits_to_keep, int) else logits_to_keep
    logits = self.lm_head(hidden_states[:, kept, :]).float()  # (B, K, vocabulary)

    loss = None
    if labels is not None:
        loss = self.loss_function(logits=logits, labels=labels, vocab_size=self.config.vocab_size, **kwargs)

    output = CausalLMOutputWithPast(
        loss=loss,
        logits=logits,
        past_key_values=outputs.past_key_values,
        hidden_states=outputs.hidden_states,
        attentions=outputs.attentions,
    )
    return output if return_dict else output.to_tuple()


Qwen2ForCausalLM.forward = custom_forward


class VITAQwen2Config(Qwen2Config):
    """Qwen2's configuration, and whatever vision settings a checkpoint or ``initialize_vision_modules`` adds.

    ``mm_vision_tower`` is deliberately no field: its absence is how a model is known to have no tower.
    """

    model_type = "vita-Qwen2"


class VITAQwen2Model(VITAMetaModel, Qwen2Model):
    """The decoder without a head, with tower and projector."""

    config_class = VITAQwen2Config

    def __init__(self, config: Qwen2Config) -> None:
        super(VITAQwen2Model, self).__init__(config)


class VITAQwen2ForCausalLM(Qwen2ForCausalLM, VITAMetaForCausalLM):
    """The decoder with its language-modelling head."""

    config_class = VITAQwen2Config

    def __init__(self, config: Qwen2Config) -> None:
        # Past Qwen2ForCausalLM.__init__, which would build a Qwen2Model that cannot see.
        super(Qwen2ForCausalLM, self).__init__(config)
        self.model = VITAQwen2Model(config)
        self.vocab_size = config.vocab_size
        self.lm_head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)

        self.post_init()

    def get_model(self) -> VITAQwen2Model:
        """Return the decoder."""
        return self.model

    def forward(
        self,
        input_ids: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
        position_ids: torch.Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: torch.Tensor | None = None,
        labels: torch.Tensor | None = None,
        use_cache: bool | None = None,
        images: torch.Tensor | Sequence[torch.Tensor] | None = None,
        return_dict: bool | None = None,
        **kwargs: Any,
    ) -> CausalLMOutputWithPast | tuple[torch.Tensor, ...]:
        """Ids (B, L) with placeholders and images (N, 3, H, W) -> logits (B, L', vocabulary)."""
        if inputs_embeds is None:
            (
                input_ids,
                position_ids,
                attention_mask,
                past_key_values,
                inputs_embeds,
                labels,
            ) = self.prepare_inputs_labels_for_multimodal(
                input_ids, position_ids, attention_mask, past_key_values, labels, images
            )

        return super().forward(
            input_ids=input_ids,
            attention_mask=attention_mask,
            position_ids=position_ids,
            past_key_values=past_key_values,
            inputs_embeds=inputs_embeds,
            labels=labels,
            use_cache=use_cache,
            return_dict=return_dict,
            **kwargs,
        )

    @torch.no_grad()
    def generate(
        self,
        inputs: torch.Tensor | None = None,
        images: torch.Tensor | Sequence[torch.Tensor] | None = None,
        **kwargs: Any,
    ) -> torch.Tensor:
        """Continue prompts (B, L) with placeholders: -> new tokens only (B, at most max_new_tokens).

        Raises NotImplementedError for ``inputs_embeds``, which this method makes itself.
        """
        position_ids = kwargs.pop("position_ids", None)
        attention_mask = kwargs.pop("attention_mask", None)
        if "inputs_embeds" in kwargs:
            raise NotImplementedError("`inputs_embeds` is not supported: pass token ids and images")

        if images is not None:
            (inputs, position_ids, attention_mask, _, inputs_embeds, _) = self.prepare_inputs_labels_for_multimodal(
                inputs, position_ids, attention_mask, None, None, images
            )
        else:
            inputs_embeds = self.get_model().embed_tokens(inputs)

        return super().generate(
            position_ids=position_ids, attention_mask=attention_mask, inputs_embeds=inputs_embeds, **kwargs
        )

    def prepare_inputs_for_generation(
        self,
        input_ids: torch.Tensor,
        past_key_values: Cache | None = None,
        inputs_embeds: torch.Tensor | None = None,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """Choose what one decoding step is fed with; images go with the step that still holds the placeholders."""
        images = kwargs.pop("images", None)
        model_inputs = super().prepare_inputs_for_generation(
            input_ids, past_key_values=past_key_values, inputs_embeds=inputs_embeds, **kwargs
        )
        if images is not None:
            model_inputs["images"] = images
        return model_inputs


AutoConfig.register("vita-Qwen2", VITAQwen2Config)
AutoModelForCausalLM.register(VITAQwen2Config, VITAQwen2ForCausalLM)
