#!/usr/bin/python3
"""A program is its files: a copy of hubei-2025 under another name, in a copy of the tree, passes what every program must.

usage: sixth_program_test.py TESTS_DIR BIN_DIR

TESTS_DIR holds the built policy_test, query_test and scenarios_test, BIN_DIR voucher-demo. All of them read the folders of
the working directory.
"""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

MODEL = "hubei-2025"
SIXTH = "sixth-2026"
PAGE = "docs/programs/%s.md"
# Every file that names a program is one of these.
FILES = ["deploy/programs/%s.textproto", PAGE, "tests/scenarios/%s.table", "tests/vectors/%s/quotes.jsonl",
         "tests/vectors/%s/rules.txt"]
tests_dir, bin_dir = "", ""


def text_of(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class SixthProgramTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="voucher_sixth_")
        self.addCleanup(scratch.cleanup)
        self.tree = scratch.name
        for folder in ("deploy", "docs", "tests"):
            shutil.copytree(folder, os.path.join(self.tree, folder))
        for pattern in FILES:
            path = os.path.join(self.tree, pattern % SIXTH)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text_of(pattern % MODEL).replace(MODEL, SIXTH))

    def run_in_tree(self, *command):
        """What a program prints in the tree, and its exit code."""
        ran = subprocess.run(command, cwd=self.tree, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
                             timeout=100, check=False)
        return ran.stdout, ran.returncode

    def run_test(self, name, pattern="*"):
        return self.run_in_tree(os.path.join(tests_dir, name), "--gtest_filter=" + pattern)

    def assert_passes(self, name, pattern, *cases):
        printed, code = self.run_test(name, pattern)
        self.assertEqual(code, 0, printed)
        for case in cases:
            self.assertIn("[       OK ] " + case, printed)

    def assert_fails(self, name, pattern, reason):
        printed, code = self.run_test(name, pattern)
        self.assertEqual(code, 1, printed)
        self.assertIn(reason, printed)

    def test_all_that_reads_programs_takes_it_in(self):
        self.assert_passes("policy_test", "*", "Sixth2026Test.SaysWhatItsDocumentSays",
                           "QuoteVectorsTest.EveryVectorHoldsOfTheShippedPrograms")
        self.assert_passes("query_test", "QuoteTest.*", "QuoteTest.EveryVectorHolds")
        self.assert_passes("scenarios_test", "*", "Scenarios.EveryShippedProgramHasATableOfItsName")
        printed, code = self.run_in_tree(os.path.join(bin_dir, "voucher-demo"), "--help")
        self.assertEqual(code, 0, printed)
        self.assertIn(SIXTH, printed)

    def test_its_page_its_table_and_its_vectors_are_missed(self):
        for pattern, name, cases in ((PAGE, "policy_test", "ShippedProgramsTest.*"),
                                     ("tests/scenarios/%s.table", "scenarios_test", "Scenarios.*"),
                                     ("tests/vectors/%s/rules.txt", "policy_test", "Sixth2026Test.*"),
                                     ("tests/vectors/%s/quotes.jsonl", "policy_test", "QuoteVectorsTest.*"),
                                     ("tests/vectors/%s/quotes.jsonl", "query_test", "QuoteTest.*")):
            with self.subTest(missing=pattern):
                path = os.path.join(self.tree, pattern % SIXTH)
                os.rename(path, path + ".away")
                self.assert_fails(name, cases, SIXTH)
                os.rename(path + ".away", path)

    def test_another_amount_is_found(self):
        path = os.path.join(self.tree, "deploy/programs/%s.textproto" % SIXTH)
        rules = text_of(path)
        self.assertIn("rate_bps: 2000", rules)
        with open(path, "w", encoding="utf-8") as file:
            file.write(rules.replace("rate_bps: 2000", "rate_bps: 2100"))
        self.assert_fails("policy_test", "Sixth2026Test.*", "1 resource 21%")
        self.assert_fails("policy_test", "QuoteVectorsTest.*", SIXTH)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    tests_dir, bin_dir = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    unittest.main(argv=sys.argv[:1], verbosity=2)
