#!/usr/bin/env python3
"""Makes figures of samples. usage: report.py NAME text|json <SAMPLES

Samples are lines, fields separated by tabs:
  command  SIDE  TEXT                     what was run; SIDE is "ours" or "baseline"
  figure   WHAT  UNIT  TARGET             TARGET: highest ratio of ours to the baseline, or "-"
  sample   WHAT  SIDE  NUMBER
A figure's value is the median of its samples, its ratio the median of the pairs' ratios: a machine
that becomes slower while it is measured does so for both of a pair.
"""

import json
import statistics
import sys


def read(lines):
    commands, figures = {}, {}
    for line in lines:
        kind, *fields = line.rstrip("\n").split("\t")
        if kind == "command":
            commands[fields[0]] = fields[1]
        elif kind == "figure":
            what, unit, target = fields
            figures[what] = {"unit": unit, "target": None if target == "-" else float(target),
                             "ours": [], "baseline": []}
        elif kind == "sample":
            figures[fields[0]][fields[1]].append(float(fields[2]))
        else:
            sys.exit(f"report.py: what is this line? {line!r}")
    return commands, figures


def ratio_of(figure):
    pairs = list(zip(figure["ours"], figure["baseline"], strict=True))
    return round(statistics.median(ours / baseline for ours, baseline in pairs), 3)


def finish(what, figure):
    value = statistics.median(figure["ours"])
    baseline = statistics.median(figure["baseline"]) if figure["baseline"] else None
    return {
        "what": what,
        "value": round(value, 3),
        "unit": figure["unit"],
        "baseline": baseline and round(baseline, 3),
        "ratio": baseline and ratio_of(figure),
        "target": figure["target"],
        "samples": figure["ours"],
        "baseline_samples": figure["baseline"],
    }


def spread(samples):
    return f"{min(samples):.0f}…{max(samples):.0f}" if samples else "none"


def as_text(name, commands, figures):
    lines = [f"{name}: medians, least…greatest of {len(figures[0]['samples'])} samples each"]
    lines += [f"  {side}: {command}" for side, command in commands.items()]
    for figure in figures:
        line = f"  {figure['what']}: {figure['value']:.0f} {figure['unit']} ({spread(figure['samples'])})"
        if figure["baseline"] is not None:
            line += (f", baseline {figure['baseline']:.0f} ({spread(figure['baseline_samples'])}),"
                     f" ratio {figure['ratio']:.2f}")
        if figure["target"] is not None:
            line += f", to be at most {figure['target']:.2f}"
        lines.append(line)
    return "\n".join(lines)


def main():
    name, form = sys.argv[1:]
    commands, figures = read(sys.stdin)
    finished = [finish(what, figure) for what, figure in figures.items()]
    if form == "json":
        print(json.dumps({"name": name, "commands": commands, "figures": finished}, indent=1))
    else:
        print(as_text(name, commands, finished))


main()
