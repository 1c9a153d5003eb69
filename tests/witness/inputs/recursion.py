"""A function that calls itself, and two that call each other."""
def down(n):
    return n and down(n - 1)

def even(n):
    return True if n == 0 else odd(n - 1)

def odd(n):
    return False if n == 0 else even(n - 1)

def run():
    down(5)
    even(4)
