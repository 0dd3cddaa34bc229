#!/usr/bin/python3
"""Follows CONTRIBUTING.md in a copy of the source tree: adds a verb and an RPC that reads, step by step.

What its lists name is what has to be touched; the copy passes the lint, the frozen contract and the compiler; and a step that
is forgotten is noticed. What only a build or a test notices, `./dev newcomer --forget` shows; its list is printed here.
"""
import os
import tempfile
import unittest
from functools import partial

import change
from copied_tree import ROOT, CopiedTree, at_once, read_changes

SHORT = ("protoc", "frozen", "page", "lint", "compile")
LONG = ("configure", "build", "test")


class NewcomerTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch.cleanup)
        cls.scratch = scratch.name
        cls.generated = os.path.join(cls.scratch, "generated")
        cls.steps = read_changes()
        cls.tree = CopiedTree(os.path.join(cls.scratch, "tree"), cls.steps)
        cls.protos = cls.tree.protoc(cls.generated)

    def noticed_by(self, *kinds):
        return [step for step in self.steps if step.noticed.split(" ")[0] in kinds]

    def expect_noticed(self, step, result):
        """A check failed without the step, and for that reason: what it prints has a word that the step brings."""
        code, output = result
        with self.subTest(step=str(step)):
            self.assertNotEqual(code, 0, "nothing notices that it is forgotten")
            words = change.new_words(step, ROOT)
            self.assertTrue(step.command or any(word in output for word in words), output)

    def test_the_lists_of_contributing_name_what_is_touched(self):
        page = change.text_of(ROOT, "CONTRIBUTING.md")
        for kind in dict.fromkeys(step.change for step in self.steps):
            steps = [step for step in self.steps if step.change == kind]
            self.assertEqual([step.number for step in steps], sorted(step.number for step in steps))
            self.assertEqual(list(change.differences(steps, page)), [])

    def test_the_copy_passes_the_checks(self):
        code, output = self.protos
        self.assertEqual(code, 0, output)
        for check in ("lint", "frozen", "page", "buf", "format"):
            with self.subTest(check=check):
                code, output = getattr(self.tree, check)()
                self.assertEqual(code, 0, output)

    def test_the_compiler_takes_every_file_that_is_touched(self):
        files = [path for path in self.tree.texts if path.endswith(".cc")]
        self.assertGreater(len(files), 10)
        results = at_once([partial(self.tree.compile, path, self.generated) for path in files])
        for path, (code, output) in zip(files, results):
            with self.subTest(file=path):
                self.assertEqual(code, 0, output)

    def test_every_step_says_what_notices_that_it_is_forgotten(self):
        self.assertEqual(len(self.noticed_by(*SHORT, *LONG)), len(self.steps))
        for step in self.noticed_by(*LONG):
            print("\n%s: only a %s notices" % (step, step.noticed), end="")

    def test_a_forgotten_file_or_command_is_noticed(self):
        steps = self.noticed_by("frozen", "page", "lint", "protoc")
        self.assertGreater(len(steps), 5)
        for step in steps:
            now = change.text_of(self.tree.root, step.path)
            self.tree.put(step.path, self.tree.without(step))
            out = [os.path.join(self.scratch, "forgotten")] if step.noticed == "protoc" else []
            self.expect_noticed(step, getattr(self.tree, step.noticed)(*out))
            self.tree.put(step.path, now)

    def compile_without(self, number, step):
        """As compile(), with what the step's file would be in a folder that goes first."""
        instead = os.path.join(self.scratch, "forgotten_%d" % number)
        path = os.path.join(instead, step.path)
        os.makedirs(os.path.dirname(path))
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.tree.without(step))
        if step.path.endswith(".proto"):
            code, output = self.tree.protoc(os.path.join(instead, "generated"), [os.path.relpath(step.path, "proto")],
                                            os.path.join(instead, "proto"))
            self.assertEqual(code, 0, output)
        return self.tree.compile(step.noticed.split(" ")[1], self.generated, instead)

    def test_the_compiler_notices_what_is_forgotten(self):
        steps = self.noticed_by("compile")
        self.assertGreater(len(steps), 3)
        results = at_once([partial(self.compile_without, number, step) for number, step in enumerate(steps)])
        for step, result in zip(steps, results):
            self.expect_noticed(step, result)


if __name__ == "__main__":
    unittest.main()
