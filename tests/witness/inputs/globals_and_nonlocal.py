"""``global`` and ``nonlocal`` inside bodies, starred assignment, ``del``."""
count = 0

def bump():
    global count
    count += 1
    return count

def counter():
    n = 0
    def step():
        nonlocal n
        n += bump()
        return n
    return step

def run():
    step = counter()
    step()
    step()
    first, *rest = [bump(), bump()]
    del first
