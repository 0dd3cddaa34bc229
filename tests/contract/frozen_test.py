#!/usr/bin/python3
"""Changes a small contract in every way that breaks clients and expects each to be refused, also on freezing."""
import contextlib
import io
import os
import tempfile
import unittest

import frozen

PROTO = """syntax = "proto3";
package shop.v1;
import "google/protobuf/descriptor.proto";
extend google.protobuf.MethodOptions { Order price = 50001; }
enum Colour { COLOUR_UNSPECIFIED = 0; COLOUR_RED = 1; }
message Order {
  message Line { int64 price_fen = 1; }
  repeated Line lines = 1;
  optional string note = 2;
  oneof payer { string enterprise = 3; Colour colour = 4; }
}
service ShopService { rpc Buy(Order) returns (stream Order); }
"""

LINES = [
    "extension shop.v1.price = 50001 : shop.v1.Order of google.protobuf.MethodOptions",
    "field shop.v1.Order.Line.price_fen = 1 : int64",
    "field shop.v1.Order.colour = 4 : shop.v1.Colour in oneof payer",
    "field shop.v1.Order.enterprise = 3 : string in oneof payer",
    "field shop.v1.Order.lines = 1 : repeated shop.v1.Order.Line",
    "field shop.v1.Order.note = 2 : optional string",
    "rpc shop.v1.ShopService.Buy(shop.v1.Order) returns (stream shop.v1.Order)",
    "value shop.v1.Colour.COLOUR_RED = 1",
    "value shop.v1.Colour.COLOUR_UNSPECIFIED = 0",
]

BREAKING = [
    ("price_fen = 1", "price_fen = 2"),
    ("int64 price_fen", "int32 price_fen"),
    ("int64 price_fen", "int64 cost_fen"),
    ("optional string note = 2;", ""),
    ("optional string note", "string note"),
    ("repeated Line", "Line"),
    ("string enterprise = 3; Colour", "Colour"),
    ("COLOUR_RED = 1", "COLOUR_RED = 2"),
    ("returns (stream Order)", "returns (Order)"),
    ("rpc Buy", "rpc Sell"),
    ("price = 50001", "price = 50002"),
    ("Order price", "Colour price"),
    ("google.protobuf.MethodOptions", "google.protobuf.ServiceOptions"),
]


class FrozenTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.root = scratch.name
        self.write(PROTO)
        self.assertEqual(self.run_main(freeze=True), 0)

    def write(self, text):
        with open(os.path.join(self.root, "shop.proto"), "w", encoding="utf-8") as file:
            file.write(text)

    def run_main(self, freeze):
        with contextlib.redirect_stdout(io.StringIO()) as output:
            code = frozen.main(self.root, freeze)
        self.output = output.getvalue()
        return code

    def read(self):
        return frozen.read_frozen(os.path.join(self.root, "frozen.txt"))

    def test_every_field_value_rpc_and_extension_is_one_line(self):
        self.assertEqual(self.read(), LINES)
        self.assertEqual(self.run_main(freeze=False), 0)

    def test_every_breaking_change_is_refused_and_freezing_it_too(self):
        for old, new in BREAKING:
            with self.subTest(old=old, new=new):
                self.assertIn(old, PROTO)
                self.write(PROTO.replace(old, new))
                for freeze in (False, True):
                    self.assertEqual(self.run_main(freeze), 1)
                    self.assertIn("frozen, but no longer so", self.output)
                self.assertEqual(self.read(), LINES)

    def test_an_addition_is_refused_until_it_is_frozen(self):
        self.write(PROTO.replace("COLOUR_RED = 1;", "COLOUR_RED = 1; COLOUR_BLUE = 2;"))
        self.assertEqual(self.run_main(freeze=False), 1)
        self.assertIn("not frozen yet", self.output)
        self.assertEqual(self.run_main(freeze=True), 0)
        self.assertEqual(self.run_main(freeze=False), 0)
        self.assertEqual(len(self.read()), len(LINES) + 1)

    def test_a_row_of_the_views_may_go_and_a_field_of_it_if_its_number_is_reserved(self):
        row = 'syntax = "proto3"; package voucher.journal.v1; message LotRow { message Part { int64 fen = 1; } Part part = 1; int64 used = 2; } '
        self.write(row)
        os.remove(os.path.join(self.root, "frozen.txt"))
        self.assertEqual(self.run_main(freeze=True), 0)
        self.write(row.replace("int64 used = 2;", ""))
        self.assertEqual(self.run_main(freeze=True), 1)
        self.write(row.replace("int64 used = 2;", "int32 used = 2;"))
        self.assertEqual(self.run_main(freeze=True), 1)
        self.write(row.replace("int64 used = 2;", "reserved 2;"))
        self.assertEqual(self.run_main(freeze=False), 1)
        self.assertEqual(self.run_main(freeze=True), 0)
        self.write(row.replace("LotRow", "OtherRow"))
        self.assertEqual(self.run_main(freeze=True), 0)
        self.assertEqual(self.read(), ["field voucher.journal.v1.OtherRow.Part.fen = 1 : int64",
                                       "field voucher.journal.v1.OtherRow.part = 1 : voucher.journal.v1.OtherRow.Part",
                                       "field voucher.journal.v1.OtherRow.used = 2 : int64"])

    def test_an_empty_contract_is_no_contract(self):
        os.remove(os.path.join(self.root, "frozen.txt"))
        self.assertEqual(self.run_main(freeze=False), 1)


if __name__ == "__main__":
    unittest.main()
