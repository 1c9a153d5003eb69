"""Values sent and exceptions thrown into generators."""
def note(value):
    return value

def echo():
    received = None
    while True:
        try:
            received = yield note(received)
        except ValueError:
            note("caught")

def run():
    e = echo()
    next(e)
    e.send(1)
    e.throw(ValueError())
    e.close()
