"""Comprehensions, nested and with conditions: part of the function around them."""
def f(x):
    return x

class Truth:
    def __bool__(self):
        return True

def run():
    [f(x) for x in "ab"]
    {f(x) for x in "ab"}
    {f(x): f(x) for x in "ab"}
    list(f(x) for x in "ab")
    [[f(y) for y in f("ab")] for x in "a"]
    [f(x) for x in "ab" if f(x) if f(1)]
    [f(x + y) for x in f("ab") for y in f("cd") if f(y)]
    [x for x in [1] if Truth()]
    [(lambda: f(1))() for x in "a"]
