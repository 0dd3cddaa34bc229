#!/usr/bin/python3
"""Plants switches in a small tree and expects each default over one of our enums to be found, where it stands."""
import os
import tempfile
import unittest

import switches

TREE = {
    "proto/voucher/v1/program.proto": "// enum Not { NOT_ONE = 0; }\nenum PoolScope {\n  // Why.\n  POOL_SCOPE_ITEM = 1;\n}\n",
    "ledger/base/mode.h": "enum class Mode : uint8_t { kOn, kOff };\n",
}

CLEAN = [
    "switch (scope) {\n  case v1::POOL_SCOPE_ITEM:\n    return 1;\n}\n",
    "switch (code) {\n  case absl::StatusCode::kOk:\n    return 1;\n  default:\n    return 2;\n}\n",
    "switch (command.verb_case()) {\n  case v1::Command::kRedeem:\n    return 1;\n  default:\n    return 2;\n}\n",
    "switch (c) {\n  case (kFirst):\n    return x ? v1::POOL_SCOPE_ITEM : y;\n  default:\n    return 2;\n}\n",
    "switch (c) {\n  case 'a':\n    return 1;\n  default:\n    return v1::POOL_SCOPE_ITEM;\n}\n",
    "switch (x) {\n  case NOT_ONE:\n    return 1;\n  default:\n    return 2;\n}\n",
    "switch (mode) {\n  case Mode::kOn:  // default: none\n    Log(\"default:\");\n}\n",
    "switch (code) {\n  default:\n    switch (mode) {\n      case Mode::kOn:\n        return 1;\n    }\n}\n",
]

# (text, line)
PLANTED = [
    ("switch (scope) {\n  case v1::POOL_SCOPE_ITEM:\n    return 1;\n  default:\n    return 2;\n}\n", 4),
    ("switch (scope) {\n  case POOL_SCOPE_ITEM: {\n    return 1;\n  }\n  default : {\n  }\n}\n", 5),
    ("switch (scope) {\n  case (v1::POOL_SCOPE_ITEM):\n    return 1;\n  default:\n    return 2;\n}\n", 4),
    ("switch (n) {\n  case static_cast<int>(v1::POOL_SCOPE_ITEM):\n    return 1;\n  default:\n    return 2;\n}\n", 4),
    ("switch (mode) {\n  case (::voucher::Mode\n        ::kOn):\n    return 1;\n  default:\n    return 2;\n}\n", 5),
    ("switch (mode) {\n  default:\n  case Mode::kOn:\n    return 1;\n}\n", 2),
    ("switch (mode) {\n  case voucher::Mode::kOn:\n    switch (c) {\n      case 1:\n        break;\n    }\n  default:\n}\n", 7),
    ("switch (c) {\n  case 1:\n    switch (mode) {\n      case Mode::kOn:\n        break;\n      default:\n    }\n}\n", 6),
]


class SwitchesTest(unittest.TestCase):
    def problems_of(self, text):
        with tempfile.TemporaryDirectory() as root:
            for path, content in list(TREE.items()) + [("server/a.cc", text)]:
                os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
                with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                    file.write(content)
            return list(switches.check_tree(root))

    def test_clean_switches_have_no_problem(self):
        for text in CLEAN:
            with self.subTest(text=text):
                self.assertEqual(self.problems_of(text), [])

    def test_each_planted_default_is_found_where_it_stands(self):
        for text, line in PLANTED:
            with self.subTest(text=text):
                problems = self.problems_of(text)
                self.assertEqual(len(problems), 1, problems)
                self.assertTrue(problems[0].startswith("server/a.cc:%d: default: in a switch over" % line), problems)


if __name__ == "__main__":
    unittest.main()
