#!/usr/bin/env python3
"""What check_layers.py finds, on small trees made for it."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TABLE = """
<!-- layers -->
| folder | may use |
|---|---|
| `base` | nothing |
| `guest` | `guest/protocol` |
| `guest/protocol` | nothing |
| `image` | `base` |
| `cli` | `base`, `image/value.h` |
| `tests` | everything |
<!-- layers -->
"""


class CheckLayers(unittest.TestCase):
    def run_on(self, files, table=TABLE):
        with tempfile.TemporaryDirectory() as root:
            tree = {"docs/architecture.md": table, **files}
            for name, text in tree.items():
                path = Path(root, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            subprocess.run(["git", "init", "-q", root], check=True)
            script = Path(__file__).with_name("check_layers.py")
            done = subprocess.run([sys.executable, script, root], capture_output=True, text=True,
                                  check=False)
        self.assertEqual(done.stderr, "")
        self.assertEqual(done.returncode, 1 if done.stdout else 0)
        return done.stdout.splitlines()

    def test_what_the_table_allows_is_no_finding(self):
        self.assertEqual([], self.run_on({
            "base/a.h": "// What it is.\n#pragma once\n",
            "base/a.cc": '#include "base/a.h"\n#include <poll.h>\n',
            "image/sub/i.cc": '#include "base/a.h"\n#include "image/value.h"\n',
            "cli/commands/run.cc": '#include "image/value.h"\n#include "cli/c.h"\n',
            "guest/main.cc": '#include "guest/protocol/frame.h"\n',
            "tests/t.cc": '#include "image/i.h"\n#include "guest/main.h"\n',
        }))

    def test_an_include_against_the_table_is_found_with_its_line(self):
        found = self.run_on({
            "base/a.cc": '#include <x>\n  #  include "image/i.h"\n',
            "image/i.cc": '#include "guest/protocol/frame.h"\n',
            "cli/c.cc": '#include "image/store.h"\n',
            "guest/protocol/p.cc": '#include "guest/main.h"\n',
        })
        self.assertEqual([
            'base/a.cc:2: base may not use image ("image/i.h")',
            'cli/c.cc:1: cli may not use image ("image/store.h")',
            'guest/protocol/p.cc:1: guest/protocol may not use guest ("guest/main.h")',
            'image/i.cc:1: image may not use guest/protocol ("guest/protocol/frame.h")',
        ], found)

    def test_an_include_that_is_not_written_from_the_root_is_found(self):
        (finding,) = self.run_on({"base/b.cc": '#include "a.h"\n'})
        self.assertIn("written from the root", finding)

    def test_a_folder_that_is_not_in_the_table_is_found(self):
        found = self.run_on({"util/u.cc": "", "top.cc": ""})
        self.assertEqual(["top.cc", "util/u.cc"], [f.split(":")[0] for f in found])

    def test_a_header_without_a_first_line_comment_is_found(self):
        found = self.run_on({"base/a.h": "#pragma once\n// Late.\n", "base/b.h": "",
                             "base/c.h": "//\n// Empty.\n"})
        self.assertEqual(["base/a.h", "base/b.h", "base/c.h"], [f.split(":")[0] for f in found])

    def test_a_broken_table_is_found(self):
        for table in ("no table", TABLE.replace("`guest/protocol` | nothing", "`base` | nothing"),
                      TABLE.replace("| `base` | nothing |\n", ""), "<!-- layers -->" * 2):
            (finding,) = self.run_on({}, table)
            self.assertTrue(finding.startswith("docs/architecture.md:1: "), finding)


if __name__ == "__main__":
    unittest.main()
