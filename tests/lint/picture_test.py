#!/usr/bin/python3
"""Pictures that are not the table."""
import unittest

import picture
from planted_tree import planted

TABLE = {"proto": [], "ledger/base": ["proto"], "ledger/state": ["ledger/base"], "ledger": ["ledger/base", "ledger/state"],
         "server/rpc": ["ledger"], "server": ["server/rpc"], "tests": ["server"]}
PICTURE = "```text\nproto → base\nbase → state\nbase, state → ledger.h → server/rpc → voucherd\n```\n"


def problems_in(text):
    with planted({"README.md": text}) as tree:
        return list(picture.check(tree, TABLE))


class PictureTest(unittest.TestCase):
    def test_a_picture_of_the_table_has_no_problem(self):
        self.assertEqual(problems_in(PICTURE), [])

    def test_an_arrow_that_the_table_has_not_is_found(self):
        self.assertEqual(problems_in(PICTURE.replace("base → state", "base, proto → state")),
                         ["README.md:1: its picture has an arrow from proto to ledger/state, the table has none"])

    def test_a_room_that_is_left_out_is_found(self):
        self.assertEqual(problems_in(PICTURE.replace("base → state\n", "").replace("base, state", "base")),
                         ["README.md:1: ledger/state is not in its picture"])

    def test_a_readme_without_a_picture_is_found(self):
        self.assertIn("has no picture", problems_in("# A ledger\n")[0])


if __name__ == "__main__":
    unittest.main()
