"""Subscripts: read, stored, deleted, sliced, on classes."""
class Box:
    def __init__(self): self.items = {}
    def __getitem__(self, key): return self
    def __setitem__(self, key, value): pass
    def __delitem__(self, key): pass
    def __iadd__(self, other): return self
    def __class_getitem__(cls, item): return cls

class Missing(dict):
    def __missing__(self, key): return key

def i():
    return 1

def run():
    box = Box()
    box[1]
    box[i()]
    box[1:i()]
    box[1][2]
    box[1] = i()
    box[1] += 1
    box[i()] += i()
    del box[1]
    Box[int]
    Missing()["x"]
    box[1], box[2] = i(), i()
