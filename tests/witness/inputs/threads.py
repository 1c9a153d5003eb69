"""Threads: their targets have no caller; what they call has."""
import threading
from concurrent.futures import ThreadPoolExecutor

def inner():
    pass

def target():
    inner()

class Worker(threading.Thread):
    def run(self):
        inner()

def job(n):
    inner()
    return n

def run():
    thread = threading.Thread(target=target)
    thread.start()
    thread.join()
    worker = Worker()
    worker.start()
    worker.join()
    with ThreadPoolExecutor(1) as pool:
        list(pool.map(job, [1, 2]))
        pool.submit(job, 3).result()
