"""Metaclasses: making classes, calling them, comparing with them."""
class Meta(type):
    @classmethod
    def __prepare__(mcs, name, bases, **keywords):
        return {}

    def __new__(mcs, name, bases, namespace, **keywords):
        return super().__new__(mcs, name, bases, namespace)

    def __init__(cls, name, bases, namespace, **keywords):
        super().__init__(name, bases, namespace)
        note()

    def __call__(cls, *args):
        note()
        return super().__call__(*args)

    def __instancecheck__(cls, instance):
        return True

    def __len__(cls):
        return 1

    @property
    def title(cls):
        return "t"

def note():
    pass

class K(metaclass=Meta):
    def __init__(self):
        note()

class L(K, flag=note()):
    pass

def run():
    K()
    L()
    isinstance(1, K)
    len(K)
    K.title
    Meta("M", (), {})
    class Local(K):
        x = note()
    Local()
