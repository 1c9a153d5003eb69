"""Cooperative and skipping ``super``."""
class Root:
    def go(self):
        return []

class Left(Root):
    def go(self):
        return super().go()

class Right(Root):
    def go(self):
        return super().go()

class Leaf(Left, Right):
    def go(self):
        return super().go() + super(Left, self).go() + Root.go(self)

    @classmethod
    def build(cls):
        return cls()

class Under(Leaf):
    @classmethod
    def build(cls):
        return super().build()

def run():
    Leaf().go()
    Under.build().go()
    bound = super(Leaf, Leaf()).go
    bound()
