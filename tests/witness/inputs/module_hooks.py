"""Importing modules that call, and a module's ``__getattr__``."""
def run():
    import module_hooks_other
    from module_hooks_other import absent
    module_hooks_other.also_absent
    module_hooks_other.present()
    return absent
