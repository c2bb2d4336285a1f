#!/usr/bin/env python3
"""What check_flags.py finds, on small trees made for it."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path


class CheckFlags(unittest.TestCase):
    def run_on(self, rows, case="vdkr stop --time 3 web\n"):
        with tempfile.TemporaryDirectory() as root:
            tests = Path(root, "tests")
            tests.mkdir()
            lines = ["# a comment", *("\t".join(row.split()) for row in rows)]
            tests.joinpath("flags.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
            tests.joinpath("life.bats").write_text(case, encoding="utf-8")
            script = Path(__file__).with_name("check_flags.py")
            done = subprocess.run([sys.executable, script, root], capture_output=True, text=True,
                                  check=False)
        self.assertEqual(done.stderr, "")
        self.assertEqual(done.returncode, 1 if done.stdout else 0)
        return done.stdout.splitlines()

    def test_an_option_with_its_case_is_no_finding(self):
        self.assertEqual(self.run_on(["docker stop time t works tests/life.bats"]), [])
        self.assertEqual(self.run_on(["docker stop time t works tests/life.bats"],
                                     "vdkr stop -t 3 web\n"), [])
        self.assertEqual(self.run_on(["docker run pid - only=private -",
                                      "docker run uts - refused -"]), [])

    def test_a_case_must_be_there_and_use_the_option(self):
        for row in ("docker stop time t works tests/none.bats", "docker stop signal s works "
                    "tests/life.bats", "docker kill time t works tests/life.bats",
                    "docker stop time t perhaps tests/life.bats"):
            self.assertEqual(len(self.run_on([row])), 1, row)
        self.assertEqual(len(self.run_on(["docker stop time t works tests/life.bats"],
                                         "vdkr stop --timeout 3 web\n")), 1)

    def test_an_option_is_there_once(self):
        row = "docker stop time t works tests/life.bats"
        self.assertEqual(len(self.run_on([row, row])), 1)


if __name__ == "__main__":
    unittest.main()
