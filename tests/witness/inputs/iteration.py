"""Iteration: ``for``, unpacking, spreading, the old sequence protocol."""
class It:
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return self

    def __next__(self):
        self.n -= 1
        if self.n < 0:
            raise StopIteration
        return self.n

class Seq:
    def __getitem__(self, index):
        if index > 1:
            raise IndexError
        return index

    def __len__(self):
        return 2

class Keys:
    def keys(self):
        return ["a"]

    def __getitem__(self, key):
        return 1

class Yielding:
    def __iter__(self):
        yield 1

def take(*args, **kwargs):
    return args

def run():
    for x in It(2):
        take(x)
    else:
        take()
    for x in Seq():
        pass
    a, b = It(2)
    c, *d = It(3)
    (e, f), g = It(2), 1
    [*It(1)]
    take(*It(1), **Keys())
    {**Keys()}
    2 in It(3)
    list(It(1))
    reversed(Seq())
    for x in Yielding():
        pass
    [x for x in Yielding()]
    dict(zip(It(1), It(1)))
