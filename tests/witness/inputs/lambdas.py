"""Lambdas: called, nested, as defaults and in dictionaries."""
def f(x=lambda: 1):
    return x()

table = {"a": lambda: f(), "b": lambda x: (lambda: f(x))()}

def run():
    f()
    table["a"]()
    table["b"](lambda: 2)
    (lambda: f())()
    pick = lambda n: n
    pick(1)
