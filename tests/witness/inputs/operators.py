"""Operators on an object's own methods."""
class N:
    def __init__(self, n): self.n = n
    def __add__(self, other): return N(self.n)
    def __radd__(self, other): return self
    def __sub__(self, other): return self
    def __mul__(self, other): return self
    def __matmul__(self, other): return self
    def __truediv__(self, other): return self
    def __floordiv__(self, other): return self
    def __mod__(self, other): return self
    def __pow__(self, other): return self
    def __and__(self, other): return self
    def __or__(self, other): return self
    def __xor__(self, other): return self
    def __lshift__(self, other): return self
    def __neg__(self): return self
    def __invert__(self): return self
    def __pos__(self): return self
    def __iadd__(self, other): return self
    def __abs__(self): return 1
    def __divmod__(self, other): return (1, 2)

def run():
    a, b = N(1), N(2)
    a + b
    1 + a
    a - b * (a @ b) / a // b % a ** b
    (a & b) | (a ^ b)
    a << 1
    -a, ~a, +a
    a += b
    a -= b
    abs(a)
    divmod(a, b)
    sum([a, b])
    (a
        + b)
