"""Constructing: ``__new__``, ``__init__``, inherited, by ``super``, by alternative constructors."""
class A:
    def __new__(cls, *args):
        return super().__new__(cls)

    def __init__(self, *args):
        self.args = args

    @classmethod
    def make(cls):
        return cls(1)

class B(A):
    def __init__(self):
        super().__init__(2)
        A.__init__(self)

class C(A):
    pass

class Other:
    def __new__(cls):
        return 5

    def __init__(self):
        pass

def run():
    A()
    B()
    C(1)
    C.make()
    B.make
    Other()
    for cls in (A, C):
        cls()
    type(A())(3)
