"""Augmented assignment to names, attributes and items."""
class V:
    def __iadd__(self, other): return self
    def __add__(self, other): return self
    def __isub__(self, other): return self
    def __mul__(self, other): return self

class Holder:
    def __init__(self):
        self.v = V()

    @property
    def p(self):
        return V()

    @p.setter
    def p(self, value):
        pass

def g():
    return 1

def run():
    v = V()
    v += g()
    v -= g()
    v *= g()
    h = Holder()
    h.v += 1
    h.p += g()
    h.p -= g()
