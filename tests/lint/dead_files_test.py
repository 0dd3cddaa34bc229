#!/usr/bin/python3
"""Leaves files about that nothing uses, and expects each to be found; and nothing else."""
import unittest

import dead_files
from planted_tree import planted

USED = {
    "ledger/base/CMakeLists.txt": "add_library(voucher_base STATIC\n  money.cc)  # not lost.cc\n",
    "ledger/base/money.cc": '#include "ledger/base/money.h"\n',
    "ledger/base/money.h": "",
    "tests/base/CMakeLists.txt": "foreach(name money text)\n  voucher_test(${name}_test SOURCES ${name}_test.cc)\n"
                                 "  add_test(NAME ${name} COMMAND python3 tests/base/${name}_check.py)\nendforeach()\n"
                                 "add_test(NAME a COMMAND python3 ${PROJECT_SOURCE_DIR}/tests/base/check.py)\n",
    "tests/base/money_test.cc": "",
    "tests/base/text_test.cc": "",
    "tests/base/check.py": "import lines\n",
    "tests/base/money_check.py": "",
    "tests/base/lines.py": "",
    "dev": "#!/bin/sh\nscripts/start\n. scripts/words.sh\n",
    "scripts/start": "#!/bin/sh\n",
    "scripts/words.sh": "",
}

DEAD = {
    "ledger/base/lost.cc": "in no CMakeLists.txt",
    "ledger/base/lost.h": "nobody includes it",
    "tests/base/lost_test.cc": "in no CMakeLists.txt",
    "scripts/lost.py": "nothing calls it",
    "scripts/lost": "nothing calls it",
    "tests/base/lost.sh": "nothing calls it",
}


def problems_in(files):
    with planted(files) as tree:
        return list(dead_files.check(tree))


class DeadFilesTest(unittest.TestCase):
    def test_a_tree_whose_files_are_used_has_no_problem(self):
        self.assertEqual(problems_in(USED), [])

    def test_each_file_that_nothing_uses_is_found(self):
        for path, message in DEAD.items():
            with self.subTest(path=path):
                text = "#!/bin/sh\n# lost\n" if path == "scripts/lost" else ""
                self.assertEqual(problems_in({**USED, path: text}), ["%s:1: %s" % (path, message)])

    def test_a_header_that_only_itself_includes_is_found(self):
        self.assertEqual(problems_in({**USED, "ledger/base/a.h": '#include "ledger/base/a.h"\n'}),
                         ["ledger/base/a.h:1: nobody includes it"])

    def test_a_script_that_only_itself_names_is_found(self):
        self.assertEqual(problems_in({**USED, "scripts/alone.sh": "# usage: alone.sh\n"}),
                         ["scripts/alone.sh:1: nothing calls it"])


if __name__ == "__main__":
    unittest.main()
