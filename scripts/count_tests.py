#!/usr/bin/python3
"""Counts single test cases after a ctest run and prints "N passed, N failed" on a line of its own.

usage: count_tests.py CTEST_JUNIT RESULT_DIR

CTEST_JUNIT is what `ctest --output-junit` wrote; RESULT_DIR holds <test>.xml of every GoogleTest binary. A test without
such a file counts as one case. A binary that failed without a failed case (a crash, a timeout) counts as one failure.
Exits with 1 if anything failed or nothing ran.
"""
import os
import sys
import xml.etree.ElementTree as ElementTree


def gtest_cases(path):
    """Returns (passed, failed names, skipped) of one GoogleTest result file."""
    passed, failed, skipped = 0, [], 0
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        if case.find("failure") is not None:
            failed.append(case.get("classname") + "." + case.get("name"))
        elif case.get("status") != "run" or case.get("result") in ("skipped", "suppressed"):
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped


def main(junit, result_dir):
    passed, failed, skipped = 0, [], 0
    for test in ElementTree.parse(junit).getroot().iter("testcase"):
        name, status = test.get("name"), test.get("status")
        path = os.path.join(result_dir, name + ".xml")
        cases = (0, [], 0)
        if os.path.exists(path) and os.path.getsize(path) > 0:
            cases = gtest_cases(path)
        elif status == "run":
            cases = (1, [], 0)
        passed += cases[0]
        failed += [name + ": " + case for case in cases[1]]
        skipped += cases[2]
        if status in ("disabled", "notrun"):
            skipped += 1
        elif status != "run" and not cases[1]:
            failed.append(name + ": the whole test failed (its output, a crash, a timeout, or it was not built)")
    for case in failed:
        print("failed: " + case)
    if skipped:
        print("%d skipped" % skipped)
    print("%d passed, %d failed" % (passed, len(failed)))
    return 1 if failed or passed == 0 else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2]))
