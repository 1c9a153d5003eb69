"""Functions of autograd's own, hooks on tensors and modules, checkpointing."""
import torch
from torch import nn
from torch.utils.checkpoint import checkpoint, checkpoint_sequential

class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return square(x)

    @staticmethod
    def backward(ctx, gradient):
        x, = ctx.saved_tensors
        return gradient * double(x)

def square(x):
    return x * x

def double(x):
    return 2 * x

def seen(gradient):
    return gradient

def inner(x):
    return square(x)

def custom_forward(block):
    def forward(*inputs):
        return block(*inputs)
    return forward

class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(2, 2)

    def forward(self, x):
        return self.linear(x)

def backward_seen(module, inputs, outputs):
    seen(outputs)

def run():
    x = torch.ones(2, requires_grad=True)
    y = Square.apply(x)
    y.register_hook(seen)
    y.sum().backward()
    checkpoint(inner, x, use_reentrant=False).sum().backward()
    checkpoint(inner, x, use_reentrant=True).sum().backward()
    layer = Layer()
    layer.register_full_backward_hook(backward_seen)
    checkpoint(custom_forward(layer), torch.ones(1, 2, requires_grad=True), use_reentrant=False).sum().backward()
    checkpoint_sequential([layer, layer], 2, torch.ones(1, 2, requires_grad=True), use_reentrant=False).sum().backward()
