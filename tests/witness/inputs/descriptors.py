"""Descriptors of their own."""
class Field:
    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, instance, owner=None):
        return self if instance is None else 1

    def __set__(self, instance, value):
        check(value)

    def __delete__(self, instance):
        pass

class Lazy:
    def __init__(self, function):
        self.function = function

    def __get__(self, instance, owner=None):
        return self.function(instance)

def check(value):
    pass

class Model:
    size = Field()

    @Lazy
    def area(self):
        return 4

def run():
    m = Model()
    m.size
    m.size = 2
    del m.size
    Model.size
    m.area
