"""``with``: one and several managers, nested, generators, exceptions."""
from contextlib import ExitStack, closing, contextmanager

class Manager:
    def __init__(self, swallow=False):
        self.swallow = swallow

    def __enter__(self):
        return note()

    def __exit__(self, *raised):
        return self.swallow

    def close(self):
        pass

def note():
    return 1

@contextmanager
def scope(n):
    note()
    yield n
    note()

def early():
    with Manager():
        return note()

def run():
    with Manager():
        note()
    with Manager() as a, Manager() as b:
        note()
    with (
        Manager() as a,
        scope(1) as b,
    ):
        note()
    with Manager(swallow=True):
        raise ValueError
    with scope(2):
        with scope(3):
            note()
    with ExitStack() as stack:
        stack.enter_context(Manager())
        stack.callback(note)
    with closing(Manager()):
        pass
    early()
    m = Manager()
    with m:
        pass
