"""Code made by ``exec`` and ``eval`` calls in and is called."""
def f():
    return 1

def run():
    space = {"f": f}
    exec("def made():\n    return f()\nmade()", space)
    space["made"]()
    eval("f() + f()", space)
    eval("(lambda: f())", space)()
    code = compile("f()", "<made>", "eval")
    eval(code, space)
