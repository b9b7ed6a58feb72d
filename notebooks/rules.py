"""The decision once more, from the CSV files alone and by another program: decision.md states the rules."""

import math
import re
import tomllib

import polars as pl

import run
import student

HARMFUL = ["stale root", "missed root", "bogus root", "out-of-frame slot"]
# Modules below which a mean over them says nothing.
ENOUGH_MODULES = 5
# Shares of wrong answers closer than this are equal: the faults are sampled.
TOLERANCE = 0.001
# Kinds of fault that are variants of one mistake, by how their names begin.
FAMILIES = {
    "beside a return address": ["PC: -", "PC: +", "PC: of the call", "PC: within the call"],
    "where no call returns": ["PC: function", "PC: next map-less function", "PC: padding"],
    "code lies elsewhere": ["PC: text base"],
    "left out": ["writer:"],
}
TIMES = {"pause": "pause", "load_bytes": "load", "load_file": "load", "compile": "compile"}
TIERS = ["wild", "yours", "program", "synthetic", "smith"]
QUESTIONS = {"the format alone": "alone", "the format with empty maps and strict mode": "strict"}


def thresholds() -> dict[str, float]:
    """Those of reports/decision.toml."""
    return tomllib.loads((run.ROOT / "reports" / "decision.toml").read_text())["material"]


def published() -> dict[str, str | None]:
    """The answers that decision.md gives, by question."""
    sections = re.split(r"^## Which scheme, for (.*)\?$", (run.folder() / "decision.md").read_text(), flags=re.M)
    answers = {}
    for question, text in zip(sections[1::2], sections[2::2]):
        found = re.search(r"^\| `([^`]+)` \| the answer:", text.split("\n## ")[0], flags=re.M)
        answers[QUESTIONS[question]] = found and found[1]
    first = re.search(r"(?:Upstream|it would be) `([^`]+)`", sections[0])
    answers["recommended"] = first and first[1]
    return answers


class Evidence:
    """What the rules ask for, as plain dictionaries."""

    def __init__(self):
        sizes = run.table("size.csv").filter(pl.col("ratio").is_not_null())
        schemes = run.table("schemes.csv").filter(~pl.col("control"))
        self.schemes = {row["name"]: row for row in schemes.iter_rows(named=True)}
        self.encoded = dict(sizes.group_by("scheme").len().iter_rows())
        tiers = sizes["tier"].unique().to_list()
        tier = next((t for t in TIERS if t in tiers), None)
        whole = sizes.filter((pl.col("tier") == tier) & pl.col("cwasm_bytes").is_not_null())
        self.cwasm = {}
        for r in whole.iter_rows(named=True):
            ratio = 1 + (r["bytes"] - r["baseline_bytes"]) / r["cwasm_bytes"]
            self.cwasm.setdefault(r["scheme"], {})[r["module"], r["isa"], r["collector"]] = ratio
        self.times = {name: {} for name in TIMES}
        if (run.folder() / "wasmtime.csv").exists():
            tri_state = [name for name, s in self.schemes.items() if s["tri_state"]]
            own = pl.col("strict") == pl.col("scheme").is_in(tri_state)
            for r in run.table("wasmtime.csv").filter(own).iter_rows(named=True):
                name = r["scheme"] + (f" + memo of {r['memo']}" if r["memo"] else "")
                self._add_memo(name, r["scheme"], r["memo"])
                for what, times in self.times.items():
                    if r[f"{what}_ratio"] is not None:
                        cell = (r[f"{what}_ratio"], r[f"{what}_lo"], r[f"{what}_hi"], r["processes"])
                        times.setdefault(name, {})[r["module"], r["collector"]] = cell
        self.harmful = {}
        if (run.folder() / "safety.csv").exists():
            rows = run.table("safety.csv")
            for scheme in schemes["name"]:
                self.harmful[scheme] = self._harmful(rows.filter(pl.col("scheme") == scheme))
        self.harmful = {scheme: faults for scheme, faults in self.harmful.items() if faults}
        for name, own in self.schemes.items():
            for known_of in [self.cwasm, self.harmful, self.encoded]:
                if own.get("of") in known_of:
                    known_of[name] = known_of[own["of"]]

    def _add_memo(self, name, scheme, memo):
        """A scheme with a memo is a candidate too: the same bytes and answers, and more lines."""
        if memo and scheme in self.schemes:
            own = self.schemes[scheme]
            self.schemes[name] = own | {"reader_lines": own["reader_lines"] + own["memo_lines"], "of": scheme}

    @staticmethod
    def _harmful(own):
        none = pl.col("fault").str.starts_with("none:")
        alarms = own.filter(none & (pl.col("outcome") == "false alarm"))
        strict = own.filter(pl.col("policy") == "strict")
        policy = "strict" if not strict.is_empty() and alarms.is_empty() else "today"
        kinds = pl.col("fault").str.starts_with("PC:") | pl.col("fault").str.starts_with("writer:")
        rows = own.filter((pl.col("policy") == policy) & kinds)
        wrong = pl.col("count").filter(pl.col("outcome").is_in(HARMFUL)).sum() / pl.col("count").sum()
        return dict(rows.group_by("fault").agg(wrong).iter_rows())

    def differences(self, a, b, at):
        """`better`, `worse`, `both`, `open` or `none` by criterion; what was not measured is left out."""
        found = {}
        shared = self.cwasm.get(a, {}).keys() & self.cwasm.get(b, {}).keys()
        if shared:
            gaps = [self.cwasm[a][key] - self.cwasm[b][key] for key in shared]
            found["cwasm"] = known(min(gaps) <= -at["cwasm"], max(gaps) >= at["cwasm"])
        if a in self.harmful and b in self.harmful:
            gaps = {f: own - self.harmful[b][f] for f, own in self.harmful[a].items() if f in self.harmful[b]}
            fewer = families(fault for fault, gap in gaps.items() if gap < -TOLERANCE)
            more = families(fault for fault, gap in gaps.items() if gap > TOLERANCE)
            found["faults"] = known(len(fewer - more) >= at["faults"], len(more) >= at["faults"])
        for name, times in self.times.items():
            ends = mean_gap(times, a, b)
            if ends:
                lo, hi, limit = *ends, at[TIMES[name]]
                apart = "better" if hi <= -limit else "worse" if lo >= limit else "open"
                found[name] = "none" if -limit < lo and hi < limit else apart
        return found

    def beats(self, a, b, at):
        found = self.differences(a, b, at).values()
        return "better" in found and not {"worse", "both"} & set(found)

    def is_right(self, scheme, at):
        """Rules 1 and 3."""
        if scheme == "exact":
            return True
        own = self.schemes[scheme]
        harmful, today = self.harmful.get(scheme, {}), self.harmful.get("exact", {})
        return (
            own["exact"]
            and self.encoded.get(scheme, 0) == self.encoded["exact"]
            and all(harmful[f] <= today[f] + TOLERANCE for f in harmful.keys() & today.keys())
            and all(ratio < 1 + at["cwasm"] for ratio in self.cwasm.get(scheme, {}).values())
            and all(lo < self.limit(name, at) for name in self.times for lo in self._lowest(name, scheme))
        )

    def limit(self, name, at):
        """From what ratio on an execution is slower than today's format built twice is shown to be anywhere."""
        return max([1 + at[TIMES[name]], *self._lowest(name, "exact-again")])

    def _lowest(self, name, scheme):
        """Lower ends of a scheme's times, so far down that all intervals of the scheme hold together (Bonferroni)."""
        cells = {what: times.get(scheme, {}).values() for what, times in self.times.items()}
        comparisons = sum(cell[1] is not None for own in cells.values() for cell in own)
        for ratio, lo, hi, processes in cells[name]:
            if lo is not None:
                point = student.quantile(processes - 1, 0.05 / comparisons) / student.quantile(processes - 1)
                yield ratio / math.sqrt(hi / lo) ** point

    def answer(self, question, at):
        """The scheme that remains, of about the fewest lines and with the smallest files."""
        right = [
            name
            for name, s in self.schemes.items()
            if s["records_empties"] == (question == "strict") and self.is_right(name, at)
        ]
        beaten = lambda name, by: any(self.beats(other, name, at) for other in by)
        remain = [name for name in right if not beaten(name, right)] or right
        while back := [name for name in right if name not in remain and not beaten(name, remain)]:
            remain.append(back[0])
        lines = lambda name: sum(self.schemes[name][f"{part}_lines"] for part in ["reader", "writer", "compiler"])
        measured = [name for name in remain if self.differences(name, "exact", at)]
        fewest = min(map(lines, measured), default=None)
        short = [name for name in measured if lines(name) - fewest < at["lines"]]
        return min(short, key=lambda name: (self._file(name), lines(name)), default=None)

    def _file(self, name):
        """The whole file as a ratio to today's, in the mean over what was encoded."""
        own = self.cwasm.get(name, {})
        own = [ratio for key, ratio in own.items() if key in self.cwasm.get("exact", {})]
        return sum(own) / len(own) if own else math.inf

    def recommended(self, at):
        """Strict mode, if it is better than the format alone and than today's; else the format alone, if that is."""
        alone, strict = (name if name and self.beats(name, "exact", at) else None for name in
                         (self.answer("alone", at), self.answer("strict", at)))
        return strict if strict and (alone is None or self.beats(strict, alone, at)) else alone


def families(faults):
    """Those that some kinds of fault belong to."""
    of = lambda fault: next(name for name, starts in FAMILIES.items() if fault.startswith(tuple(starts)))
    return {of(fault) for fault in faults}


def known(better, worse):
    return {(True, True): "both", (True, False): "better", (False, True): "worse"}.get((better, worse), "none")


def mean_gap(times, a, b):
    """Ends of the interval of the mean ratio less 1, with a module as the unit; none for fewer than two."""
    def ratio(scheme, execution):
        return 1.0 if scheme == "exact" else times.get(scheme, {}).get(execution, (None,))[0]

    logs = {}
    for execution in {execution for own in times.values() for execution in own}:
        both = ratio(a, execution), ratio(b, execution)
        if None not in both:
            logs.setdefault(execution[0], []).append(math.log(both[0] / both[1]))
    means = [sum(own) / len(own) for own in logs.values()]
    if len(means) < ENOUGH_MODULES:
        return None
    middle = sum(means) / len(means)
    variance = sum((m - middle) ** 2 for m in means) / (len(means) - 1)
    half = student.quantile(len(means) - 1) * math.sqrt(variance / len(means))
    return math.expm1(middle - half), math.expm1(middle + half)
