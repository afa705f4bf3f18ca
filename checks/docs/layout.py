"""Lay a graph without circles out in rows: each node below all that lead to it.

An edge over several rows passes each row at a point of its own, so that it crosses no box. The same graph
gives the same picture.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter

Edge = tuple[str, str]
Point = tuple[float, float]

ROW_HEIGHT = 84.0
BOX_HEIGHT = 34.0
_GAP = 16.0
_PASSAGE_WIDTH = 2.0
_CHARACTER_WIDTH = 7.6
_SWEEPS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Hold the center of each node and the points that each edge passes, from its source to its target."""

    centers: Mapping[str, Point]
    routes: Mapping[Edge, Sequence[Point]]
    width: float
    height: float


def box_width(label: str) -> float:
    """Return how wide the box of a node is."""
    return 24 + _CHARACTER_WIDTH * len(label)


def reduced(edges: Iterable[Edge]) -> set[Edge]:
    """Return the edges that no longer path says as well."""
    all_edges = set(edges)
    return {
        (start, end)
        for start, end in all_edges
        if not any(
            end in _reachable(next_, all_edges)
            for first, next_ in all_edges
            if first == start and next_ != end
        )
    }


def lay_out(nodes: Iterable[str], edges: Iterable[Edge]) -> Layout:
    """Return where nodes and edges are drawn. Raises graphlib.CycleError where the edges have a circle."""
    all_nodes, all_edges = sorted(nodes), sorted(edges)
    depth = _depths(all_nodes, all_edges)
    rows: list[list[str]] = [[] for _ in range(max(depth.values()) + 1)]
    for node in all_nodes:
        rows[depth[node]].append(node)
    segments: list[Edge] = []
    chains: dict[Edge, list[str]] = {}
    for start, end in all_edges:
        passages = [f"{start} {end} {row}" for row in range(depth[start] + 1, depth[end])]
        for passed, passage in enumerate(passages, depth[start] + 1):
            rows[passed].append(passage)
        chains[start, end] = [start, *passages, end]
        segments += zip(chains[start, end], chains[start, end][1:], strict=False)
    rows = _fewest_crossings(rows, segments)
    width = max(sum(map(_width, row)) + _GAP * (len(row) - 1) for row in rows)
    centers = {}
    for number, row in enumerate(rows):
        space = (width - sum(map(_width, row))) / (len(row) + 1)
        x = 0.0
        for node in row:
            x += space
            centers[node] = (x + _width(node) / 2, BOX_HEIGHT / 2 + number * ROW_HEIGHT)
            x += _width(node)
    return Layout(
        centers={node: centers[node] for node in all_nodes},
        routes={edge: [centers[node] for node in chain] for edge, chain in chains.items()},
        width=width,
        height=BOX_HEIGHT + (len(rows) - 1) * ROW_HEIGHT,
    )


def _width(node: str) -> float:
    return _PASSAGE_WIDTH if " " in node else box_width(node)


def _reachable(start: str, edges: set[Edge]) -> set[str]:
    found = {start}
    while more := {end for first, end in edges if first in found} - found:
        found |= more
    return found


def _depths(nodes: Iterable[str], edges: Iterable[Edge]) -> dict[str, int]:
    """Return each node's row: as far down as the longest path that leads to it.

    A node without any is right above the first one that it leads to.
    """
    sorter: TopologicalSorter[str] = TopologicalSorter({node: set() for node in nodes})
    importers: dict[str, set[str]] = {}
    imported: dict[str, set[str]] = {}
    for start, end in edges:
        sorter.add(end, start)
        importers.setdefault(end, set()).add(start)
        imported.setdefault(start, set()).add(end)
    depths: dict[str, int] = {}
    for node in sorter.static_order():
        depths[node] = max((depths[above] + 1 for above in importers.get(node, ())), default=0)
    for node in imported.keys() - importers.keys():
        depths[node] = min(depths[below] for below in imported[node]) - 1
    return depths


def _fewest_crossings(rows: list[list[str]], segments: Sequence[Edge]) -> list[list[str]]:
    """Return the rows in the best order that sweeping up and down finds."""
    best, fewest = rows, _crossings(rows, segments)
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        neighbors: dict[str, list[str]] = {}
        for start, end in segments:
            neighbors.setdefault(end if down else start, []).append(start if down else end)
        ordered = list(rows)
        numbers = range(1, len(rows)) if down else range(len(rows) - 2, -1, -1)
        for number in numbers:
            place = {node: i for i, node in enumerate(ordered[number - 1 if down else number + 1])}
            keys = {}
            for i, node in enumerate(ordered[number]):
                beside = [place[other] for other in neighbors.get(node, ())]
                keys[node] = sum(beside) / len(beside) if beside else float(i)
            ordered[number] = sorted(ordered[number], key=lambda node: (keys[node], node))
        rows = ordered
        if (crossings := _crossings(rows, segments)) < fewest:
            best, fewest = rows, crossings
    return best


def _crossings(rows: Sequence[Sequence[str]], segments: Iterable[Edge]) -> int:
    place = {node: (number, i) for number, row in enumerate(rows) for i, node in enumerate(row)}
    between: dict[int, list[tuple[int, int]]] = {}
    for start, end in segments:
        between.setdefault(place[start][0], []).append((place[start][1], place[end][1]))
    return sum(
        (a - c) * (b - d) < 0
        for pairs in between.values()
        for i, (a, b) in enumerate(pairs)
        for c, d in pairs[i + 1 :]
    )
