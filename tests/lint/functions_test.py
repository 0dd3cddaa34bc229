#!/usr/bin/python3
"""Functions of known length in all shapes that C++ gives them; the scanner must see where each begins and ends."""
import unittest

import functions
from planted_tree import planted
from source import code_only

SHAPES = '''#pragma once
#define LOOP(x) \\
  for (;;) {    \\
  }
namespace voucher {
namespace {
constexpr int kTable[] = {1, 2, 3};
const std::map<int, int> kMap = {{1, 2}, {3, 4}};
enum class Kind { kA, kB };
}  // namespace

// A comment with { and "quotes.
int Plain(int a) {
  if (a) { return '{'; }
  const char* text = "}}}";
  return 0;
}

template <class T,
          class U = std::vector<T>>
auto Deduced(T a, U b = {}) -> decltype(a + 1) {
  auto inner = [&](int c) { return c; };
  return inner(1);
}

class Door : public Base {
 public:
  explicit Door(int a) : a_(a), b_{a}, c_(std::vector<int>{1, 2}) {
    a_ = 2;
  }
  ~Door() override;
  int Get() const { return a_; }
  bool operator==(const Door& other) const {
    return true;
  }
  int Guarded() VOUCHER_REQUIRES(mutex_) { return 1; }
  std::vector<int> Take() && { return std::move(b_); }
  int Look() const& { return 1; }

 private:
  int a_ = 0, b_{}, c_;
  struct Inner {
    int Deep() const noexcept { return 1; }
  } inner_;
};

Door::~Door() {
}

TEST_F(DoorTest, opens) {
  EXPECT_EQ(1, 1);
}

extern "C" {
int Called();
}
}  // namespace voucher
'''

EXPECTED = {
    "Plain": (13, 17), "Deduced": (19, 24), "Door": (28, 30), "Get": (32, 32), "operator==": (33, 35), "Guarded": (36, 36), "Take": (37, 37), "Look": (38, 38),
    "Deep": (43, 43), "Door::~Door": (47, 48), "DoorTest.opens": (50, 52),
}


def check(text, known=None, path="ledger/base/a.cc"):
    with planted({path: text}) as tree:
        return list(functions.check(tree, known or {}))


def of_lines(count, head="int Long() {"):
    return head + "\n" * (count - 1) + "}\n"


class FunctionsTest(unittest.TestCase):
    def test_each_function_is_seen_from_its_first_line_to_its_last(self):
        found = {name: (first, last) for first, last, name in functions.functions(code_only(SHAPES))}
        self.assertEqual(found, EXPECTED)

    def test_seventy_lines_are_allowed_and_one_more_is_not(self):
        self.assertEqual(check(of_lines(70)), [])
        self.assertEqual(check("\n" + of_lines(71)), ["ledger/base/a.cc:2: Long has 71 lines, more than 70"])

    def test_lines_of_the_head_count(self):
        self.assertEqual(len(check(of_lines(70, "int\nLong() {"))), 1)

    def test_a_long_method_or_constructor_is_found(self):
        self.assertIn("Long has 80", check("class A {\n" + of_lines(80) + "};\n")[0])
        self.assertIn("A has 80", check("class A {\n" + of_lines(80, "A() : a_{1} {") + "};\n")[0])

    def test_a_long_table_is_no_function(self):
        self.assertEqual(check("const int kTable[] = {" + "\n" * 100 + "};\n"), [])

    def test_braces_that_do_not_match_are_found(self):
        self.assertIn("braces are not closed", check("int f() {\n")[0])
        self.assertIn("a closing brace too many", check("}\n")[0])

    def test_a_long_function_of_the_tests_is_found_too(self):
        self.assertIn("Long has 71", check(of_lines(71), path="tests/support/a.cc")[0])

    def test_a_long_test_is_named_by_its_suite_and_its_name(self):
        for head in ("TEST(Door, Opens) {", "TEST_F(Door,\n       Opens) {", "TYPED_TEST(Door, Opens) {"):
            with self.subTest(head=head):
                self.assertIn(": Door.Opens has", check(of_lines(80, head), path="tests/base/a_test.cc")[0])

    def test_a_long_table_of_small_functions_is_no_function(self):
        rows = "    {1, [](int* a) {\n      *a = 1;\n    }},\n" * 40
        self.assertEqual(check("constexpr Row kRows[] = {\n" + rows + "};\n", path="tests/base/a_test.cc"), [])

    def test_a_known_function_is_let_through_until_it_is_short(self):
        known = {("ledger/base/a.cc", "Long"): "why"}
        self.assertEqual(check(of_lines(90), known), [])
        self.assertIn("is short now", check(of_lines(10), known)[0])


if __name__ == "__main__":
    unittest.main()
