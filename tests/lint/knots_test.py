#!/usr/bin/python3
"""Ties knots and expects those of more than two units to be found."""
import unittest

import arrows
import knots
from planted_tree import planted


def circle(names, room="ledger/machine"):
    """Files of which each header includes the next, the last the first."""
    return {"%s/%s.h" % (room, name): '#include "%s/%s.h"\n' % (room, names[(at + 1) % len(names)])
            for at, name in enumerate(names)}


def problems_in(files, known):
    with planted(files) as tree:
        return list(knots.check(tree, arrows.room_of, known))


class KnotsTest(unittest.TestCase):
    def test_two_units_may_lean_on_each_other(self):
        self.assertEqual(problems_in(circle("ab"), {}), [])

    def test_a_chain_is_no_knot(self):
        files = circle("abcd")
        files["ledger/machine/d.h"] = ""
        self.assertEqual(problems_in(files, {}), [])

    def test_three_units_are_a_knot_which_names_them(self):
        problems = problems_in({**circle("abc"), "ledger/machine/d.h": '#include "ledger/machine/a.h"\n'}, {})
        self.assertEqual(problems, ["ledger/machine:1: a knot of 3 units that include each other: a, b, c"])

    def test_a_header_and_its_source_file_are_one_unit(self):
        files = {"ledger/machine/a.h": "", "ledger/machine/a.cc": '#include "ledger/machine/b.h"\n',
                 "ledger/machine/b.h": "", "ledger/machine/b.cc": '#include "ledger/machine/c.h"\n',
                 "ledger/machine/c.h": '#include "ledger/machine/a.h"\n'}
        self.assertEqual(len(problems_in(files, {})), 1)

    def test_a_circle_in_a_comment_is_none(self):
        files = circle("abc")
        files["ledger/machine/c.h"] = "// " + files["ledger/machine/c.h"]
        self.assertEqual(problems_in(files, {}), [])

    def test_a_known_knot_is_let_through_until_it_grows_or_goes(self):
        known = {("ledger/machine", ("a", "b", "c")): "why"}
        self.assertEqual(problems_in(circle("abc"), known), [])
        self.assertIn("a knot of 4 units", problems_in(circle("abcd"), known)[0])
        self.assertIn("no such knot now", problems_in(circle("ab"), known)[0])


if __name__ == "__main__":
    unittest.main()
