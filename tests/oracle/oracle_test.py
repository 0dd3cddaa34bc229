#!/usr/bin/python3
"""Each fault that entries can show, planted in a ledger made by hand: the oracle must report that check and no other, and
nothing on the same ledger without the fault."""
import copy
import json
import os
import tempfile
import unittest

import judge
import oracle
import planted_credit
import planted_grants
import planted_money
import planted_time
from findings import CHECKS
from made_ledger import Ledger
from planted import FAULTS

STORIES = (planted_credit, planted_grants, planted_money, planted_time)  # each adds its faults


class Oracle(unittest.TestCase):
    def failed(self, ledger):
        found, entries = judge.judge(lambda: copy.deepcopy(ledger.entries))
        self.assertEqual(entries, len(ledger.entries))
        return found.failed(), list(found.lines())

    def test_each_fault_is_reported_as_itself_and_its_ledger_without_it_is_good(self):
        for check, story in FAULTS:
            with self.subTest(story.__name__):
                names, lines = self.failed(story(False))
                self.assertEqual(names, [], lines)
                names, lines = self.failed(story(True))
                self.assertEqual(names, [check], lines)

    def test_each_check_is_seen_red(self):
        self.assertEqual(sorted({check for check, _ in FAULTS}), sorted(CHECKS))

    def test_an_export_is_read_over_its_files_and_postings_are_not_looked_at(self):
        ledger = Ledger()
        ledger.submit(1000)
        for entry in ledger.entries:
            entry.get("event", {})["postings"] = ["not looked at"]
        with tempfile.TemporaryDirectory() as directory:
            for at, part in enumerate((ledger.entries[:3], ledger.entries[3:]), 1):
                with open(os.path.join(directory, "entries-%06d.jsonl" % at), "w", encoding="utf-8") as lines:
                    lines.writelines(json.dumps(entry) + "\n" for entry in part)
            self.assertEqual(oracle.exports(os.path.dirname(directory)).count(directory), 1)
            _, entries, names, found = oracle.judged(directory)
            self.assertEqual((entries, names, found), (len(ledger.entries), [], []))

    def test_what_the_oracle_cannot_follow_is_no_pass(self):
        with tempfile.TemporaryDirectory() as directory:
            with open(os.path.join(directory, "entries-000001.jsonl"), "w", encoding="utf-8") as lines:
                lines.write('{"sequence":"1"}\n')
            _, _, names, _ = oracle.judged(directory)
            self.assertEqual(names, list(CHECKS))


if __name__ == "__main__":
    unittest.main()
