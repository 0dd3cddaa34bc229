#!/usr/bin/python3
"""Holds what deciding and evolving a command costs, in instructions, to a checked-in table.

usage: instruction_counts.py DECIDE_COST TABLE [--update] [--keep DIR]

Runs `decide-cost` under callgrind and compares its figures with TABLE: lines "figure instructions", per command. Exits
with 1 if a figure costs over 10 % more than its line, or has no line, or a line has no figure. A figure that costs over
20 % less is told: write the gain down. `--update` writes TABLE anew, keeping its comments. `--keep` leaves callgrind's
profiles, one per figure, in DIR for callgrind_annotate.

Instructions, unlike times, are the same on every run: the ledger is in memory, the commands are fixed, and the
processor that valgrind shows is narrowed to what every x86-64 has, so that libc and OpenSSL choose the same code
everywhere. What is left moves with the versions of the compiler and of Debian's libraries; the margin is for them.
"""
import argparse
import glob
import os
import re
import subprocess
import sys
import tempfile

ENTERPRISES = 1000
COMMANDS = 500
MAY_GROW = 1.10
WORTH_TELLING = 0.80

ENVIRONMENT = {
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX_Fast_Unaligned_Load,-AVX2,-AVX,-ERMS,-FSRM,-BMI2,-BMI1,-LZCNT,-MOVBE,-SSE4_2,-SSE4_1,-SSSE3",
    "OPENSSL_ia32cap": "0:0",
    "LC_ALL": "C",
}


def count_of(profile, commands):
    """Returns (figure, instructions per command) of one of callgrind's files; None if it is of no figure."""
    figure = re.search(r"^desc: Trigger: Client Request: (\S+)$", profile, re.MULTILINE)
    total = re.search(r"^(?:totals|summary): (\d+)$", profile, re.MULTILINE)
    return (figure.group(1), round(int(total.group(1)) / commands)) if figure and total else None


def measure(program, directory):
    """Returns {figure: instructions per command}."""
    command = ["valgrind", "--quiet", "--tool=callgrind", "--instr-atstart=no", "--collect-atstart=no",
               "--callgrind-out-file=" + os.path.join(directory, "profile"), program,
               "--enterprises", str(ENTERPRISES), "--commands", str(COMMANDS)]
    subprocess.run(command, check=True, env=dict(os.environ, **ENVIRONMENT), stdout=subprocess.DEVNULL)
    counts = {}
    for path in glob.glob(os.path.join(directory, "profile.*")):
        with open(path, encoding="utf-8", errors="replace") as profile:
            counted = count_of(profile.read(), COMMANDS)
        if counted:
            counts[counted[0]] = counted[1]
    return counts


def read_table(path):
    """Returns the comment lines of the table and {figure: instructions}."""
    comments, counts = [], {}
    with open(path, encoding="utf-8") as table:
        for line in table:
            if line.startswith("#") or not line.strip():
                comments.append(line)
            else:
                figure, count = line.split()
                counts[figure] = int(count)
    return comments, counts


def write_table(path, comments, counts):
    with open(path, "w", encoding="utf-8") as table:
        table.writelines(comments)
        for figure in sorted(counts):
            table.write("%-28s %7d\n" % (figure, counts[figure]))


def compare(measured, allowed):
    """Yields (is a failure, line) about every figure that is not as the table says."""
    for figure in sorted(set(measured) | set(allowed)):
        if figure not in measured:
            yield True, "%s: in the table, but not measured" % figure
            continue
        if figure not in allowed:
            yield True, "%s: %d instructions, but not in the table" % (figure, measured[figure])
            continue
        ratio = measured[figure] / allowed[figure]
        line = "%s: %d instructions, %+.1f %% of %d" % (figure, measured[figure], 100 * (ratio - 1), allowed[figure])
        if ratio > MAY_GROW:
            yield True, line
        elif ratio < WORTH_TELLING:
            yield False, line


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("table")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--keep")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        directory = options.keep or scratch
        os.makedirs(directory, exist_ok=True)
        measured = measure(options.program, directory)
    if not measured:
        sys.exit("callgrind counted nothing")
    comments, allowed = read_table(options.table)
    findings = list(compare(measured, allowed))
    for figure in sorted(measured):
        print("%-28s %7d" % (figure, measured[figure]))
    if options.update:
        write_table(options.table, comments, measured)
        return 0
    for failure, line in findings:
        print(("costs more: " if failure else "costs less: ") + line)
    if any(failure for failure, _ in findings):
        print("If that is meant: %s" % " ".join(["tests/bench/cost/instruction_counts.py"] + sys.argv[1:3] + ["--update"]))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
