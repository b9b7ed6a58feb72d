import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo

    import rules

    mo.md(
        "# Your own thresholds\n\nBelow a threshold a difference is none; of the schemes that no other is materially "
        "better than, those with about the fewest lines remain, and of these the one with the smallest files is the "
        "answer. Move the thresholds and see when that changes. By another program than the report's, from the CSV "
        "files alone."
    )
    return mo, rules


@app.cell
def _(mo, rules):
    defaults = rules.thresholds()
    sliders = mo.ui.dictionary(
        {
            name: mo.ui.slider(1, 4, 1, value=int(value), label="families of faults")
            if name == "faults"
            else mo.ui.slider(1, 200, 1, value=int(value), label="lines")
            if name == "lines"
            else mo.ui.slider(0.001, 0.1, 0.001, value=value, label=f"share of {name}")
            for name, value in defaults.items()
        }
    )
    sliders
    return defaults, sliders


@app.cell
def _(mo, rules, sliders):
    evidence = rules.Evidence()
    chosen = {question: evidence.answer(question, sliders.value) for question in rules.QUESTIONS.values()}
    chosen["recommended"] = evidence.recommended(sliders.value)
    answers = [*rules.QUESTIONS.items(), ("recommended", "recommended")]
    mo.md("\n".join(f"- {words}: `{chosen[short]}`" for words, short in answers))
    return (evidence,)


@app.cell
def _(defaults, evidence, rules):
    told = rules.published()
    again = {question: evidence.answer(question, defaults) for question in rules.QUESTIONS.values()}
    again["recommended"] = evidence.recommended(defaults)
    assert again == told, f"decision.md says {told}, the rules {again}"
    print(f"decision.md recomputed: {again}")
    return


if __name__ == "__main__":
    app.run()
