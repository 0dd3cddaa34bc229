#!/usr/bin/python3
"""Pictures that are not the table."""
import unittest

import picture
from planted_tree import planted

TABLE = {"proto": [], "ledger/base": ["proto"], "ledger/state": ["ledger/base"], "ledger": ["ledger/base", "ledger/state"],
         "server/rpc": ["ledger"], "server": ["server/rpc"], "tests": ["server"]}
PICTURE = "```text\nproto → base\nbase → state\nbase, state → ledger.h → server/rpc → voucherd\n```\n"


def problems_in(text, files=()):
    with planted({"README.md": text, **dict(files)}) as tree:
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

    def test_a_room_without_a_page_is_found_and_those_of_the_server_share_one(self):
        files = {"ledger/base/README.md": "", "ledger/README.md": "", "server/README.md": "", "server/rpc/a.h": ""}
        self.assertEqual(problems_in(PICTURE, files), [])
        problems = problems_in(PICTURE, {**files, "ledger/state/a.h": ""})
        self.assertEqual(len(problems), 1, problems)
        self.assertTrue(problems[0].startswith("ledger/state:1: a room has a README.md"), problems)

    def test_a_readme_without_a_picture_is_found(self):
        self.assertIn("has no picture", problems_in("# A ledger\n")[0])


if __name__ == "__main__":
    unittest.main()
