"""From cables between devices to a tree. Plain values only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Hanging:
    """What hangs on the ports of a switch."""

    cords: int = 0
    panels: int = 0
    outlets: int = 0
    points: int = 0


@dataclass(frozen=True)
class Node:
    """A device that carries others on. `is_edge`: a router or a firewall."""

    id: int
    tag: str
    label: str
    category: str
    is_edge: bool
    rack_id: int | None = None
    rack: str | None = None
    unit: int | None = None


@dataclass(frozen=True)
class Placed:
    """A node in the tree: `depth` from 0, `parent` the node that it hangs on."""

    node: Node
    depth: int
    parent: int | None


@dataclass(frozen=True)
class Tree:
    """`placed` from the top down, every node after its parent. `loose`: nothing says how they are connected.

    `extra` are cables between nodes that the tree does not need: a second way, or a ring.
    """

    placed: Sequence[Placed] = ()
    loose: Sequence[Node] = ()
    extra: Sequence[tuple[int, int]] = ()
    root_is_guessed: bool = False
    children: Mapping[int, int] = field(default_factory=dict)


def tree(nodes: Sequence[Node], cables: Iterable[tuple[int, int]], entrances: Sequence[int]) -> Tree:
    """The nodes by their cables, from where the lines of the school arrive (`entrances`, ids of nodes).

    Where nobody knows that, from the routers and firewalls with a cable, else from the node with most cables: a guess.
    """
    known = {node.id: node for node in nodes}
    links = {(min(a, b), max(a, b)) for a, b in cables if a in known and b in known and a != b}
    next_to: dict[int, list[int]] = defaultdict(list)
    for a, b in sorted(links):
        next_to[a].append(b)
        next_to[b].append(a)
    said = [one for one in dict.fromkeys(entrances) if one in known]
    roots = said or _guessed(nodes, next_to)
    placed, used = _grown(known, next_to, roots)
    reached = {one.node.id for one in placed}
    rest = [node for node in nodes if node.id not in reached]
    islands = [node for node in rest if next_to[node.id]]
    while islands:  # connected with each other, but not with where the line arrives
        more, ways = _grown(known, next_to, _guessed(islands, next_to)[:1])
        placed, used = [*placed, *more], used | ways
        reached |= {one.node.id for one in more}
        islands = [node for node in islands if node.id not in reached]
    children: dict[int, int] = defaultdict(int)
    for one in placed:
        if one.parent is not None:
            children[one.parent] += 1
    return Tree(
        placed,
        [node for node in nodes if node.id not in reached],
        sorted(links - used),
        not said,
        dict(children),
    )


def _guessed(nodes: Sequence[Node], next_to: Mapping[int, Sequence[int]]) -> list[int]:
    joined = [node for node in nodes if next_to.get(node.id)]
    edges = [node.id for node in joined if node.is_edge]
    if edges:
        return edges
    most = max(joined, key=lambda node: (len(next_to[node.id]), -node.id), default=None)
    return [most.id] if most is not None else []


def _grown(
    known: Mapping[int, Node], next_to: Mapping[int, Sequence[int]], roots: Sequence[int]
) -> tuple[list[Placed], set[tuple[int, int]]]:
    """Each node below the one that is nearest to a root; depth first, in the order of their names."""
    parent: dict[int, int | None] = dict.fromkeys(roots)
    queue, used = list(roots), set[tuple[int, int]]()
    for here in queue:
        for there in sorted(next_to.get(here, ()), key=lambda one: known[one].tag):
            if there not in parent:
                parent[there] = here
                queue.append(there)
                used.add((min(here, there), max(here, there)))
    below: dict[int, list[int]] = defaultdict(list)
    for one in queue:
        above = parent[one]
        if above is not None:
            below[above].append(one)
    placed, waiting = list[Placed](), [(one, 0) for one in reversed(roots)]
    while waiting:
        one, depth = waiting.pop()
        placed.append(Placed(known[one], depth, parent[one]))
        waiting += [(child, depth + 1) for child in reversed(below[one])]
    return placed, used
