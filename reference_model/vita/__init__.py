"""A VITA-shaped multimodal language model: a vision tower, a projector and Qwen2, joined by mixins.

The names, the inheritance and the control flow are those that users of VITA know; the code is this project's own and
is written to be read. Sizes come from checkpoints, so the same classes run tiny in a scenario and large elsewhere.
"""

from reference_model.vita.language_model.vita_qwen2 import VITAQwen2Config, VITAQwen2ForCausalLM, VITAQwen2Model

__all__ = ["VITAQwen2Config", "VITAQwen2ForCausalLM", "VITAQwen2Model"]
