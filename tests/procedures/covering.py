"""A few forms that together hold everything a printed form can be made of.

Drawing a PDF takes half a second, and nothing in the drawing knows which procedure a form belongs to: it sees blocks.
Whatever block, beside whatever is special about it, stands on any of the forms stands on one of the few.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

from procedures.printing import blocks

Key = TypeVar("Key")


def few(forms: Mapping[Key, blocks.PaperForm]) -> list[Key]:
    """The fewest found by always taking the form that adds most; the first of equal ones."""
    left = {key: set(_parts(form)) for key, form in forms.items()}
    chosen = []
    while any(left.values()):
        best = max(left, key=lambda key: len(left[key]))
        chosen.append(best)
        seen = left.pop(best)
        left = {key: parts - seen for key, parts in left.items()}
    return chosen


def _parts(form: blocks.PaperForm) -> Iterator[tuple[object, ...]]:
    yield ("head", bool(form.origin), form.addressee_is_open, bool(form.revised), form.mark is None)
    yield ("end", len(form.pledges) > 0, len(form.signatures))
    yield from (("enclosure", bool(paper.amount), bool(paper.note)) for paper in form.enclosures)
    for section in form.sections:
        for block in section.blocks:
            yield (block.block, block.under)
            yield from ((block.block, *special) for special in _special(block))


def _special(block: blocks.Block) -> Iterator[tuple[object, ...]]:
    """What the template or the style sheet asks about a block."""
    if isinstance(block, blocks.Line | blocks.Pair):
        for line in block.lines if isinstance(block, blocks.Pair) else (block,):
            yield (line.kind, bool(line.value), bool(line.unit))
            yield (line.rows if not line.value else 0,)
    if isinstance(block, blocks.Boxes):
        yield (bool(block.label), any(o.ticked for o in block.options), bool(block.then))
        yield (block.label.endswith("?"), min(len(block.options), 3))
    if isinstance(block, blocks.Table):
        yield from ((column.kind, bool(column.note)) for column in block.columns)
        yield from (("width", column.width) for column in block.columns)
        yield ("whole", len(block.rows) <= 6)
