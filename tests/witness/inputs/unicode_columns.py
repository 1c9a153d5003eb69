"""Places behind characters of several bytes."""
def f(x):
    return x

class Ä:
    def ü(self): return self

def run():
    return ("äöü", f("é"), "日本", Ä().ü().ü(), f(f"{f('ß')}→{f('→')}"))
