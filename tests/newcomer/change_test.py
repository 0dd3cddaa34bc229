#!/usr/bin/python3
"""Steps that do not fit their file or CONTRIBUTING.md, each of which must be found and say what to revise."""
import os
import tempfile
import unittest

import change

STEPS = """# A shelf is added.
change A shelf.

step 1 shop/shelves.txt
noticed by lint
after |oak
+ash
+elm

step 2 shop/plans/ash.txt
noticed by test shop_test
new
+ash

step 2 run ./dev protos --docs
noticed by page
"""

PAGE = """# How to change it

**A shelf.**
1. `shop/shelves.txt` (its line). If it is large,
   `shop/floor.txt` (v1.2 of it).
2. `shop/plans/ID.txt`; `./dev protos --docs`. The `ash` is a tree.

Check: `./dev test 'shop|stock'`. Then look.

**A door.**
1. `shop/doors.txt`
"""


class ChangeTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.root = scratch.name
        self.write("shop/shelves.txt", "beech\noak\npine\n")

    def write(self, path, text):
        full = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)

    def steps(self, text=STEPS):
        self.write("shelf.steps", text)
        return change.read_steps(os.path.join(self.root, "shelf.steps"))

    def revised(self, steps):
        with self.assertRaises(change.Revise) as raised:
            change.texts(steps, self.root)
        return str(raised.exception)

    def test_steps_add_their_lines(self):
        steps = self.steps()
        self.assertEqual(change.texts(steps, self.root),
                         {"shop/shelves.txt": "beech\noak\nash\nelm\npine\n", "shop/plans/ash.txt": "ash\n"})
        before = self.steps(STEPS.replace("after |oak", "before |oak"))
        self.assertEqual(change.texts(before, self.root)["shop/shelves.txt"], "beech\nash\nelm\noak\npine\n")
        self.assertEqual([step.noticed for step in steps], ["lint", "test shop_test", "page"])
        self.assertEqual(steps[2].path, "docs/rpcs.md")
        self.assertEqual(change.new_words(self.steps(STEPS.replace("+ash", "+large oak"))[0], self.root), {"large"})

    def test_an_anchor_that_is_gone_says_which_step_to_revise(self):
        self.write("shop/shelves.txt", "beech\npine\n")
        message = self.revised(self.steps())
        self.assertIn("shelf.steps:4, step 1 of “A shelf.”: shop/shelves.txt has the line “oak” no more", message)
        self.assertIn("step 1 of “A shelf.” in CONTRIBUTING.md", message)

    def test_an_anchor_that_stands_twice_is_none(self):
        self.write("shop/shelves.txt", "oak\noak\n")
        self.assertIn("has the line “oak” 2 times", self.revised(self.steps()))

    def test_a_file_that_is_gone_or_there_already_is_found(self):
        self.write("shop/plans/ash.txt", "")
        self.assertIn("step 2 of “A shelf.”: shop/plans/ash.txt is there already", self.revised(self.steps()))
        os.remove(os.path.join(self.root, "shop/shelves.txt"))
        self.assertIn("shop/shelves.txt is not there", self.revised(self.steps()))

    def test_a_line_that_is_no_part_of_a_step_is_refused(self):
        with self.assertRaises(ValueError):
            self.steps(STEPS.replace("after |oak", "behind |oak"))

    def test_a_page_that_names_what_is_touched_has_no_difference(self):
        self.assertEqual(list(change.differences(self.steps(), PAGE)), [])
        floor = "\nstep 1 shop/floor.txt\nnoticed by lint\nnew\n+ash\n"
        self.assertEqual(list(change.differences(self.steps(STEPS + floor), PAGE)), [])

    def test_what_only_the_page_or_only_the_steps_have_is_found(self):
        for old, new, found in [
                ("`shop/shelves.txt`", "`shop/tables.txt`",
                 ["step 1 of “A shelf.” in CONTRIBUTING.md does not name shop/shelves.txt",
                  "step 1 of “A shelf.” in CONTRIBUTING.md names shop/tables.txt, which is not needed"]),
                ("If it is large,", "Besides,",
                 ["step 1 of “A shelf.” in CONTRIBUTING.md names shop/floor.txt, which is not needed"]),
                ("--docs", "--freeze",
                 ["step 2 of “A shelf.” in CONTRIBUTING.md does not name docs/rpcs.md",
                  "step 2 of “A shelf.” in CONTRIBUTING.md names ./dev protos --freeze, which is not needed"]),
                ("shop/plans/ID.txt", "shop/plans/*.md",
                 ["step 2 of “A shelf.” in CONTRIBUTING.md does not name shop/plans/ash.txt",
                  "step 2 of “A shelf.” in CONTRIBUTING.md names shop/plans/*.md, which is not needed"]),
                ("shop|stock", "stock", ["the check of “A shelf.” in CONTRIBUTING.md does not run shop_test"]),
                ("\n2. ", "\n3. ",
                 ["step 2 of “A shelf.” in CONTRIBUTING.md does not name docs/rpcs.md",
                  "step 2 of “A shelf.” in CONTRIBUTING.md does not name shop/plans/ash.txt",
                  "step 3 of “A shelf.” in CONTRIBUTING.md names shop/plans/ID.txt, which is not needed",
                  "step 3 of “A shelf.” in CONTRIBUTING.md names ./dev protos --docs, which is not needed"])]:
            with self.subTest(new=new):
                self.assertIn(old, PAGE)
                self.assertEqual(list(change.differences(self.steps(), PAGE.replace(old, new, 1))), found)
        with self.assertRaises(change.Revise):
            list(change.differences(self.steps(), PAGE.replace("A shelf", "A table")))

    def test_names_without_a_folder_lie_in_that_of_the_name_before(self):
        self.assertEqual(change.named_in("`a/b.cc` and `c.h`; in `a/d`: `e.cc`, `x` too."),
                         [("a/b.cc", True), ("a/c.h", True), ("a/d", True), ("a/d/e.cc", True)])

    def test_patterns_stay_in_their_folder_and_folders_do_not(self):
        self.assertTrue(change.is_named("a/b_test.cc", "a/*_test.cc"))
        self.assertFalse(change.is_named("a/c/b_test.cc", "a/*_test.cc"))
        self.assertTrue(change.is_named("a/c/b.cc", "a"))
        self.assertFalse(change.is_named("ab/c.cc", "a"))
        self.assertTrue(change.is_named("a/warn.cc", "a/VERB.cc"))


if __name__ == "__main__":
    unittest.main()
