"""``match``: classes, values, mappings, guards."""
class Point:
    __match_args__ = ("x", "y")

    def __init__(self, x, y):
        self._x, self.y = x, y

    @property
    def x(self):
        return self._x

class Value:
    def __eq__(self, other):
        return True

class Names:
    V = Value()

def guard(n):
    return n > 0

def classify(item):
    match item:
        case Point(0, 0):
            return guard(0)
        case Point(x=x, y=2) if guard(x):
            return guard(1)
        case {"a": 1}:
            return guard(2)
        case [1, *rest]:
            return guard(3)
        case Names.V:
            return guard(4)
        case _:
            return guard(5)

def run():
    classify(Point(1, 2))
    classify({"a": 1})
    classify([1, 2])
    classify(7)
