"""Comprehensions in class bodies and modules."""
def f(x):
    return x

TABLE = [f(x) for x in "ab"]

class K:
    names = [f(x) for x in "ab"]
    table = {x: f(x) for x in names}

def run():
    return K.table
