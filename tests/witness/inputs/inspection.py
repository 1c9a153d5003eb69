"""Code that looks at its own frames, names and ``super``."""
import sys

def locals_of():
    a = 1
    return sorted(locals())

def caller_name():
    return sys._getframe(1).f_code.co_name

class K:
    def m(self):
        return __class__, super().__init__, vars(self)

    def __private(self):
        return dir()

    def public(self):
        return self.__private()

def run():
    assert locals_of() == ["a"]
    assert caller_name() == "run"
    K().m()
    K().public()
    globals()
