"""Chains of methods over several lines: same start, different ends."""
class Query:
    def where(self, *conditions):
        return self

    def order(self, key=None):
        return self

    def all(self):
        return []

def make():
    return Query()

def run():
    (make()
        .where(
            1,
        )
        .where().order(
            key=lambda row: row)
        .all())
    make().where().where().where()
