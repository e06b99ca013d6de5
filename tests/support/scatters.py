"""Scatters of points, some of hostile names."""

from mnetcost.analysis.compare.pareto import Priced, front
from mnetcost.tabular import Point, Scatter

# Howard et al. 2017, Table 6, exactly (data/exact_totals.csv): parameters and mult-adds.
WIDTHS = {
    "mobilenet_v1": (4_209_088, 568_740_352),
    "mobilenet_v1@alpha=0.75": (2_568_144, 325_400_448),
    "mobilenet_v1@alpha=0.5": (1_319_648, 149_497_088),
    "mobilenet_v1@alpha=0.25": (463_600, 41_030_272),
}
HOSTILE = [
    *("$x_1^2$", r"\frac{a}{b}", "<script>alert(1)</script>&amp;", "]]>", "[red]x[/red]"),
    *("\x1b[31mred", "a\nb", "移动网络 😀", "q" * 300, "\udcff", "'\"", "移" * 200),
]


def cheapest(points: list[tuple[int, int]]) -> set[tuple[int, int]]:
    """The pairs of costs on the front, where all are worth the same."""
    return {points[place] for place in front(Priced(0, *one) for one in points)}


def scatter(*points: tuple[str, int, int]) -> Scatter:
    best = cheapest([point[1:] for point in points])
    return Scatter("Parameters", "Mult-adds", tuple(Point(*one, one[1:] in best) for one in points))


def hostile(count: int) -> Scatter:
    names = [HOSTILE[turn % len(HOSTILE)] for turn in range(count)]
    return scatter(*((name, 900 + 40 * n, 10**6 // (n + 1)) for n, name in enumerate(names)))
