"""Student's t, from its density alone, so that nothing is shared with the program that is checked."""

import math
from functools import cache

import polars as pl

# Half a unit of the sixth decimal.
ROUNDING = 0.5e-6


@cache
def quantile(freedom: int, error: float = 0.05) -> float:
    """The two-sided point that is missed with a probability of `error`, by bisection over Simpson's rule."""
    scale = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)) / math.sqrt(freedom * math.pi)

    def middle(t: float) -> float:
        # Of t = sqrt(freedom) * tan(angle), whose density has no tails to cut off.
        steps, end = 2000, math.atan(t / math.sqrt(freedom))
        height = [math.cos(end * i / steps) ** (freedom - 1) for i in range(steps + 1)]
        inner = 4 * sum(height[1:-1:2]) + 2 * sum(height[2:-1:2])
        return 2 * scale * math.sqrt(freedom) * (height[0] + inner + height[-1]) * end / steps / 3

    low, high = 0.0, 1e4
    for _ in range(60):
        half = (low + high) / 2
        low, high = (half, high) if middle(half) < 1 - error else (low, half)
    return low


def worst_end(rows: pl.DataFrame, lower: str, upper: str) -> float:
    """How far the ends in the table are from `log`, `sd` and `n`, relative to the ends and beyond what rounding them
    to six decimals moves them; none where there is one unit."""
    several = rows.filter(pl.col("n") > 1)
    single = rows.filter(pl.col("n") == 1)
    assert single[lower].null_count() == single.height, "an interval from a single unit"
    if several.is_empty():
        return 0.0
    points = pl.Series("t", [quantile(n - 1) for n in several["n"]], dtype=pl.Float64)
    half = points * several["sd"] / several["n"].cast(pl.Float64).sqrt()
    ends = [(several["log"] - half, several[lower]), (several["log"] + half, several[upper])]
    off = [((end.exp() - told).abs() - ROUNDING).clip(lower_bound=0) / told for end, told in ends]
    return max(float(o.max()) for o in off)
