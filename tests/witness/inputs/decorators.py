"""Decorators: plain, with arguments, stacked, classes, on methods."""
import functools

def plain(function):
    return function

def wrapping(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)
    return wrapper

def configured(level):
    def decorate(function):
        def inner(*args):
            return function(*args)
        return inner
    return decorate

class Counted:
    def __init__(self, function):
        self.function = function

    def __call__(self, *args):
        return self.function(*args)

@plain
def a():
    pass

@wrapping
@configured(
    2,
)
def b():
    a()

@Counted
def c():
    b()

class K:
    @wrapping
    def m(self):
        return c()

    @staticmethod
    @plain
    def s():
        pass

    @classmethod
    def k(cls):
        cls.s()

    @functools.lru_cache
    def cached(self):
        return a()

@plain
class L(K):
    pass

def run():
    c()
    L().m()
    K.k()
    L.s()
    item = K()
    item.cached()
    item.cached()
