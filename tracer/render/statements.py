"""Which pages state a claim, read off the rendered pages themselves.

Every badge carries its claim's id, so a page states what its badges say; nothing has to be kept in step by hand. The
verification pages repeat claims to explain them and do not count, except that they are the only home of some.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from tracer.model.claims import Claim
from tracer.render.addresses import anchor_of

_STATED = re.compile(rb'data-claim="(c-[0-9a-f]+)"')


def find_statements(claims: Iterable[Claim], files: Mapping[str, bytes]) -> Mapping[str, tuple[str, ...]]:
    """Map each claim's key to the sorted paths, below ``docs/generated``, of the pages that state it."""
    stated: defaultdict[str, set[str]] = defaultdict(set)
    for path, content in files.items():
        if path.endswith(".md") and "/verification/" not in path:
            for claim_id in set(_STATED.findall(content)):
                stated[claim_id.decode()].add(path)
    return {claim.key: tuple(sorted(stated.get(anchor_of(claim.key), ()))) for claim in claims}
