"""``map`` made in one place and consumed in another."""
def f(x):
    return x

def run():
    made = map(f, [1, 2])
    next(made)
    for value in made:
        str(value)
    a, b = map(f, "xy")
    [*map(f, "z")]
