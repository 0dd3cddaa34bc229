#!/usr/bin/python3
"""Holds the shape of the source tree: which room may include what, and a few words that must not appear.

usage: arrows.py ROOT

Prints one line per violation and exits with 1 if there is any. A room is a folder; README.md draws the picture of the
table below. Widening an arrow is a decision, not a repair: it needs a reason in the commit.
"""
import os
import re
import sys

BASE = ["proto", "ledger/base"]
VALIDATION = BASE + ["ledger/validation"]
STATE = VALIDATION + ["ledger/state"]
MACHINE = STATE + ["ledger/policy", "ledger/machine"]
STORES = MACHINE + ["ledger/journal", "ledger/views"]
RECOVERY = STORES + ["ledger/api", "ledger/recovery"]
LEDGER = RECOVERY + ["ledger/invariants", "ledger/query", "ledger/commit", "ledger"]

# Room → rooms whose headers it may include, besides its own. The longest matching prefix of a path is its room.
ARROWS = {
    "proto": [],
    "ledger/base": ["proto"],
    "ledger/validation": BASE,
    "ledger/policy": VALIDATION,
    "ledger/state": VALIDATION,
    "ledger/machine": STATE + ["ledger/policy"],
    "ledger/invariants": MACHINE,
    "ledger/journal": ["ledger/base"],
    "ledger/views": STATE,
    "ledger/query": STORES,
    "ledger/api": STATE,
    "ledger/recovery": STORES + ["ledger/api"],
    "ledger/commit": RECOVERY,
    "ledger": RECOVERY + ["ledger/commit"],
    "ledger/fsck": LEDGER,
    "server": LEDGER,
    "clients/cpp": ["proto"],
    "clients/import": ["proto", "clients/cpp"],
    "clients/cli": ["proto", "clients/cpp", "clients/import"],
    "tests": LEDGER + ["ledger/fsck", "server", "clients/cpp", "clients/import", "clients/cli"],
}

# First folder of a third-party header → path prefixes that may include it; None means everyone.
THIRD_PARTY = {
    "absl": None,
    "google": None,
    "openssl": ["ledger/base", "clients", "tests"],
    "rocksdb": ["ledger/journal", "ledger/views", "ledger/fsck", "tests"],
    "grpcpp": ["server", "clients", "tests"],
    "grpc": ["server", "clients", "tests"],
    "prometheus": ["server/metrics", "tests"],
    "gperftools": ["server/host/huge_pages*"],
    "spdlog": ["server", "tests"],
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

# Code pattern → (path prefixes where it is forbidden, why). Comments and string literals do not count.
PURE = ["ledger/validation", "ledger/policy", "ledger/machine"]
FORBIDDEN = [
    (r"\b(float|double)\b", PURE, "no floating point near money"),
    (r"_clock::now\b|\babsl::Now\b|(?<![\w.>])time\s*\(|\bgettimeofday\b|\bclock_gettime\b", PURE,
     "no clock: time comes in with the command"),
    (r"\bs?rand(om)?(_r)?\s*\(|\bstd::(random_device|mt19937)|\babsl::BitGen|\bRAND_bytes\b", PURE, "no random source"),
    (r"\bstd::(thread|async|jthread)\b|\bgetenv\b", PURE, "no threads, no environment"),
    (r"\babsl::(Mutex|CondVar)|absl/synchronization/mutex\.h", ["ledger", "server", "clients", "tests"],
     "use ledger/base/mutex.h: absl::Mutex gives false races under tsan"),
    (r"\bstd::(mutex|lock_guard|unique_lock|scoped_lock|condition_variable)\b", ["ledger", "server"],
     "use ledger/base/mutex.h, which clang can check"),
]
FORBIDDEN_EXCEPT = {"ledger/base/mutex.h", "server/host/grpc_locks.cc"}

BAD_NAME = re.compile(r"(^|[_.-])(utils?|common|helpers?|manager|impl)([_.-]|$)")
UNFINISHED = re.compile(r"\b(" + "TO" + "DO|" + "FIX" + r"ME|" + "XX" + r"X)\b")
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')
LITERAL_OR_COMMENT = re.compile(
    r'R"(?P<tag>[^(\s]*)\(.*?\)(?P=tag)"|//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|(?<![0-9a-zA-Z])\'(?:\\.|[^\'\\\n])*\'',
    re.DOTALL)
CPP_ROOTS = ("ledger", "server", "clients", "tests")
ALL_ROOTS = CPP_ROOTS + ("proto", "cmake", "scripts", "deploy", ".ci")
TEXT_ENDINGS = (".cc", ".h", ".proto", ".py", ".sh", ".cmake", ".txt", ".yaml", ".textproto")


def is_under(path, prefixes):
    """Whether the path lies in one of the folders; a prefix that ends with * need not be a folder."""
    return any(path.startswith(prefix[:-1] if prefix.endswith("*") else prefix + "/") for prefix in prefixes)


def room_of(path):
    rooms = [room for room in ARROWS if path.startswith(room + "/")]
    return max(rooms, key=len) if rooms else None


def code_only(text):
    """Blanks comments and literals, keeping line numbers. Include lines keep their paths."""
    def blank(match):
        start = text.rfind("\n", 0, match.start()) + 1
        if text[start:match.start()].lstrip().startswith("#") and match.group().startswith('"'):
            return match.group()
        return re.sub(r"[^\n]", " ", match.group())
    return LITERAL_OR_COMMENT.sub(blank, text)


def check_include(root, path, quoted, angled):
    """Returns what is wrong with one include, or None."""
    room = room_of(path)
    target = quoted or angled
    if target.startswith("voucher/") and target.endswith(".pb.h") or target.startswith("google/rpc/"):
        for pattern, allowed in GENERATED:
            if pattern.search(target) and not is_under(path, allowed):
                return "%s is only for %s" % (target, ", ".join(allowed))
        return None
    first = target.split("/")[0]
    if "/" in target and first in THIRD_PARTY:
        allowed = THIRD_PARTY[first]
        if allowed is not None and not is_under(path, allowed):
            return "%s/ is only for %s" % (first, ", ".join(allowed))
        return None
    if angled:
        return None if "/" not in target else "unknown third-party header %s" % target
    if not os.path.exists(os.path.join(root, target)):
        return 'no file %s: quoted includes start at the repository root' % target
    target_room = room_of(target)
    if target_room != room and target_room not in ARROWS[room]:
        return "no arrow from %s to %s" % (target_room, room)
    return None


def check_cpp(root, path, text):
    if room_of(path) is None:
        yield 1, "the folder is no room: add it to the table in tests/lint/arrows.py"
        return
    code = code_only(text)
    for number, line in enumerate(code.split("\n"), 1):
        include = INCLUDE.match(line)
        if include:
            problem = check_include(root, path, include.group(1), include.group(2))
            if problem:
                yield number, problem
        if path in FORBIDDEN_EXCEPT:
            continue
        for pattern, where, why in FORBIDDEN:
            if is_under(path, where) and re.search(pattern, line):
                yield number, why


def check_tree(root):
    """Yields "path:line: problem" for every violation under root."""
    for top in ALL_ROOTS:
        for folder, folders, files in os.walk(os.path.join(root, top)):
            folders[:] = sorted(name for name in folders if name not in ("__pycache__", "node_modules"))
            for name in sorted(folders + files):
                if BAD_NAME.search(name):
                    yield "%s:1: a file or folder is named after what it holds, not %r" % (
                        os.path.relpath(os.path.join(folder, name), root), name)
            for name in sorted(files):
                path = os.path.relpath(os.path.join(folder, name), root)
                if not name.endswith(TEXT_ENDINGS):
                    continue
                with open(os.path.join(root, path), encoding="utf-8") as source:
                    text = source.read()
                for number, line in enumerate(text.split("\n"), 1):
                    if UNFINISHED.search(line):
                        yield "%s:%d: unfinished work belongs into an issue" % (path, number)
                if top in CPP_ROOTS and name.endswith((".cc", ".h")):
                    for number, problem in check_cpp(root, path, text):
                        yield "%s:%d: %s" % (path, number, problem)


def main(root):
    problems = list(check_tree(root))
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
