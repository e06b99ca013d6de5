"""Pictures to draw: published networks, and charts of points of hostile names."""

from mnetcost.picture import Chart, Mark, Place, Role, Series, logarithmic

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
PAIRS = """
input: {height: 24, width: 32, channels: 3}
layers:
  - conv: {out: 8, kernel: 3}
  - separable: {out: 16, kernel: [3, 5]}
  - separable: {name: wide, out: 32, kernel: [3, 5], multiplier: 2}
  - dense_head
blocks:
  dense_head: {layers: [global_avg_pool, dense: {out: 10, scale: false}]}
"""


def chart(rest: list[tuple[str, int, int]], best: list[tuple[str, int, int]]) -> Chart:
    """Points (name, x, y): those on the front, and the others."""
    groups = ((rest, Role.REST, "other"), (best, Role.BEST, "Pareto front"))
    series = tuple(
        Series(name, Mark.POINTS, role, tuple(Place(x, y, called) for called, x, y in points))
        for points, role, name in groups
        if points
    )
    every = [place for one in series for place in one.places]
    x = logarithmic("Parameters", [place.x for place in every])
    y = logarithmic("Mult-adds (MACs)", [place.y for place in every])
    return Chart("networks", "Comparison", ("convention “paper”",), x, y, series)


def hostile(count: int) -> Chart:
    """So many points of hostile names, each better in one way and worse in the other."""
    names = [HOSTILE[turn % len(HOSTILE)] for turn in range(count)]
    points = [(name, 900 + 40 * n, 10**6 // (n + 1)) for n, name in enumerate(names)]
    return chart(points[1::2], points[::2])
