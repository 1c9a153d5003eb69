"""Functions put in place of others."""
class A:
    def m(self):
        return 1

    def n(self):
        return self.m()

def replacement(self):
    return original(self)

original = A.m

def run():
    a = A()
    a.n()
    A.m = replacement
    a.n()
    a.m = lambda: 3
    a.n()
    setattr(A, "n", lambda self: self.m())
    a.n()
