"""Abstract bases, mixins, methods resolved in the leaf."""
from abc import ABC, abstractmethod

class Base(ABC):
    @abstractmethod
    def get(self):
        ...

    def use(self):
        return self.get()

class Mixin:
    def get(self):
        return self.extra()

class Leaf(Mixin, Base):
    def extra(self):
        return 1

def run():
    Leaf().use()
    isinstance(Leaf(), Base)
