"""Objects that are called: ``__call__``, bound methods, partials, methods as values."""
import functools

class Fn:
    def __call__(self, x=None):
        return self

    def m(self, x=None):
        return x

def apply(f, *args):
    return f(*args)

def run():
    fn = Fn()
    fn()
    fn()(1)
    m = fn.m
    m()
    Fn.m(fn)
    apply(fn)
    apply(fn.m, 1)
    functools.partial(fn.m, x=2)()
    functools.partial(apply, m)()
    list(map(fn, [1]))
    [fn, fn.m][1]()
    {"a": fn.m}["a"](3)
