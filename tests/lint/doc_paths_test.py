#!/usr/bin/python3
"""Documents that name what is there and what is not."""
import unittest

import doc_paths
from planted_tree import planted

TREE = {
    "ledger/base/money.h": "// docs/adr/0001 says why\n",
    "ledger/base/money.cc": "",
    "docs/adr/0001-money.md": "",
    "docs/adr/README.md": "[1](0001-money.md)\n",
    "docs/programs/hubei.md": "",
}

GOOD = """`ledger/base/money.h`, `ledger/base/`, `ledger/base/*.h` and `ledger/base/money.{h,cc}`.
[why](docs/adr/0001-money.md#top), docs/adr/0001, [others](https://example.org/ledger/x.h), `docs/programs/ID.md`, [here](#below)
```
`ledger/gone.h`
```
"""

BAD = ["`ledger/base/gone.h`", "`ledger/gone/`", "`ledger/base/money.{h,py}`", "[why](docs/gone.md)", "docs/adr/0002",
       "`deploy/KIND.csv`", "`ledger/base/*.py`"]


def problems_in(files):
    with planted({**TREE, **files}) as tree:
        return list(doc_paths.check(tree))


class DocPathsTest(unittest.TestCase):
    def test_what_is_there_may_be_named(self):
        self.assertEqual(problems_in({"README.md": GOOD}), [])

    def test_what_is_not_there_is_found_in_its_line(self):
        for text in BAD:
            with self.subTest(text=text):
                problems = problems_in({"README.md": "A line.\n" + text + "\n"})
                self.assertEqual(len(problems), 1, problems)
                self.assertTrue(problems[0].startswith("README.md:2: there is no "), problems)

    def test_links_start_at_the_page_paths_at_the_root(self):
        self.assertEqual(problems_in({"docs/tour.md": "[a](adr/0001-money.md) `docs/adr/0001-money.md`\n"}), [])
        self.assertEqual(len(problems_in({"docs/tour.md": "[a](docs/adr/0001-money.md)\n"})), 1)

    def test_a_decision_that_is_not_in_the_index_is_found(self):
        self.assertEqual(problems_in({"docs/adr/0002-time.md": ""}), ["docs/adr/0002-time.md:1: is not in docs/adr/README.md"])

    def test_a_decision_that_a_comment_names_must_be_there(self):
        self.assertEqual(problems_in({"ledger/base/a.cc": "// docs/adr/0" "007\n"}),
                         ["ledger/base/a.cc:1: there is no decision docs/adr/0" "007"])


if __name__ == "__main__":
    unittest.main()
