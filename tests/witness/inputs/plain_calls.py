"""Calls of functions, with every kind of argument."""
def f(*args, **kwargs):
    return args

def g(a, b=1, *, c=2):
    return f(a, b, c=c)

def run():
    f()
    g(1)
    g(*[1, 2], **{"c": 3})
    f(g(1), g(b=f(), a=f(f())))
    return f(
        g(1),
    )
