#!/usr/bin/python3
"""Builds the copy of the source tree in which CONTRIBUTING.md was followed, and runs the tests that see what was added.

usage: build.py                    builds it and runs the tests
       build.py --forget [REGEX]   besides, leaves out one step after the other that only a build or a test notices, or those
                                   whose name matches, and expects that it does; an hour or more for all

The copy is build/newcomer; what did not change since the last time is not built again.
"""
import os
import re
import subprocess
import sys

import change
from copied_tree import ROOT, CopiedTree, read_changes

COPY = os.path.join(ROOT, "build", "newcomer")
PRESET = "release"
# Those that see the verb (its table, every state of every thing, read-only, the simulation), the read, and the door to both.
TESTS = ["machine_test", "prefetch_test", "scenarios_test", "model_test", "validation_test", "query_test", "server_unit_test",
         "server_test", "voucherd_test", "client_test", "voucherctl_test"]


def start(tree, *command):
    """Runs a command in the copy with its output shown; whether it succeeds."""
    print("==> " + " ".join(command), flush=True)
    return subprocess.run(command, cwd=tree.root, stdin=subprocess.DEVNULL).returncode == 0


def configure(tree):
    return start(tree, "cmake", "--preset", PRESET, "-Wno-dev", "--log-level=WARNING")


def build(tree, *targets):
    return start(tree, "ninja", "-C", os.path.join("build", PRESET), "-j", str(os.cpu_count()), *targets)


def run_tests(tree, *tests):
    return start(tree, "ctest", "--preset", PRESET, "-R", "^(%s)$" % "|".join(tests))


def noticed_by(tree, step):
    """What fails in the copy as it is, of configure, build and test, as far as the step says; or nothing."""
    kind, *targets = step.noticed.split(" ")
    if kind == "configure":
        return "nothing" if configure(tree) else "configure"
    if not build(tree, "voucherd", *targets):
        return "build"
    return "nothing" if kind == "build" or run_tests(tree, *targets) else "test"


def forget(tree, regex):
    """Leaves out one step after the other; yields what is not noticed as it says."""
    for step in tree.steps:
        kind = step.noticed.split(" ")[0]
        if kind not in ("configure", "build", "test") or not re.search(regex, str(step)):
            continue
        print("==> Forgotten: %s" % step, flush=True)
        tree.put(step.path, tree.without(step))
        noticed = noticed_by(tree, step)
        tree.put(step.path, tree.texts[step.path])
        print("==> Noticed by: %s" % noticed, flush=True)
        if noticed != kind:
            yield "%s: if it is forgotten, %s notices, not %s" % (step, noticed, step.noticed)


def main(regex):
    try:
        tree = CopiedTree(COPY, read_changes())
    except change.Revise as problem:
        print(problem)
        return 1
    print("==> %d steps of CONTRIBUTING.md are done in %s" % (len(tree.steps), os.path.relpath(COPY)), flush=True)
    if not (configure(tree) and build(tree, "voucherd", *TESTS) and run_tests(tree, *TESTS)):
        return 1
    problems = [] if regex is None else list(forget(tree, regex))
    for problem in problems:
        print(problem)
    print("newcomer: " + ("failed" if problems else "ok"))
    return 1 if problems else 0


if __name__ == "__main__":
    if sys.argv[1:2] not in ([], ["--forget"]) or len(sys.argv) > 3:
        sys.exit(__doc__)
    sys.exit(main((sys.argv[2:] or [""])[0] if sys.argv[1:] else None))
