import marimo

app = marimo.App()


@app.cell
def _():
    import altair as alt
    import marimo as mo
    import polars as pl

    import run

    mo.md("# Sizes\n\nBytes of each scheme's section as a share of today's, module by module.")
    return alt, mo, pl, run


@app.cell
def _(pl, run):
    sizes = run.wild_sizes()
    means = (
        sizes.group_by("scheme")
        .agg(pl.col("ratio").log().mean().exp().alias("mean"), pl.col("ratio").min().alias("min"), pl.col("ratio").max().alias("max"))
        .sort("mean")
    )
    means
    return means, sizes


@app.cell
def _(alt, sizes):
    # From file to file the shares differ by a factor of ten, hence the log axis.
    alt.Chart(sizes).mark_point(filled=True, size=60).encode(
        x=alt.X("ratio", scale=alt.Scale(type="log"), title="bytes, share of today's"),
        y=alt.Y("module", sort="-x"),
        color="scheme",
        shape="scheme",
        tooltip=["scheme", "module", "bytes", "ratio"],
    )
    return


@app.cell
def _(mo, pl, sizes):
    mo.md("## Bytes per safepoint, by part")
    parts = sizes.select(
        "scheme",
        "module",
        *(
            (pl.col(f"bytes_{part}") / pl.col("maps")).round(2).alias(part)
            for part in ["header", "index", "offsets", "payload"]
        ),
    )
    parts
    return


@app.cell
def _(means):
    assert means.filter(means["scheme"] == "exact")["mean"].item() == 1.0
    return


if __name__ == "__main__":
    app.run()
