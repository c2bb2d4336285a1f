#!/usr/bin/env python3
"""Makes figures of samples. usage: report.py NAME text|json <SAMPLES

Samples are lines, fields separated by tabs:
  command  SIDE  TEXT                     what was run; SIDE is "ours" or "baseline"
  figure   WHAT  UNIT  TARGET  [LIMIT]    TARGET: highest ratio of ours to the baseline, LIMIT: highest
                                          value of ours, or "-"
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
            what, unit, *bounds = fields
            target, limit = [None if bound == "-" else float(bound) for bound in [*bounds, "-"][:2]]
            figures[what] = {"unit": unit, "target": target, "limit": limit, "ours": [], "baseline": []}
        elif kind == "sample":
            figures[fields[0]][fields[1]].append(float(fields[2]))
        else:
            sys.exit(f"report.py: what is this line? {line!r}")
    return commands, figures


def ratio_of(figure):
    pairs = list(zip(figure["ours"], figure["baseline"], strict=True))
    return round(statistics.median(ours / baseline for ours, baseline in pairs), 3)


def is_kept(value, ratio, figure):
    bounds = [(ratio, figure["target"]), (value, figure["limit"])]
    return all(measured <= bound for measured, bound in bounds if bound is not None)


def finish(what, figure):
    value = statistics.median(figure["ours"])
    baseline = statistics.median(figure["baseline"]) if figure["baseline"] else None
    ratio = baseline and ratio_of(figure)
    return {
        "what": what,
        "value": round(value, 3),
        "unit": figure["unit"],
        "baseline": baseline and round(baseline, 3),
        "ratio": ratio,
        "target": figure["target"],
        "limit": figure["limit"],
        "kept": is_kept(value, ratio, figure),
        "samples": figure["ours"],
        "baseline_samples": figure["baseline"],
    }


def spread(samples):
    return f"{short(min(samples))}…{short(max(samples))}" if samples else "none"


def short(number):
    return f"{number:.0f}" if number >= 100 else f"{number:.3g}"


def as_text(name, commands, figures):
    lines = [f"{name}: medians, least…greatest of {len(figures[0]['samples'])} samples each"]
    lines += [f"  {side}: {command}" for side, command in commands.items()]
    for figure in figures:
        line = f"  {figure['what']}: {short(figure['value'])} {figure['unit']} ({spread(figure['samples'])})"
        if figure["baseline"] is not None:
            line += (f", baseline {short(figure['baseline'])} ({spread(figure['baseline_samples'])}),"
                     f" ratio {figure['ratio']:.2f}")
        if figure["target"] is not None:
            line += f", to be at most {figure['target']:.2f}"
        if figure["limit"] is not None:
            line += f", to be at most {short(figure['limit'])} {figure['unit']}"
        if not figure["kept"]:
            line += ": missed"
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
