"""Statements on one line."""
def f(x=0): return x
class K: a = f(); b = f(1)
def g(): f(1); f(2); return f(3)
def run():
    for x in "a": f(x); f(4)
    if f(1): f(2)
    else: f(3)
    while f(0): pass
    try: f(5)
    finally: f(6)
    with open(__file__) as h: f(h)
    g(); K.a
