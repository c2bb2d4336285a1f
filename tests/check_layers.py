#!/usr/bin/env python3
"""Keeps the layers: who may include whom, as the table in docs/architecture.md says.

Usage: check_layers.py [ROOT]. Prints "FILE:LINE: FINDING" for each finding; exits 1 if there is one.
"""

import re
import subprocess
import sys
from pathlib import Path

TABLE = "docs/architecture.md"
MARKER = "<!-- layers -->"
INCLUDE = re.compile(r'\s*#\s*include\s*"([^"]+)"')
FIRST_LINE = re.compile(r"// \S")


def read_table(text):
    """{folder: set of what it may use}; None stands for everything."""
    parts = text.split(MARKER)
    if len(parts) != 3:
        raise ValueError(f"expected one table between two {MARKER} lines")
    rows = [line for line in parts[1].splitlines() if line.startswith("|")]
    table = {}
    for row in rows[2:]:
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        if len(cells) != 2 or not re.fullmatch(r"`[\w/-]+`", cells[0]):
            raise ValueError(f"not a row of the table: {row}")
        folder = cells[0].strip("`")
        if folder in table:
            raise ValueError(f"{folder} stands there twice")
        if cells[1] == "everything":
            table[folder] = None
            continue
        used = set() if cells[1] == "nothing" else {u.strip(" `") for u in cells[1].split(",")}
        table[folder] = used
    for folder, used in table.items():
        for name in used or ():
            if not name.endswith(".h") and name not in table:
                raise ValueError(f"{folder} may use {name}, which is no row")
    if not table:
        raise ValueError("the table is empty")
    return table


def folder_of(path, table):
    """The row that a file belongs to: the longest one that its path begins with."""
    rows = [row for row in table if path.startswith(row + "/")]
    return max(rows, key=len, default=None)


def check_include(row, included, table, root):
    """What is wrong with it, or None."""
    allowed = table[row]
    target = folder_of(included, table)
    if target is None:
        if allowed is None and (root / included).is_file():
            return None
        return f'"{included}" is in no folder of the table (includes are written from the root)'
    if allowed is None or target == row or target in allowed or included in allowed:
        return None
    return f'{row} may not use {target} ("{included}")'


def check_file(path, table, root):
    row = folder_of(path, table)
    if row is None:
        yield 1, f"its folder is not in the table of {TABLE}"
        return
    lines = (root / path).read_text(encoding="utf-8", errors="replace").splitlines()
    if path.endswith(".h") and not (lines and FIRST_LINE.match(lines[0])):
        yield 1, "the first line of a header says what it is, in a comment"
    for number, line in enumerate(lines, start=1):
        found = INCLUDE.match(line)
        problem = found and check_include(row, found.group(1), table, root)
        if problem:
            yield number, problem


def source_files(root):
    listed = subprocess.run(
        ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        check=True, capture_output=True, text=True).stdout
    names = [n for n in listed.split("\0") if n.endswith((".cc", ".h", ".cpp", ".hpp", ".c"))]
    return sorted(name for name in set(names) if (root / name).is_file())


def main():
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent
    try:
        table = read_table((root / TABLE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        print(f"{TABLE}:1: {error}")
        return 1
    findings = [f"{path}:{number}: {problem}" for path in source_files(root)
                for number, problem in check_file(path, table, root)]
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
