#!/usr/bin/python3
"""Lets the tests of the scenarios and of the model, and the demo's programmes, make ledgers, and judges them.

usage: made_by_tests.py --out DIR [--scenarios PROGRAM] [--model PROGRAM --commands N] [--demo DIR --fsck PROGRAM]

DIR of --demo holds a ledger in PROGRAMME/data each, as `voucher-demo --all --keep` leaves it. Run it from the repository
root. What was exported goes away after a good run. Exits like oracle.py, or with 1 if a test or an export failed.
"""
import argparse
import glob
import os
import shutil
import subprocess
import sys

import oracle


# Other lives than those of the model test alone.
SEED = "20250601"


def run(what, command, **environment):
    """Runs a program whose output is only shown if it fails."""
    print("==> " + what, flush=True)
    done = subprocess.run(command, env=dict(os.environ, **environment), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    if done.returncode:
        sys.exit("%s\noracle: %s ended with %d" % ("\n".join(done.stdout.splitlines()[-40:]), command[0], done.returncode))


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", required=True, help="directory for the exports, emptied first")
    parser.add_argument("--scenarios", help="the program scenarios_test")
    parser.add_argument("--model", help="the program model_test")
    parser.add_argument("--commands", default="1000000", help="commands of the model")
    parser.add_argument("--demo", help="directory that holds the demo's ledgers")
    parser.add_argument("--fsck", help="the program voucher-fsck")
    options = parser.parse_args(arguments)
    shutil.rmtree(options.out, ignore_errors=True)
    os.makedirs(options.out)
    if options.demo:
        ledgers = sorted(glob.glob(os.path.join(options.demo, "*", "data")))
        if not ledgers:
            sys.exit("oracle: no ledgers in " + options.demo)
        for data in ledgers:
            name = os.path.basename(os.path.dirname(data))
            run("export " + name, [options.fsck, "--export", os.path.join(options.out, "demo", name), data])
    if options.scenarios:
        run("scenarios", [options.scenarios, "--gtest_filter=Scenarios.EveryTable*"],
            VOUCHER_SCENARIO_EXPORT=os.path.join(options.out, "scenarios"))
    if options.model:
        run("model, %s commands" % options.commands, [options.model, "--gtest_filter=Model.*"],
            VOUCHER_MODEL_EXPORT=os.path.join(options.out, "model"), VOUCHER_MODEL_COMMANDS=options.commands,
            VOUCHER_SEED=SEED)
    print("==> oracle", flush=True)
    code = oracle.main([options.out])
    if code == 0:
        shutil.rmtree(options.out)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
