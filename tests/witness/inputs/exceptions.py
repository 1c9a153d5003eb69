"""Exceptions: raised, caught, in ``finally``, with a class of their own."""
class Oops(Exception):
    def __init__(self, code):
        super().__init__(code)
        self.code = code

class Bare(Exception):
    def __init__(self):
        super().__init__("bare")

def fails(code):
    raise Oops(code)

def handler(error):
    return error.code

def always():
    pass

def run():
    try:
        fails(always())
    except Oops as error:
        handler(error)
    else:
        always()
    finally:
        always()
    try:
        raise Bare
    except Bare:
        always()
    try:
        always(fails(1))
    except Exception:
        always()
