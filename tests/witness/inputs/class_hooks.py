"""``__init_subclass__``, ``__set_name__``, class bodies that call, nested classes."""
def f():
    return 1

class Base:
    def __init_subclass__(cls, **keywords):
        super().__init_subclass__()
        f()

class Named:
    def __set_name__(self, owner, name):
        f()

class Child(Base):
    n = Named()
    x = f()
    if f():
        y = f()

    class Nested(Base):
        z = f()

def run():
    class Local(Base):
        n = Named()
        x = f()
    return Local
