"""Enumerations, named tuples and other generated classes."""
import enum
from collections import namedtuple
from typing import NamedTuple

class Color(enum.Enum):
    RED = 1
    BLUE = 2

    @classmethod
    def _missing_(cls, value):
        return cls.RED

    def shade(self):
        return self.name

Pair = namedtuple("Pair", "a b")

class Named(NamedTuple):
    a: int

    def double(self):
        return self.a * 2

def run():
    Color(1).shade()
    Color("x").shade()
    [color.shade() for color in Color]
    Pair(1, 2)._replace(a=3)
    Named(2).double()
