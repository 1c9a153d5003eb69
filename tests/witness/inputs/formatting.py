"""f-strings and conversions."""
class T:
    def __format__(self, spec):
        return "f"

    def __str__(self):
        return "s"

    def __repr__(self):
        return "r"

def f():
    return T()

def run():
    t = T()
    f"{t} {t!r} {t!s:>3} {f()}"
    f"{t:{len('ab')}}" "tail" f"{t}"
    str(t)
    repr(t)
    "%s %r" % (t, t)
    "{} {!r}".format(t, t)
    format(t, "x")
    print(t, end="", file=Sink())

class Sink:
    def write(self, text):
        pass
