"""The sizes of an InternViT encoder; the defaults are those of the 300M model at 448 pixels."""

from transformers import PreTrainedConfig


class InternVisionConfig(PreTrainedConfig):
    """Configure ``InternVisionModel``."""

    model_type = "intern_vit_6b"

    num_channels: int = 3  # colour channels of the input
    image_size: int = 448  # pixels per side, after preprocessing
    patch_size: int = 14  # pixels per side of one patch; divides image_size
    hidden_size: int = 1024  # width of the residual stream
    num_hidden_layers: int = 24  # transformer blocks
    num_attention_heads: int = 16  # divides hidden_size
    intermediate_size: int = 4096  # width inside a block's MLP
    qkv_bias: bool = True  # whether the query, key and value projection has a bias
    hidden_act: str = "gelu"  # activation of the MLP, a name transformers knows
    layer_norm_eps: float = 1e-6  # keeps LayerNorm's division finite
    initializer_range: float = 0.02  # standard deviation of fresh weights
    initializer_factor: float = 1.0  # initial value of the layer scales
