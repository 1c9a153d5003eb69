"""``async for``, ``async with``, asynchronous generators and comprehensions."""
import asyncio

class Manager:
    async def __aenter__(self):
        return helper()

    async def __aexit__(self, *raised):
        helper()

class Counter:
    def __init__(self):
        self.n = 0

    def __aiter__(self):
        return self

    async def __anext__(self):
        self.n += 1
        if self.n > 2:
            raise StopAsyncIteration
        return self.n

def helper():
    return 1

async def agen():
    yield helper()
    yield 2

async def main():
    async with Manager() as value:
        str(value)
    async for n in Counter():
        helper()
    async for n in agen():
        helper()
    [n async for n in Counter()]
    [n async for n in agen() if helper()]

def run():
    asyncio.run(main())
