"""The module that ``module_hooks`` imports."""
def present():
    return 1

def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return present()

present()

def run():
    pass
