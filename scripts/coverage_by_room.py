#!/usr/bin/python3
"""Prints line and branch coverage per room from gcovr's JSON summary.

usage: coverage_by_room.py SUMMARY.json
"""
import collections
import json
import os
import sys


def percent(part, whole):
    return "%6.1f %%" % (100 * part / whole) if whole else "       –"


def main(path):
    with open(path, encoding="utf-8") as summary:
        files = json.load(summary)["files"]
    keys = ("line_covered", "line_total", "branch_covered", "branch_total")
    rooms = collections.defaultdict(lambda: [0, 0, 0, 0])
    for entry in files:
        for room in (os.path.dirname(entry["filename"]), "all"):
            rooms[room] = [total + entry[key] for total, key in zip(rooms[room], keys)]
    print("%-20s %8s %8s %8s" % ("room", "lines", "covered", "branches"))
    for room in sorted(rooms, key=lambda name: (name == "all", name)):
        covered, lines, taken, branches = rooms[room]
        print("%-20s %8d %8s %8s" % (room, lines, percent(covered, lines), percent(taken, branches)))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
