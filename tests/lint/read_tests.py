"""An RPC that reads is asked in a test: in tests/query, or in tests/server if it is answered there.

Of an RPC that records, the scenarios and tests/server say so themselves.
"""
import re

RPC = re.compile(r"^  rpc (\w+)\([^)]*\) returns \([^)]*\) \{(.*?)^  \}", re.MULTILINE | re.DOTALL)


def check(tree):
    asked = set()
    for path in tree.files(("tests/query", "tests/server"), (".cc", ".h")):
        asked.update(re.findall(r"\w+", tree.text(path)))
    for path in tree.files(("proto/voucher/v1",), ("_service.proto",)):
        text = tree.text(path)
        for match in RPC.finditer(text):
            name = match.group(1)
            if "RPC_KIND_READ" in match.group(2) and not asked & {name, name + "Request", name + "Response"}:
                yield "%s:%d: no test in tests/query or tests/server asks %s" % (
                    path, text.count("\n", 0, match.start()) + 1, name)
