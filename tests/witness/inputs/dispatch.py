"""``singledispatch``, ``singledispatchmethod``, tables of functions."""
import functools

@functools.singledispatch
def show(value):
    return "any"

@show.register
def _(value: int):
    return "int"

@show.register(str)
def _(value):
    return "str"

class K:
    @functools.singledispatchmethod
    def take(self, value):
        return 0

    @take.register
    def _(self, value: int):
        return 1

def run():
    show(1)
    show("a")
    show(None)
    K().take(1)
    K().take("a")
