"""Exceptions that pass through frames on their way, and what is called after."""
from contextlib import suppress

def deep(n):
    if n == 0:
        raise KeyError(n)
    return deep(n - 1)

def after():
    pass

class Op:
    def __add__(self, other):
        raise ValueError

    def __neg__(self):
        return after()

def run():
    with suppress(KeyError):
        [deep(n) for n in (3,)]
    after()
    op = Op()
    try:
        after() or op + deep(0)
    except KeyError:
        -op
    try:
        op + 1
    except ValueError:
        -op
    for n in (1, 2):
        try:
            deep(n)
        except KeyError:
            continue
    -op
