"""Library code between caller and callee."""
import functools
import json
from collections import UserDict, defaultdict

class Encoder(json.JSONEncoder):
    def default(self, value):
        return convert(value)

class Table(UserDict):
    def __getitem__(self, key):
        return super().__getitem__(key)

def convert(value):
    return 1

def made():
    return []

@functools.cache
def cached(n):
    return convert(n)

def run():
    json.dumps({"a": object()}, cls=Encoder)
    json.loads('{"a": 1}', object_hook=lambda item: convert(item))
    table = Table(a=1)
    table["a"]
    table.get("a")
    defaultdict(made)["x"]
    cached(1)
    cached(1)
