"""Walrus, conditional expressions, short circuits."""
def f(x):
    return x

def run():
    if (n := f(1)) and f(n):
        f(2)
    while (n := f(n - 1)):
        pass
    f(1) or f(2)
    f(0) or f(3)
    f(0) and f(4)
    f(5) if f(0) else f(6)
    not f(7)
    f(8) if f(1) and not f(0) else f(9)
    assert f(1), f("never")
