#!/usr/bin/python3
"""Plants violations in a small tree and expects each to be found, where it stands; and nothing else."""
import unittest
from unittest import mock

import arrows
import words
from planted_tree import planted

CLEAN = {
    "ledger/base/money.h": "#pragma once\n#include <cstdint>\n// a double // TO_DO\n",
    "ledger/policy/subsidy.h": '#pragma once\n#include "ledger/base/money.h"\n#include "voucher/v1/program.pb.h"\n',
    "ledger/policy/subsidy.cc": '#include "ledger/policy/subsidy.h"\nconst char* a = "float time(";\nint b = x.time(1);\n'
                                "int c = 0x1e3 + 1'000 + v1.e2 + t[1].e;\ntemplate <class... T> int d(T... t);\n"
                                "auto e = std::array{0, 1}.size();\n",
    "ledger/machine/redeem.cc": '#include "absl/status/status.h"\n#include "ledger/policy/subsidy.h"\n',
    "ledger/journal/journal.cc": '#include "rocksdb/db.h"\n#include "ledger/base/money.h"\n',
    "ledger/views/views.h": '#pragma once\n#include "rocksdb/db.h"\n',
    "ledger/recovery/stores.h": '#pragma once\n#include "ledger/views/views.h"\n',
    "ledger/ledger.h": '#pragma once\n#include "ledger/recovery/stores.h"\n',
    "server/main.cc": '#include <grpcpp/grpcpp.h>\n#include "ledger/ledger.h"\n',
    "server/metrics/metrics.cc": '#include "prometheus/registry.h"\n#include "ledger/policy/refusal_text.h"\n',
    "ledger/policy/refusal_text.h": "#pragma once\n",
    "clients/cpp/client.h": '#pragma once\n#include "voucher/v1/credit_service.grpc.pb.h"\n',
    "clients/cli/main.cc": '#include "CLI/CLI.hpp"\n#include "clients/cpp/client.h"\n',
    "tests/journal/journal_test.cc": '#include "gtest/gtest.h"\n#include "rocksdb/db.h"\n',
}

# (path, text, line, words that the message must hold)
PLANTED = [
    ("ledger/base/a.cc", '\n#include "ledger/policy/subsidy.h"\n', 2, "no arrow from ledger/policy to ledger/base"),
    ("ledger/policy/a.cc", '#include "ledger/machine/redeem.cc"\n', 1, "no arrow from ledger/machine"),
    ("ledger/machine/a.cc", '#include "ledger/views/views.h"\n', 1, "no arrow from ledger/views"),
    ("ledger/journal/a.cc", '#include "ledger/views/views.h"\n', 1, "no arrow from ledger/views to ledger/journal"),
    ("ledger/views/a.cc", '#include "ledger/ledger.h"\n', 1, "no arrow from ledger to ledger/views"),
    ("ledger/a.cc", '#include "server/main.cc"\n', 1, "no arrow from server to ledger"),
    ("clients/cpp/a.cc", '#include "ledger/base/money.h"\n', 1, "no arrow from ledger/base to clients/cpp"),
    ("clients/cli/a.cc", '#include "server/main.cc"\n', 1, "no arrow from server"),
    ("server/a.cc", '#include "tests/journal/journal_test.cc"\n', 1, "no arrow from tests to server"),
    ("server/a.cc", '#include "main.cc"\n', 1, "quoted includes start at the repository root"),
    ("ledger/a.cc", '#include "ledger/ledger.h"\n#include "ledger/views/views.h"\n', 2, "no arrow from ledger/views to ledger"),
    ("ledger/machine/attic/b.cc", '#include "ledger/policy/subsidy.h"\n#include "rocksdb/db.h"\n', 2, "rocksdb/ is only for"),
    ("ledger/attic/a.cc", "int a;\n", 1, "the folder is no room"),
    ("server/attic/a.cc", "int a;\n", 1, "the folder is no room"),
    ("ledger/journal/a.cc", '#include "voucher/v1/entry.pb.h"\n', 1, "no arrow from proto to ledger/journal"),
    ("server/host/a.cc", '#include "server/metrics/metrics.cc"\n', 1, "no arrow from server/metrics to server/host"),
    ("server/metrics/a.cc", '#include "ledger/policy/subsidy.h"\n', 1, "no arrow from ledger/policy to server/metrics"),
    ("server/rpc/a.cc", '#include "ledger/machine/redeem.cc"\n', 1, "no arrow from ledger/machine to server/rpc"),
    ("elsewhere/a.cc", "", None, None),
    ("ledger/machine/a.cc", "#include <rocksdb/db.h>\n", 1, "rocksdb/ is only for"),
    ("server/a.cc", "#  include <rocksdb/db.h>\n", 1, "rocksdb/ is only for"),
    ("ledger/a.cc", "#include <grpcpp/grpcpp.h>\n", 1, "grpcpp/ is only for"),
    ("ledger/a.cc", '#include "voucher/v1/credit_service.grpc.pb.h"\n', 1, "is only for server, clients, tests"),
    ("ledger/a.cc", '#include "voucher/config/v1/config.pb.h"\n', 1, "is only for server, tests"),
    ("server/main_loop.cc", '#include "prometheus/registry.h"\n', 1, "prometheus/ is only for"),
    ("server/a.cc", "#include <gtest/gtest.h>\n", 1, "gtest/ is only for"),
    ("server/a.cc", "#include <boost/asio.hpp>\n", 1, "unknown third-party header"),
    ("ledger/base/string_utils.h", "#pragma once\n", 1, "named after what it holds"),
    ("tests/support/test_helpers.h", "#pragma once\n", 1, "named after what it holds"),
    ("server/host/impl/a.cc", "", 1, "named after what it holds"),
    ("server/a.cc", "int a;  // TO" "DO: later\n", 1, "unfinished work"),
    ("proto/voucher/v1/a.proto", "// FIX" "ME\n", 1, "unfinished work"),
    ("server/a.cc", "absl::Mutex m;\n", 1, "false races"),
    ("ledger/a.cc", "std::mutex m;\n", 1, "use ledger/base/mutex.h"),
    ("ledger/policy/a.cc", "/* \n */ double rate = 0.2;\n", 2, "no floating point"),
    ("ledger/machine/a.cc", "float f;\n", 1, "no floating point"),
    ("ledger/machine/a.cc", "\nauto f = fen * 0.5f;\n", 2, "no floating point"),
    ("ledger/policy/a.cc", "auto f = 1e3;\n", 1, "no floating point"),
    ("ledger/policy/a.cc", "auto f = 1'000E-3;\n", 1, "no floating point"),
    ("ledger/policy/a.cc", "auto f = g(1., 2);\n", 1, "no floating point"),
    ("ledger/policy/a.cc", "auto f = .5;\n", 1, "no floating point"),
    ("ledger/policy/a.cc", "auto f = 0x1.8p1;\n", 1, "no floating point"),
    ("ledger/machine/a.cc", "auto t = std::chrono::system_clock::now();\n", 1, "no clock"),
    ("ledger/machine/a.cc", "using clock = std::chrono::steady_clock;\nauto t = clock::now();\n", 1, "no clock"),
    ("ledger/machine/a.cc", "auto t = absl::Now();\n", 1, "no clock"),
    ("ledger/policy/a.cc", "auto t = ::time(nullptr);\n", 1, "no clock"),
    ("ledger/policy/a.cc", "int r = rand();\n", 1, "no random source"),
    ("ledger/machine/a.cc", "std::mt19937 r;\n", 1, "no random source"),
    ("ledger/machine/a.cc", "std::thread t;\n", 1, "no threads"),
    ("ledger/state/a.cc", "std::thread t;\n", 1, "no threads"),
    ("ledger/invariants/a.cc", "double d;\n", 1, "no floating point"),
    ("ledger/base/a.cc", "auto t = std::chrono::system_clock::now();\n", 1, "no clock"),
    ("ledger/base/a.cc", "std::thread(Run).detach();\n", 1, "no threads"),
    ("ledger/base/a.h", "#ifndef A_H_\n#define A_H_\n#endif\n", 1, "begins with #pragma once"),
    ("ledger/base/a.h", "int a;\n", 1, "begins with #pragma once"),
]


def problems_in(files):
    with planted(files) as tree:
        return list(arrows.Arrows(tree).check()) + list(words.check(tree))


class ArrowsTest(unittest.TestCase):
    def test_a_tree_that_follows_the_arrows_has_no_problem(self):
        self.assertEqual(problems_in(CLEAN), [])

    def test_every_planted_violation_is_found_where_it_stands_and_nothing_else_is(self):
        for path, text, line, message in PLANTED:
            with self.subTest(path=path, text=text):
                problems = problems_in({**CLEAN, path: text})
                if line is None:
                    self.assertEqual(problems, [])
                    continue
                self.assertEqual(len(problems), 1, problems)
                where = path if not path.startswith("server/host/impl/") else "server/host/impl"
                self.assertTrue(problems[0].startswith("%s:%d: " % (where, line)), problems)
                self.assertIn(message, problems[0])

    def test_a_folder_outside_every_room_is_refused(self):
        self.assertIn("no room", problems_in({**CLEAN, "clients/web/a.h": "int a;\n"})[0])

    def test_the_table_has_no_cycle(self):
        order = list(arrows.ARROWS)
        for room, sources in arrows.ARROWS.items():
            for source in sources:
                source_room = source if source in arrows.ARROWS else arrows.room_of(source)
                self.assertLess(order.index(source_room), order.index(room), "%s → %s" % (source, room))

    def test_an_arrow_or_exception_that_no_include_needs_is_found(self):
        table = {"proto": [], "ledger/base": ["proto"], "ledger/policy": ["proto", "ledger/base"]}
        excuse = {("ledger/policy/a.cc", "ledger/base"): "why"}
        include = {"ledger/policy/a.cc": '#include "voucher/v1/a.pb.h"\n'}
        with mock.patch.object(arrows, "ARROWS", table), mock.patch.object(arrows, "EXCEPTIONS", excuse), \
                planted(include) as tree:
            held = arrows.Arrows(tree)
            self.assertEqual(list(held.check()), [])
            unused = "\n".join(held.check_unused())
        self.assertIn("no include needs the arrow from proto to ledger/base", unused)
        self.assertIn("no include needs the arrow from ledger/base to ledger/policy", unused)
        self.assertNotIn("from proto to ledger/policy", unused)
        self.assertIn("no include of ledger/views needs rocksdb/", unused)
        self.assertIn("ledger/policy/a.cc needs no exception for ledger/base", unused)

    def test_an_exception_lets_its_own_file_through_and_no_other(self):
        files = {"ledger/base/b.h": "#pragma once\n", "clients/cpp/a.cc": '#include "ledger/base/b.h"\n',
                 "clients/cpp/c.cc": '#include "ledger/base/b.h"\n'}
        with mock.patch.object(arrows, "EXCEPTIONS", {("clients/cpp/a.cc", "ledger/base"): "why"}), planted(files) as tree:
            problems = list(arrows.Arrows(tree).check())
        self.assertEqual(len(problems), 1, problems)
        self.assertTrue(problems[0].startswith("clients/cpp/c.cc:1: no arrow"), problems)

    def test_main_runs_every_check_of_this_folder(self):
        found = {"ledger/policy/a.cc": '#include "ledger/policy/b.h"\n', "ledger/policy/b.h": '#include "ledger/policy/c.h"\n',
                 "ledger/policy/c.h": '#include "ledger/policy/a.h"\n', "ledger/policy/a.h": "#pragma once\nint f() {" +
                 "\n" * 70 + "}\n", "server/attic/a.cc": "", "scripts/a.py": "",
                 "README.md": "`ledger/lost.h`\n"}
        with planted(found) as tree:
            problems = "\n".join(arrows.check_tree(tree.root))
        for message in ("the folder is no room", "no include needs the arrow", "begins with #pragma once", "a knot of 3 units",
                        "f has 71 lines", "in no CMakeLists.txt", "scripts/a.py:1: nothing calls it",
                        "there is no ledger/lost.h"):
            self.assertIn(message, problems)


if __name__ == "__main__":
    unittest.main()
