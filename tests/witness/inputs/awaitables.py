"""Objects with ``__await__``."""
def helper():
    pass

class Ready:
    def __await__(self):
        helper()
        yield
        return 1

async def wait():
    return await Ready()

def run():
    coroutine = wait()
    coroutine.send(None)
    try:
        coroutine.send(None)
    except StopIteration:
        pass
