#!/usr/bin/python3
"""What README.md shows is what happens, and a README that says something else is found.

Run at the root of the source tree, with the built programs in $VOUCHER_BIN_DIR.
"""
import io
import os
import re
import sys
import tempfile
import unittest
from contextlib import redirect_stdout

import readme

sys.path.insert(0, "scripts")
import count_tests  # noqa: E402, one home for the summary that `./dev test` ends with

BINARIES = os.environ["VOUCHER_BIN_DIR"]
DEMO_SOURCES = "tests/demo"

TWO_STEPS = """# A ledger

## First steps

```console
$ export VOUCHER_PRINCIPAL=platform
$ voucherctl program publish deploy/programs/hubei-2025.textproto
receipt: entry 1, …
...
$ voucherctl budget get hubei-2025
budget:
  program id           hubei-2025
...
```
"""


def text_of(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def problems_of(text):
    with tempfile.TemporaryDirectory() as scratch:
        return readme.problems_of(text, BINARIES, scratch)


class FirstStepsTest(unittest.TestCase):
    def test_every_command_prints_what_the_readme_shows(self):
        problems, commands = problems_of(text_of("README.md"))
        self.assertEqual(problems, [], "\n" + "\n\n".join(problems))
        self.assertGreaterEqual(commands, 12)

    def test_lines_that_are_not_printed_are_found(self):
        self.assertEqual(problems_of(TWO_STEPS)[0], [])
        problems, _ = problems_of(TWO_STEPS.replace("program id           hubei-2025", "program id           hubei-2026"))
        self.assertEqual(len(problems), 1, problems)
        self.assertIn("budget get hubei-2025\nprints\nbudget:\n  program id           hubei-2025", problems[0])

    def test_a_command_that_there_is_not_is_found(self):
        problems, _ = problems_of(TWO_STEPS.replace("budget get", "budget fetch"))
        self.assertEqual(len(problems), 1, problems)

    def test_a_command_that_fails_is_found_though_its_lines_are_shown(self):
        problems, _ = problems_of(TWO_STEPS.replace("voucherctl budget get hubei-2025", "(cat /dev/null; false)")
                                  .replace("budget:\n  program id           hubei-2025\n...\n", ""))
        self.assertEqual(problems, ["$ (cat /dev/null; false)\nends with 1"])


class ShownLinesTest(unittest.TestCase):
    def test_only_dots_stand_for_something_else(self):
        printed = ["a: 1", "b: 2", "c: 3"]
        for shown, same in ((["a: 1", "b: 2", "c: 3"], True), (["a: …", "...", "c: 3"], True), (["...", "c: 3"], True),
                            (["a: 1", "..."], True), (["..."], True), (["a: 1", "b: 2"], False), (["a: 1", "...", "d: 4"], False),
                            (["a: …"], False), (["A: 1", "..."], False), ([], False)):
            self.assertEqual(readme.fits(shown, printed), same, shown)

    def test_an_ellipsis_is_not_nothing(self):
        self.assertFalse(readme.fits(["a: …"], ["a: "]))


def demo_labels(text):
    """First words of the lines that the README shows of the demo."""
    shown = next(block for block in readme.blocks(text, "text") if "demo: ok" in block)
    lines = [line for line in shown.splitlines() if line.strip() != "..."]
    return [re.split(r"\s{2,}", line.strip())[0] for line in lines]


class DemoTest(unittest.TestCase):
    """`./dev demo` takes minutes, so its figures are not run here; its words must be those of the program."""

    def setUp(self):
        self.source = "".join(text_of(os.path.join(DEMO_SOURCES, name)) for name in sorted(os.listdir(DEMO_SOURCES))
                              if name.endswith(".cc"))

    def unknown(self, text):
        return [label for label in demo_labels(text) if '"%s' % label not in self.source]

    def test_each_line_begins_with_words_that_the_demo_prints(self):
        text = text_of("README.md")
        self.assertGreaterEqual(len(demo_labels(text)), 8)
        self.assertEqual(self.unknown(text), [])

    def test_words_that_it_does_not_print_are_found(self):
        self.assertEqual(self.unknown(text_of("README.md").replace("oversold fen", "oversold yuan")), ["oversold yuan"])


class SummaryTest(unittest.TestCase):
    def test_the_last_line_of_the_tests_is_as_shown(self):
        with tempfile.TemporaryDirectory() as folder:
            junit = os.path.join(folder, "ctest.xml")
            with open(junit, "w", encoding="utf-8") as file:
                file.write('<testsuite><testcase name="a" status="run"/></testsuite>')
            with redirect_stdout(io.StringIO()) as printed:
                self.assertEqual(count_tests.main(junit, folder), 0)
        shown = re.sub(r"\b1 passed", "N passed", printed.getvalue())
        self.assertIn(shown, readme.blocks(text_of("README.md"), "text"))


class CommandsTest(unittest.TestCase):
    def test_dev_has_each_command_that_the_readme_names(self):
        text = text_of("README.md")
        named = set(re.findall(r"\./dev ([a-z]+)", text))
        others = re.search(r"lists the other commands:\n?([^.]*)\.", text).group(1)
        named |= set(re.findall(r"`([a-z]+)`", others))
        script = text_of("dev")
        self.assertGreaterEqual(len(named), 10)
        for command in named:
            self.assertRegex(script, r"(?m)^  (?:[a-z]+\|)*%s(?:\|[^)]*)?\)" % command)

    def test_dev_run_is_the_server_that_the_steps_speak_to(self):
        self.assertIn("voucherd --config %s" % readme.CONFIG, text_of("dev"))

    def test_links_and_paths_lead_to_files(self):
        text = text_of("README.md")
        paths = re.findall(r"\]\(([^)#]+)\)", text)
        paths += [path for path in re.findall(r"`([\w./-]+/[\w./-]*)`", text) if not path.startswith("./")]
        self.assertGreaterEqual(len(paths), 10)
        self.assertEqual([path for path in paths if not os.path.exists(path)], [])


if __name__ == "__main__":
    unittest.main()
