"""Draw the packages and their imports as they are in the code."""

import ast
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from pathlib import Path

import grimp

from checks.docs.layout import BOX_HEIGHT, Edge, Layout, Point, box_width, lay_out, reduced

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("checks", "constructs_lib", "media_pipeline", "sandbox", "stacks", "tools")

_MARGIN = 28.0
_TITLE_HEIGHT = 50.0
_FILLS = {"checks": "#E2E8F0", "constructs_lib": "#FBE3C8", "sandbox": "#D7E8F7", "stacks": "#F9D9C0"}
_FILLS |= {"main": "#F5C6A5", "media_pipeline": "#D5EBD3", "tools": "#E4DAF3"}
_STYLE = (
    "text{font-family:Helvetica,Arial,sans-serif;fill:#1A202C}"
    ".n{font-size:13px;font-weight:600;text-anchor:middle}"
    ".h{font-size:15px;font-weight:700}.c{font-size:12px;fill:#4A5568}"
    ".a{fill:none;stroke:#2D3748;stroke-width:1.5}"
    ".i{fill:none;stroke:#A0AEC0;stroke-width:1}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Say where a part of the picture is."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Describe one part of the picture: packages, and which of them import which."""

    title: str
    caption: str
    prefix: str
    nodes: Sequence[str]
    edges: Collection[Edge]

    @property
    def layout(self) -> Layout:
        """Return where everything is, in the panel's own coordinates."""
        label = {node: node.removeprefix(self.prefix) for node in self.nodes}
        return lay_out(label.values(), {(label[a], label[b]) for a, b in self.edges})


def packages_picture() -> str:
    """Return the picture as SVG: the whole project, the functions, the sandbox, and its MediaConvert."""
    panels = [(panel, panel.layout) for panel in _panels()]
    rows = [panels[:3], panels[3:]]
    widths = [sum(layout.width + 3 * _MARGIN for _, layout in row) + _MARGIN for row in rows]
    width = max(widths)
    parts: list[str] = []
    top = _MARGIN
    for row, needed in zip(rows, widths, strict=True):
        height = max(layout.height for _, layout in row) + _TITLE_HEIGHT + 2 * _MARGIN
        left, spare = _MARGIN, (width - needed) / len(row)
        for panel, layout in row:
            frame = Frame(left=left, top=top, width=layout.width + 2 * _MARGIN + spare, height=height)
            parts += _drawn(panel, layout, frame)
            left += frame.width + _MARGIN
        top += height + _MARGIN
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {top:.0f}" '
            f'width="{width:.0f}" height="{top:.0f}" role="img" aria-labelledby="title desc">',
            '<title id="title">The packages and their imports</title>',
            '<desc id="desc">An arrow leads from a package to one that it imports. A gray arrow is an import '
            "of a package that dark arrows reach too.</desc>",
            '<defs><marker id="m" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="6" markerHeight="6" '
            'orient="auto"><path d="M0 0L10 5L0 10z" fill="#2D3748"/></marker>'
            '<marker id="g" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="6" markerHeight="6" '
            'orient="auto"><path d="M0 0L10 5L0 10z" fill="#A0AEC0"/></marker></defs>',
            f"<style>{_STYLE}</style>",
            f'<rect width="{width:.0f}" height="{top:.0f}" fill="#F7FAFC"/>',
            *parts,
            "</svg>\n",
        )
    )


def _panels() -> Iterator[Panel]:
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    main = {("main", name) for name in _imported_by(ROOT / "main.py") if name in PACKAGES}
    yield Panel(
        title="The project",
        caption="without tests, which import everything",
        prefix="",
        nodes=("main", *PACKAGES),
        edges=main | _edges(graph, PACKAGES),
    )
    for package, caption in (
        ("media_pipeline", "the code of the functions, in lambda_src"),
        ("sandbox", "the pipeline on one machine"),
        ("sandbox.mediaconvert", "the MediaConvert endpoint of the sandbox"),
    ):
        nodes = sorted(graph.find_children(package))
        edges = _edges(graph, nodes)
        yield Panel(title=package, caption=caption, prefix=f"{package}.", nodes=nodes, edges=edges)


def _edges(graph: grimp.ImportGraph, nodes: Collection[str]) -> set[Edge]:
    """Return which of these packages import which, by any of their modules."""
    owners = {
        module: node
        for node in nodes
        for module in graph.modules
        if module == node or module.startswith(f"{node}.")
    }
    return {
        (owner, owners[imported])
        for module, owner in owners.items()
        for imported in graph.find_modules_directly_imported_by(module)
        if owners.get(imported, owner) != owner
    }


def _imported_by(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


def _drawn(panel: Panel, layout: Layout, frame: Frame) -> Iterator[str]:
    yield (
        f'<rect x="{frame.left:.1f}" y="{frame.top:.1f}" width="{frame.width:.1f}" '
        f'height="{frame.height:.1f}" rx="12" fill="#fff" stroke="#CBD5E0"/>'
    )
    x = frame.left + _MARGIN
    yield f'<text x="{x:.1f}" y="{frame.top + 28:.1f}" class="h">{escape(panel.title)}</text>'
    yield f'<text x="{x:.1f}" y="{frame.top + 46:.1f}" class="c">{escape(panel.caption)}</text>'
    offset = (frame.left + (frame.width - layout.width) / 2, frame.top + _TITLE_HEIGHT + _MARGIN)
    direct = reduced(layout.routes)
    # The gray ones first, so that none covers a dark one.
    for edge in sorted(layout.routes, key=lambda edge: (edge in direct, edge)):
        style = 'class="a" marker-end="url(#m)"' if edge in direct else 'class="i" marker-end="url(#g)"'
        yield f'<path d="{_curve(layout.routes[edge], offset)}" {style}/>'
    for label, (x, y) in layout.centers.items():
        box = box_width(label)
        fill = _FILLS[(panel.prefix or label).split(".")[0]]
        yield (
            f'<rect x="{offset[0] + x - box / 2:.1f}" y="{offset[1] + y - BOX_HEIGHT / 2:.1f}" '
            f'width="{box:.1f}" height="{BOX_HEIGHT:.0f}" rx="7" fill="{fill}" stroke="#4A5568"/>'
        )
        yield f'<text x="{offset[0] + x:.1f}" y="{offset[1] + y + 4.5:.1f}" class="n">{escape(label)}</text>'


def _curve(route: Sequence[Point], offset: Point) -> str:
    """Return the path of an edge: out of the bottom of a box, into the top of another one."""
    points = [(x + offset[0], y + offset[1]) for x, y in route]
    half = BOX_HEIGHT / 2
    points[0] = (points[0][0], points[0][1] + half)
    points[-1] = (points[-1][0], points[-1][1] - half - 1)
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (x, y), (to_x, to_y) in pairwise(points):
        middle = (y + to_y) / 2
        path += f"C{x:.1f} {middle:.1f} {to_x:.1f} {middle:.1f} {to_x:.1f} {to_y:.1f}"
    return path
