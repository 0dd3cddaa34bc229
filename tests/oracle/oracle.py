#!/usr/bin/python3
"""Judges ledgers by what their entries say, without the code that made them.

usage: oracle.py [--jobs N] EXPORT...

EXPORT is a directory that `voucher-fsck --export` wrote, or one that holds such directories. Prints what it found, with
the numbers of entries, and at the end "N passed, N failed": each check over each ledger is one. Exits with 1 if any failed.
"""
import argparse
import glob
import json
import multiprocessing
import os
import sys
import traceback

import findings
import judge


def read_export(directory):
    """The entries of an export. What moved between accounts is not looked at."""
    for path in sorted(glob.glob(os.path.join(directory, "entries-*.jsonl"))):
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                entry = json.loads(line)
                entry.get("event", {}).pop("postings", None)
                yield entry


def exports(path):
    """Directories of exports under a path."""
    if glob.glob(os.path.join(path, "entries-*.jsonl")):
        return [path]
    found = [directory for directory, _, names in os.walk(path) if any(name.startswith("entries-") for name in names)]
    return sorted(found)


def judged(directory):
    """(directory, entries, names of checks that failed, lines) of a ledger."""
    try:
        found, entries = judge.judge(lambda: read_export(directory))
    except Exception:  # an entry that is about something that is not there
        return directory, 0, list(findings.CHECKS), ["the oracle cannot follow it:\n" + traceback.format_exc()]
    return directory, entries, found.failed(), list(found.lines())


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="ledgers judged at a time")
    parser.add_argument("export", nargs="+", help="directory of an export, or one above several")
    options = parser.parse_args(arguments)
    ledgers = [directory for path in options.export for directory in exports(path)]
    if not ledgers:
        sys.exit("oracle: no entries-*.jsonl in " + ", ".join(options.export))
    passed = failed = entries = 0
    with multiprocessing.Pool(options.jobs) as pool:
        for directory, count, names, lines in pool.imap(judged, ledgers):
            print("%s: %d entries, %s" % (directory, count, "ok" if not names else "FAILED: " + ", ".join(names)), flush=True)
            for line in lines:
                print("  " + line)
            entries += count
            failed += len(names)
            passed += len(findings.CHECKS) - len(names)
    print("%d ledgers, %d entries, %d checks of each" % (len(ledgers), entries, len(findings.CHECKS)))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
