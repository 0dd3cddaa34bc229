#!/usr/bin/python3
"""Changes the options of RPCs in a copy of the protos and expects docs/rpcs.md to be refused until it is written anew."""
import contextlib
import io
import os
import shutil
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "scripts"))
import rpcs_page  # noqa: E402

SERVICE = "voucher/v1/settlement_service.proto"


class RpcsPageTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.protos = os.path.join(scratch.name, "proto")
        self.page = os.path.join(scratch.name, "rpcs.md")
        shutil.copytree(os.path.join(ROOT, "proto"), self.protos)
        self.assertEqual(self.run_main(write=True), 0)

    def run_main(self, write):
        with contextlib.redirect_stdout(io.StringIO()) as output:
            code = rpcs_page.main(self.protos, self.page, write)
        self.output = output.getvalue()
        return code

    def row(self, rpc):
        with open(self.page, encoding="utf-8") as file:
            return [line for line in file if line.startswith("| %s |" % rpc)]

    def test_every_rpc_has_its_row(self):
        self.assertEqual(self.row("RecordDisbursement"), [
            "| RecordDisbursement | mutation | FINANCE | none | STATEMENT_NOT_FOUND, ALREADY_BOOKED, PROGRAM_NOT_OPEN, ILLEGAL_STATE | yes | 16 MiB |\n"])
        self.assertEqual(self.row("GetStatement"), [
            "| GetStatement | read | any but OBSERVER | provider | – | yes | 16 MiB |\n"])
        self.assertEqual(self.row("JumpClock"), ["| JumpClock | control | any | none | – | no | 16 MiB |\n"])
        self.assertEqual(self.run_main(write=False), 0)

    def test_another_option_is_another_page(self):
        path = os.path.join(self.protos, SERVICE)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for old, new in [("roles: ROLE_FINANCE", "roles: ROLE_ADMIN"), ("max_request_bytes: 16777216", "max_request_bytes: 99"),
                         ("retry_safe: true", "retry_safe: false"), ("SCOPE_KIND_NONE", "SCOPE_KIND_PROGRAM"),
                         ("REASON_ILLEGAL_STATE", "REASON_BLACKLISTED"), ("RPC_KIND_MUTATION", "RPC_KIND_BATCH"),
                         ("retry_safe: true", "retry_safe: true two_persons: true")]:
            with self.subTest(old=old, new=new):
                self.assertIn(old, text)
                with open(path, "w", encoding="utf-8") as file:
                    file.write(text.replace(old, new, 1))
                self.assertEqual(self.run_main(write=False), 1)
                self.assertIn("./dev protos --docs", self.output)
        self.assertEqual(self.run_main(write=True), 0)
        self.assertEqual(self.run_main(write=False), 0)


if __name__ == "__main__":
    unittest.main()
