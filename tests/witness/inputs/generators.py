"""Generators: made in one place, begun in another."""
def inner():
    yield 1
    return 2

def outer():
    yield from inner()
    got = yield from inner()
    yield got

def finishing():
    try:
        yield 1
    finally:
        cleanup()

def cleanup():
    pass

def never():
    yield

def run():
    made = outer()
    next(made)
    next(made)
    for value in inner():
        str(value)
    list(outer())
    first, = inner()
    closing = finishing()
    next(closing)
    closing.close()
    never()
    sum(x for x in inner())
    max(*inner(), 5)
