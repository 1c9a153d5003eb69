"""C code that calls back."""
import functools
import re

def key(x):
    return x

def add(a, b):
    return a + b

class Reverse:
    def __init__(self, n):
        self.n = n

    def __lt__(self, other):
        return other.n < self.n

def run():
    sorted([2, 1], key=key)
    list(map(key, [1]))
    list(filter(key, [1]))
    functools.reduce(add, [1, 2, 3])
    max([1, 2], key=lambda x: key(x))
    sorted([Reverse(1), Reverse(2)])
    [3, 1].sort(key=key)
    re.sub("a", lambda match: key("b"), "aaa")
    min(map(key, [1, 2]))
    any(key(x) for x in [0, 1])
    functools.partial(add, 1)(2)
    dict.fromkeys(map(key, "ab"))
