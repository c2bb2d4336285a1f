#!/usr/bin/env python3
"""Keeps tests/flags.tsv: every option that works has a case, in a file that uses it.

Usage: check_flags.py [ROOT]. Prints "FILE:LINE: FINDING" for each finding; exits 1 if there is one.
"""

import re
import sys
from pathlib import Path

TABLE = "tests/flags.tsv"
# Where `create` is meant, a case of `run` will do: both have the same options from one piece.
SAME_OPTIONS = {"create": ("create", "run", "created"), "images": ("images", "image ls")}


def read_table(path):
    """[(line number, tool, command, option, letter, verdict, case)]."""
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("#"):
            continue
        cells = line.split("\t")
        if len(cells) != 6:
            raise ValueError(f"{TABLE}:{number}: not six columns")
        rows.append((number, *cells))
    return rows


def uses(text, command, option, letter):
    """Whether a test's text has the option beside the command."""
    names = SAME_OPTIONS.get(command, (command.split()[-1],))
    if not any(re.search(rf"\b{name}\b", text) for name in names):
        return False
    if re.search(rf"--{re.escape(option)}(?![\w-])", text):
        return True
    return letter != "-" and re.search(rf'(^|[ "])-[a-zA-Z]*{letter}', text, re.M) is not None


def findings(root):
    texts = {}
    seen = set()
    for number, tool, command, option, letter, verdict, case in read_table(root / TABLE):
        place = f"{TABLE}:{number}: {tool} {command} --{option}"
        if (tool, command, option) in seen:
            yield f"{place}: twice"
        seen.add((tool, command, option))
        if verdict == "refused" or verdict.startswith("only="):
            continue  # each is tried by tests/cli/flags_test.cc
        if verdict != "works":
            yield f"{place}: what is \"{verdict}\"?"
            continue
        path = root / case
        if case not in texts:
            texts[case] = path.read_text(encoding="utf-8") if path.is_file() else None
        if texts[case] is None:
            yield f"{place}: has no case"
        elif not uses(texts[case], command, option, letter):
            yield f"{place}: {case} does not use it"


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    found = list(findings(root))
    for finding in found:
        print(finding)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
