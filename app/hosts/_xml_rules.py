"""Rules for XML files of packages: the order of elements, words of a closed list, ids."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from lxml import etree

from app.hosts._package_findings import Finding


def local(element: etree._Element) -> str:
    """An element's name without its namespace."""
    return etree.QName(element).localname


def children(element: etree._Element) -> list[etree._Element]:
    """Elements only: comments are no part of a manifest."""
    return [each for each in element if isinstance(each.tag, str)]


def line(element: etree._Element) -> int:
    """The line that it begins in, from 1."""
    return element.sourceline or 1  # type: ignore[return-value]  # its stubs know no number


def ordered(path: str, element: etree._Element, order: Sequence[str], required: Collection[str]) -> Iterator[Finding]:
    """Whether the children are known ones, in the order that the host demands, and none is missing."""
    names = [local(each) for each in children(element)]
    reached = 0
    for each in children(element):
        name = local(each)
        if name not in order:
            mend = f"Take it out; {local(element)} takes {', '.join(order)}."
            yield Finding(path, line(each), f"<{name}> is not known in <{local(element)}>.", mend)
            continue
        if order.index(name) < reached:
            before = order[reached]
            yield Finding(path, line(each), f"<{name}> comes after <{before}>.", f"Move it: {' < '.join(order)}.")
        reached = max(reached, order.index(name))
    for name in order:
        if name in required and name not in names:
            yield Finding(path, line(element), f"<{local(element)}> has no <{name}>.", f"Add <{name}>.")


def one_of(path: str, element: etree._Element, attribute: str, allowed: Collection[str]) -> Iterator[Finding]:
    """Whether an attribute has one of the values that the host knows."""
    value = element.get(attribute)
    if value not in allowed:
        name = etree.QName(attribute).localname
        what = f"{name} of <{local(element)}> is {value!r}." if value else f"<{local(element)}> has no {name}."
        yield Finding(path, line(element), what, f"Use one of: {', '.join(sorted(allowed))}.")
