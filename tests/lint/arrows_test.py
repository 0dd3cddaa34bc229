#!/usr/bin/python3
"""Plants violations in a small tree and expects each to be found, where it stands; and nothing else."""
import os
import tempfile
import unittest

import arrows

CLEAN = {
    "ledger/base/money.h": "#include <cstdint>\n// a double // TO_DO\n",
    "ledger/policy/subsidy.h": '#include "ledger/base/money.h"\n#include "voucher/v1/program.pb.h"\n',
    "ledger/policy/subsidy.cc": '#include "ledger/policy/subsidy.h"\nconst char* a = "float time(";\nint b = x.time(1);\n',
    "ledger/machine/redeem.cc": '#include "absl/status/status.h"\n#include "ledger/policy/subsidy.h"\n',
    "ledger/journal/journal.cc": '#include "rocksdb/db.h"\n#include "ledger/base/money.h"\n',
    "ledger/views/views.h": '#include "rocksdb/db.h"\n',
    "ledger/ledger.h": '#include "ledger/views/views.h"\n',
    "server/main.cc": '#include <grpcpp/grpcpp.h>\n#include "ledger/ledger.h"\n',
    "server/metrics/metrics.cc": '#include "prometheus/registry.h"\n',
    "clients/cpp/client.h": '#include "voucher/v1/credit_service.grpc.pb.h"\n',
    "clients/cli/main.cc": '#include "CLI/CLI.hpp"\n#include "clients/cpp/client.h"\n',
    "tests/journal/journal_test.cc": '#include "gtest/gtest.h"\n#include "rocksdb/db.h"\n',
}

# (path, text, line, words that the message must hold)
PLANTED = [
    ("ledger/base/a.h", '\n#include "ledger/policy/subsidy.h"\n', 2, "no arrow from ledger/policy to ledger/base"),
    ("ledger/policy/a.h", '#include "ledger/machine/redeem.cc"\n', 1, "no arrow from ledger/machine"),
    ("ledger/machine/a.h", '#include "ledger/views/views.h"\n', 1, "no arrow from ledger/views"),
    ("ledger/journal/a.h", '#include "ledger/views/views.h"\n', 1, "no arrow from ledger/views to ledger/journal"),
    ("ledger/views/a.h", '#include "ledger/ledger.h"\n', 1, "no arrow from ledger to ledger/views"),
    ("ledger/a.h", '#include "server/main.cc"\n', 1, "no arrow from server to ledger"),
    ("clients/cpp/a.h", '#include "ledger/base/money.h"\n', 1, "no arrow from ledger/base to clients/cpp"),
    ("clients/cli/a.h", '#include "server/main.cc"\n', 1, "no arrow from server"),
    ("server/a.h", '#include "tests/journal/journal_test.cc"\n', 1, "no arrow from tests to server"),
    ("server/a.h", '#include "main.cc"\n', 1, "quoted includes start at the repository root"),
    ("ledger/attic/a/b.h", '#include "ledger/ledger.h"\n#include "rocksdb/db.h"\n', 2, "rocksdb/ is only for"),
    ("elsewhere/a.h", "", None, None),
    ("ledger/machine/a.cc", "#include <rocksdb/db.h>\n", 1, "rocksdb/ is only for"),
    ("server/a.cc", "#  include <rocksdb/db.h>\n", 1, "rocksdb/ is only for"),
    ("ledger/a.cc", "#include <grpcpp/grpcpp.h>\n", 1, "grpcpp/ is only for"),
    ("ledger/a.cc", '#include "voucher/v1/credit_service.grpc.pb.h"\n', 1, "is only for server, clients, tests"),
    ("ledger/a.cc", '#include "voucher/config/v1/config.pb.h"\n', 1, "is only for server, tests"),
    ("server/main_loop.cc", '#include "prometheus/registry.h"\n', 1, "prometheus/ is only for"),
    ("server/a.cc", "#include <gtest/gtest.h>\n", 1, "gtest/ is only for"),
    ("server/a.cc", "#include <boost/asio.hpp>\n", 1, "unknown third-party header"),
    ("ledger/base/string_utils.h", "", 1, "named after what it holds"),
    ("tests/support/test_helpers.h", "", 1, "named after what it holds"),
    ("server/impl/a.h", "", 1, "named after what it holds"),
    ("server/a.cc", "int a;  // TO" "DO: later\n", 1, "unfinished work"),
    ("proto/voucher/v1/a.proto", "// FIX" "ME\n", 1, "unfinished work"),
    ("server/a.cc", "absl::Mutex m;\n", 1, "false races"),
    ("ledger/a.cc", "std::mutex m;\n", 1, "use ledger/base/mutex.h"),
    ("ledger/policy/a.cc", "/* \n */ double rate = 0.2;\n", 2, "no floating point"),
    ("ledger/machine/a.cc", "float f;\n", 1, "no floating point"),
    ("ledger/machine/a.cc", "auto t = std::chrono::system_clock::now();\n", 1, "no clock"),
    ("ledger/machine/a.cc", "auto t = absl::Now();\n", 1, "no clock"),
    ("ledger/policy/a.cc", "auto t = ::time(nullptr);\n", 1, "no clock"),
    ("ledger/policy/a.cc", "int r = rand();\n", 1, "no random source"),
    ("ledger/machine/a.cc", "std::mt19937 r;\n", 1, "no random source"),
    ("ledger/machine/a.cc", "std::thread t;\n", 1, "no threads"),
]


def problems_in(tree):
    with tempfile.TemporaryDirectory() as root:
        for path, text in tree.items():
            os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(text)
        return list(arrows.check_tree(root))


class ArrowsTest(unittest.TestCase):
    def test_a_tree_that_follows_the_arrows_has_no_problem(self):
        self.assertEqual(problems_in(CLEAN), [])

    def test_every_planted_violation_is_found_where_it_stands_and_nothing_else_is(self):
        for path, text, line, words in PLANTED:
            with self.subTest(path=path, text=text):
                problems = problems_in({**CLEAN, path: text})
                if line is None:
                    self.assertEqual(problems, [])
                    continue
                self.assertEqual(len(problems), 1, problems)
                where = path if not path.startswith("server/impl/") else "server/impl"
                self.assertTrue(problems[0].startswith("%s:%d: " % (where, line)), problems)
                self.assertIn(words, problems[0])

    def test_a_folder_outside_every_room_is_refused(self):
        self.assertIn("no room", problems_in({**CLEAN, "clients/web/a.h": "int a;\n"})[0])

    def test_the_table_has_no_cycle(self):
        order = list(arrows.ARROWS)
        for room, sources in arrows.ARROWS.items():
            for source in sources:
                self.assertLess(order.index(source), order.index(room), "%s → %s" % (source, room))


if __name__ == "__main__":
    unittest.main()
