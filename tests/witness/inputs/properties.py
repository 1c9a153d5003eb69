"""Properties: read, set, deleted, inherited, cached."""
import functools

class P:
    @property
    def value(self):
        return 1

    @value.setter
    def value(self, new):
        self.check(new)

    @value.deleter
    def value(self):
        pass

    def check(self, new):
        pass

    @functools.cached_property
    def once(self):
        return self.value

class Q(P):
    @property
    def value(self):
        return super().value

def run():
    p = P()
    p.value
    p.value = 1
    p.value += 1
    del p.value
    p.once
    p.once
    Q().value
    getattr(p, "value")
    setattr(p, "value", 1)
    hasattr(p, "value")
    (p
        .value)
