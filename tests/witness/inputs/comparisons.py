"""Comparisons, membership, hashing, truth."""
class C:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __lt__(self, other): return True
    def __ge__(self, other): return True
    def __hash__(self): return 1
    def __contains__(self, item): return True
    def __len__(self): return 1

class B:
    def __bool__(self): return True

def run():
    c, d = C(), C()
    c == d
    c != d
    c < d
    c >= d
    c < d < c
    1 in c
    1 not in c
    {c: 1}[d]
    {c}
    if c:
        len(c)
    if not B():
        pass
    b = B()
    b and c
    b or c
    x = b and (c or b)
    1 if b else 2
    if b and c:
        pass
    if b or c:
        pass
    while b:
        break
    while not (b and c):
        pass
    assert b
    assert b and c, "text"
    [1 for x in [1] if b]
    not b
    bool(b)
    c in [d]
