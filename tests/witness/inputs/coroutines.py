"""Coroutines: awaited, gathered, made and never awaited."""
import asyncio

async def leaf(n):
    await asyncio.sleep(0)
    return n

async def branch(n):
    return await leaf(n) + await leaf(n + 1)

async def main():
    await branch(1)
    await asyncio.gather(branch(2), branch(3))
    task = asyncio.create_task(leaf(9))
    await task
    leaf(0).close()

def run():
    asyncio.run(main())
    coroutine = leaf(5)
    coroutine.close()
