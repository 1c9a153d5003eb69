"""``__getattr__``, ``__getattribute__``, ``__setattr__``, ``__delattr__``."""
class Delegate:
    def __init__(self, inner):
        self.inner = inner

    def __getattr__(self, name):
        return getattr(self.inner, name)

class Watch:
    def __getattribute__(self, name):
        return super().__getattribute__(name)

    def __setattr__(self, name, value):
        super().__setattr__(name, value)

    def __delattr__(self, name):
        object.__delattr__(self, name)

class Inner:
    def work(self):
        return 1

def run():
    Delegate(Inner()).work()
    hasattr(Delegate(Inner()), "absent")
    w = Watch()
    w.a = 1
    w.a
    w.a += 1
    del w.a
    w.b, w.c = 1, 2
    for w.d in [1]:
        pass
    with open(__file__) as w.e:
        pass
    w.e.close()
