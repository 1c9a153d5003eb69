"""What a pretrained model needs in order to be loaded while another one is being loaded around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn


def request_buffer_refill(model: nn.Module) -> None:
    """Have transformers fill the non-persistent buffers of an inner, already loaded ``model`` once more.

    The outer ``from_pretrained`` swaps every non-persistent buffer below it for uninitialised memory and counts on its
    initialisation pass to fill them, but that pass skips modules which the inner load has marked as done. Taking the
    mark off is enough: parameters carry a mark of their own and keep their values.
    """
    for module in model.modules():
        if module._non_persistent_buffers_set:
            module._is_hf_initialized = False
