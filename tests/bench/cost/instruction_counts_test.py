#!/usr/bin/python3
"""Proof that instruction_counts.py can fail."""
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import instruction_counts  # noqa: E402

PROFILE = """# callgrind format
version: 1
desc: Trigger: Client Request: Redeem/hot
events: Ir
fn=(1) main
3 1000
totals: 20250
"""


def findings(measured, allowed):
    return list(instruction_counts.compare(measured, allowed))


class InstructionCountsTest(unittest.TestCase):
    def test_a_tenth_more_is_within_the_margin(self):
        self.assertEqual(findings({"Redeem": 1100}, {"Redeem": 1000}), [])

    def test_more_than_a_tenth_more_fails(self):
        [(failure, line)] = findings({"Redeem": 1101}, {"Redeem": 1000})
        self.assertTrue(failure)
        self.assertIn("Redeem: 1101 instructions, +10.1 % of 1000", line)

    def test_a_fifth_less_is_within_the_margin(self):
        self.assertEqual(findings({"Redeem": 800}, {"Redeem": 1000}), [])

    def test_more_than_a_fifth_less_is_told_and_does_not_fail(self):
        [(failure, line)] = findings({"Redeem": 799}, {"Redeem": 1000})
        self.assertFalse(failure)
        self.assertIn("Redeem: 799 instructions, -20.1 % of 1000", line)

    def test_a_figure_without_a_line_fails(self):
        self.assertEqual([failure for failure, _ in findings({"Redeem": 1}, {})], [True])

    def test_a_line_without_a_figure_fails(self):
        self.assertEqual([failure for failure, _ in findings({}, {"Redeem": 1})], [True])

    def test_a_profile_gives_figure_and_instructions_per_command(self):
        self.assertEqual(instruction_counts.count_of(PROFILE, 100), ("Redeem/hot", 202))

    def test_the_rest_of_a_run_is_no_figure(self):
        self.assertIsNone(instruction_counts.count_of("desc: Trigger: Program termination\ntotals: 5\n", 100))

    def test_an_update_keeps_the_comments_and_reads_back(self):
        with tempfile.TemporaryDirectory() as directory:
            path = os.path.join(directory, "table")
            instruction_counts.write_table(path, ["# why\n"], {"b": 2, "a": 1})
            self.assertEqual(instruction_counts.read_table(path), (["# why\n"], {"a": 1, "b": 2}))


if __name__ == "__main__":
    unittest.main()
