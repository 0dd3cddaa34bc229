#!/usr/bin/python3
"""Holds the shape of the source tree: which room may include what, and what the other files of this folder check.

usage: arrows.py ROOT

Prints one line per violation and exits with 1 if there is any. A room is a folder; README.md draws the picture of the
table below. Widening an arrow is a decision, not a repair: it needs a reason in the commit.
"""
import re
import sys

import dead_files
import doc_paths
import functions
import knots
import picture
import read_tests
import words
from source import Tree, is_under

# Room → what it includes of others: rooms, or single headers of one. In the tree's order, so each arrow points upwards in
# this list. All of them are used: an arrow that no include needs is a violation too.
# The longest matching folder of a path is its room; those of HOLD_FILES_ONLY hold no folder that is not a room itself.
ARROWS = {
    "proto": [],
    "ledger/base": ["proto"],
    "ledger/validation": ["proto", "ledger/base"],
    "ledger/policy": ["proto", "ledger/base", "ledger/validation"],
    "ledger/state": ["proto", "ledger/base", "ledger/validation"],
    "ledger/machine": ["proto", "ledger/base", "ledger/validation", "ledger/policy", "ledger/state"],
    "ledger/invariants": ["proto", "ledger/base", "ledger/policy", "ledger/state", "ledger/machine"],
    "ledger/journal": ["ledger/base"],
    "ledger/views": ["ledger/base", "ledger/state"],
    "ledger/query": ["proto", "ledger/base", "ledger/validation", "ledger/policy", "ledger/state", "ledger/machine"],
    "ledger/api": ["proto", "ledger/base", "ledger/state"],
    "ledger/recovery": ["proto", "ledger/base", "ledger/state", "ledger/machine", "ledger/journal", "ledger/views",
                        "ledger/api"],
    "ledger/commit": ["ledger/base", "ledger/validation", "ledger/state", "ledger/machine", "ledger/journal",
                      "ledger/api", "ledger/recovery"],
    "ledger/fsck": ["proto", "ledger/base", "ledger/validation", "ledger/policy", "ledger/state", "ledger/machine",
                    "ledger/invariants", "ledger/journal", "ledger/views", "ledger/recovery"],
    "ledger": ["proto", "ledger/base", "ledger/machine", "ledger/journal", "ledger/api", "ledger/recovery", "ledger/commit"],
    "server/host": ["proto", "ledger/base"],
    "server/config": ["proto", "ledger/base", "ledger/validation"],
    "server/access": ["proto", "ledger/base"],
    "server/metrics": ["proto", "ledger/base", "ledger/policy/refusal_text.h", "ledger/query", "ledger", "server/host",
                       "server/config", "server/access"],
    "server/rpc": ["proto", "ledger/base", "ledger/validation", "ledger/policy/clause.h", "ledger/policy/refusal_text.h",
                   "ledger/query", "ledger/api", "ledger", "server/host", "server/access", "server/metrics"],
    "server/services": ["proto", "ledger/base", "ledger/validation", "ledger/query", "ledger", "server/host", "server/rpc"],
    "server": ["ledger/base", "ledger", "server/host", "server/config", "server/access", "server/metrics", "server/rpc",
               "server/services"],
    "clients/cpp": ["proto"],
    "clients/import": ["proto", "ledger/base", "ledger/validation"],
    "clients/cli": ["proto", "ledger/base", "ledger/validation", "clients/cpp", "clients/import"],
    "tests": ["proto", "ledger/base", "ledger/validation", "ledger/policy", "ledger/state", "ledger/machine",
              "ledger/invariants", "ledger/journal", "ledger/views", "ledger/query", "ledger/api", "ledger/recovery",
              "ledger/commit", "ledger/fsck", "ledger", "server/host", "server/config", "server/access", "server/metrics",
              "server/rpc", "server/services", "server", "clients/cpp", "clients/import", "clients/cli"],
}
HOLD_FILES_ONLY = ("ledger", "server")

# Includes against the table: (file, what it includes of) → why it stands for now. One that is needed no more fails.
EXCEPTIONS = {}

# First folder of a third-party header → path prefixes that may include it; None means everyone.
THIRD_PARTY = {
    "absl": None,
    "google": None,
    "openssl": ["ledger/base"],
    "rocksdb": ["ledger/journal", "ledger/views", "tests"],
    "grpcpp": ["server", "clients", "tests"],
    "prometheus": ["server/metrics", "tests"],
    "gperftools": ["server/host/huge_pages*"],
    "spdlog": ["server"],
    "CLI": ["server", "clients/cli", "ledger/fsck", "tests"],
    "nlohmann": ["server/host/log*", "clients/cli", "tests"],
    "gtest": ["tests"],
    "gmock": ["tests"],
    "valgrind": ["tests"],
    # The operating system.
    "sys": None, "netinet": None, "arpa": None, "linux": None,
}

# Generated headers that are not for everyone.
GENERATED = [
    (re.compile(r"\.grpc\.pb\.h$"), ["server", "clients", "tests"]),
    (re.compile(r"^voucher/config/"), ["server", "tests"]),
    (re.compile(r"^voucher/dev/"), ["server", "clients", "tests"]),
    (re.compile(r"^voucher/journal/"), ["ledger", "tests"]),
]


def room_of(path):
    rooms = [room for room in ARROWS if path.startswith(room + "/")]
    if not rooms:
        return None
    room = max(rooms, key=len)
    return None if room in HOLD_FILES_ONLY and "/" in path[len(room) + 1:] else room


def third_party_problem(path, target, angled):
    """What is wrong with the include of a header of others, or None; and whether it is one."""
    first = target.split("/")[0]
    if "/" in target and first in THIRD_PARTY:
        allowed = THIRD_PARTY[first]
        if allowed is None or is_under(path, allowed):
            return None, True
        return "%s/ is only for %s" % (first, ", ".join(allowed)), True
    if angled and "/" in target:
        return "unknown third-party header %s" % target, True
    return None, bool(angled)


class Arrows:
    """Checks includes against the table, and remembers which arrows and exceptions were needed."""

    def __init__(self, tree):
        self.tree = tree
        self.needed = set()  # (room, what the table allows it)
        self.needed_of_others = set()  # (first folder of a third-party header, prefix that may include it)
        self.excused = set()

    def follow(self, path, target, target_room):
        room = room_of(path)
        for allowed in (target, target_room):
            if allowed in ARROWS[room]:
                self.needed.add((room, allowed))
                return None
        for allowed in (target, target_room):
            if (path, allowed) in EXCEPTIONS:
                self.excused.add((path, allowed))
                return None
        return "no arrow from %s to %s" % (target_room, room)

    def problem(self, path, quoted, angled):
        """Returns what is wrong with one include, or None."""
        target = quoted or angled
        if target.startswith("voucher/") and target.endswith(".pb.h") or target.startswith("google/rpc/"):
            for pattern, allowed in GENERATED:
                if pattern.search(target) and not is_under(path, allowed):
                    return "%s is only for %s" % (target, ", ".join(allowed))
            return self.follow(path, target, "proto")
        problem, of_others = third_party_problem(path, target, angled)
        first = target.split("/")[0]
        self.needed_of_others.update((first, prefix) for prefix in THIRD_PARTY.get(first) or [] if is_under(path, [prefix]))
        if of_others:
            return problem
        if not self.tree.exists(target):
            return 'no file %s: quoted includes start at the repository root' % target
        target_room = room_of(target)
        return None if target_room == room_of(path) else self.follow(path, target, target_room)

    def check(self):
        for path in self.tree.cpp_files():
            if room_of(path) is None:
                yield "%s:1: the folder is no room: add it to the table in tests/lint/arrows.py" % path
                continue
            for number, quoted, angled in self.tree.includes(path):
                problem = self.problem(path, quoted, angled)
                if problem:
                    yield "%s:%d: %s" % (path, number, problem)

    def check_unused(self):
        """Arrows and exceptions that no include needed; after check()."""
        for room, sources in ARROWS.items():
            for source in sources:
                if (room, source) not in self.needed:
                    yield "tests/lint/arrows.py:1: no include needs the arrow from %s to %s" % (source, room)
        for first, prefixes in THIRD_PARTY.items():
            for prefix in prefixes or []:
                if (first, prefix) not in self.needed_of_others:
                    yield "tests/lint/arrows.py:1: no include of %s needs %s/" % (prefix, first)
        for path, source in EXCEPTIONS:
            if (path, source) not in self.excused:
                yield "tests/lint/arrows.py:1: %s needs no exception for %s" % (path, source)


def check_tree(root):
    """Yields "path:line: problem" for every violation under root."""
    tree = Tree(root)
    arrows = Arrows(tree)
    yield from arrows.check()
    yield from arrows.check_unused()
    yield from words.check(tree)
    yield from knots.check(tree, room_of)
    yield from functions.check(tree)
    yield from dead_files.check(tree)
    yield from doc_paths.check(tree)
    yield from picture.check(tree, ARROWS)
    yield from read_tests.check(tree)


def main(root):
    problems = list(check_tree(root))
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
