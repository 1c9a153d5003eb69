"""``__torch_function__``, decorators of torch, data loaders."""
import torch
from torch.utils.data import DataLoader, Dataset

class Tagged(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        note()
        return super().__torch_function__(function, types, args, kwargs or {})

class Numbers(Dataset):
    def __len__(self):
        return 4

    def __getitem__(self, index):
        return one(index)

def one(index):
    return torch.tensor([index])

def collate(items):
    return torch.cat(items)

def note():
    pass

@torch.no_grad()
def quiet(x):
    return louder(x)

@torch.inference_mode()
def louder(x):
    return x + 1

def run():
    torch.ones(2).as_subclass(Tagged) + 1
    for batch in DataLoader(Numbers(), batch_size=2, collate_fn=collate):
        quiet(batch)
    optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=0.1)
    torch.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: rate(epoch))

def rate(epoch):
    return 1.0
