"""Closures, nested definitions, functions redefined."""
def outer(n):
    def middle():
        def inner():
            return n
        return inner()
    return middle

def again():
    return 1

first = again

def again():
    return first()

def run():
    outer(1)()
    again()
    def local():
        return outer(2)()
    return local()
