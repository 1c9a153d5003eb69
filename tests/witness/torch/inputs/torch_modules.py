"""Modules, containers and hooks: ``forward`` through ``Module.__call__``."""
import torch
from torch import nn

class Block(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.linear = nn.Linear(size, size)

    def forward(self, x):
        return self.scale(self.linear(x))

    def scale(self, x):
        return x * 2

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Sequential(Block(2), Block(2))
        self.layers = nn.ModuleList([Block(2) for _ in range(2)])
        self.apply(self.start)

    def start(self, module):
        pass

    def forward(self, x):
        x = self.first(x)
        for layer in self.layers:
            x = layer(x)
        return x

def before(module, inputs):
    pass

def after(module, inputs, output):
    return output

def run():
    net = Net()
    net.register_forward_pre_hook(before)
    net.layers[0].register_forward_hook(after)
    net.layers[1].register_forward_hook(lambda module, inputs, output: after(module, inputs, output))
    with torch.no_grad():
        net(torch.ones(1, 2))
    net.to(torch.float64).half()
