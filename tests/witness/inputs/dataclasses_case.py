"""Dataclasses: generated ``__init__``, ``__post_init__``, factories, comparison."""
from dataclasses import dataclass, field, replace

def fresh():
    return []

@dataclass
class D:
    a: int = 1
    b: list = field(default_factory=fresh)

    def __post_init__(self):
        self.check()

    def check(self):
        pass

@dataclass(order=True, frozen=True)
class E:
    n: int = 0

def run():
    D()
    D(2)
    replace(D(), a=3)
    E(1) < E(2)
    {E(1)}
    repr(D())
