"""Words that must not appear: in names of files, and in the code of some rooms."""
import re

from source import CPP_ROOTS, is_under

# Rooms whose result depends on nothing but what they are given.
PURE = ["ledger/base", "ledger/validation", "ledger/policy", "ledger/state", "ledger/machine", "ledger/invariants"]

# A number with a point or an exponent, or in hexadecimal digits with a p.
FLOAT_LITERAL = r"(?<![\w.'])(?:\d[\d']*(?:\.|[eE][+-]?\d)|\.\d|0[xX][\da-fA-F'.]+[pP])"

# Code pattern → (path prefixes where it is forbidden, why). Comments and string literals do not count.
FORBIDDEN = [
    (r"\b(float|double)\b|" + FLOAT_LITERAL, PURE, "no floating point near money"),
    # The name of a clock is enough: it may be called by another one.
    (r"\b(system|steady|high_resolution|utc|tai|gps|file)_clock\b|\babsl::Now\b|(?<![\w.>])time\s*\(|"
     r"\bgettimeofday\b|\bclock_gettime\b", PURE, "no clock: time comes in with the command"),
    (r"\bs?rand(om)?(_r)?\s*\(|\bstd::(random_device|mt19937)|\babsl::BitGen|\bRAND_bytes\b", PURE, "no random source"),
    (r"\bstd::(thread|async|jthread)\b|\bpthread_create\b|\bgetenv\b", PURE, "no threads, no environment"),
    (r"\babsl::(Mutex|CondVar)|absl/synchronization/mutex\.h", CPP_ROOTS,
     "use ledger/base/mutex.h: absl::Mutex gives false races under tsan"),
    (r"\bstd::(mutex|lock_guard|unique_lock|scoped_lock|condition_variable)\b", ["ledger", "server"],
     "use ledger/base/mutex.h, which clang can check"),
]
FORBIDDEN_EXCEPT = {"ledger/base/mutex.h", "server/host/grpc_locks.cc"}

BAD_NAME = re.compile(r"(^|[_.-])(utils?|common|helpers?|manager|impl)([_.-]|$)")
UNFINISHED = re.compile(r"\b(" + "TO" + "DO|" + "FIX" + r"ME|" + "XX" + r"X)\b")
ALL_ROOTS = CPP_ROOTS + ("proto", "cmake", "scripts", "deploy", ".ci")
TEXT_ENDINGS = (".cc", ".h", ".proto", ".py", ".sh", ".cmake", ".txt", ".yaml", ".textproto")


def check_names(tree):
    for folder, folders, files in tree.walk(ALL_ROOTS):
        for name in sorted(folders + files):
            if BAD_NAME.search(name):
                yield "%s/%s:1: a file or folder is named after what it holds, not %r" % (folder, name, name)


def check_unfinished(tree):
    for path in tree.files(ALL_ROOTS, TEXT_ENDINGS):
        for number, line in enumerate(tree.text(path).split("\n"), 1):
            if UNFINISHED.search(line):
                yield "%s:%d: unfinished work belongs into an issue" % (path, number)


def check_code(tree):
    for path in tree.cpp_files():
        if path in FORBIDDEN_EXCEPT:
            continue
        for number, line in enumerate(tree.code(path).split("\n"), 1):
            for pattern, where, why in FORBIDDEN:
                if is_under(path, where) and re.search(pattern, line):
                    yield "%s:%d: %s" % (path, number, why)


def check_guards(tree):
    """One header guard: #pragma once, as the first line that is no comment."""
    for path in tree.files(CPP_ROOTS, (".h",)):
        first = tree.code(path).split()[:2]
        if first != ["#pragma", "once"]:
            yield "%s:1: a header begins with #pragma once, and has no other guard" % path


def check(tree):
    for part in (check_names, check_unfinished, check_code, check_guards):
        yield from part(tree)
