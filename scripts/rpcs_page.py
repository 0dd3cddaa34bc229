#!/usr/bin/python3
"""Writes docs/rpcs.md, the table of all RPCs, from the options of the RPCs in proto/.

usage: rpcs_page.py           compares the page with the protos; exits with 1 if it is another
       rpcs_page.py --write   rewrites it

Needs protoc and Debian's python3-protobuf.
"""
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAGE = os.path.join(ROOT, "docs", "rpcs.md")
SERVICES = ["program", "registry", "application", "credit", "settlement", "audit", "admin"]
FILES = ["voucher/v1/%s_service.proto" % name for name in SERVICES] + ["voucher/dev/v1/clock_service.proto"]
OPTIONS = ["voucher/v1/%s.proto" % name for name in ("options", "reasons", "role")]

HEAD = """# RPCs

Made by `./dev protos --docs` from the option `voucher.v1.rpc` of each RPC; do not edit. What the words mean stands in
`proto/voucher/v1/options.proto`, what a refusal means in `proto/voucher/v1/reasons.proto`. Besides those listed, a request
with a `request_id` may be refused with REQUEST_ID_REUSED. A role may call if it is listed; the scope says what of the caller
narrows what it may touch or see.
"""
COLUMNS = ["RPC", "kind", "roles", "scope", "refusals, in order of precedence", "repeats safely", "largest request"]


def read_files(proto_root):
    """Descriptors of the services, and the modules of the option that they carry, of reasons and of roles."""
    with tempfile.TemporaryDirectory() as scratch:
        output = os.path.join(scratch, "descriptors")
        protoc = ["protoc", "--proto_path=" + proto_root]
        subprocess.run(protoc + ["--python_out=" + scratch] + OPTIONS, check=True)
        subprocess.run(protoc + ["--descriptor_set_out=" + output] + FILES, check=True)
        sys.path.insert(0, scratch)
        sys.dont_write_bytecode = True
        from google.protobuf import descriptor_pb2
        from voucher.v1 import options_pb2, reasons_pb2, role_pb2  # before the descriptors, which hold the option
        with open(output, "rb") as file:
            read = {file.name: file for file in descriptor_pb2.FileDescriptorSet.FromString(file.read()).file}
    return [read[name] for name in FILES], (options_pb2, reasons_pb2, role_pb2)


def names(enum, values, prefix):
    return ", ".join(enum.Name(value)[len(prefix):] for value in values)


def roles_of(options, enum):
    if options.any_role:
        return "any"
    others = [role for role in enum.values() if role not in options.roles and role != 0]
    if len(others) < len(options.roles):
        return "any but " + names(enum, others, "ROLE_")
    return names(enum, options.roles, "ROLE_") or "nobody"


def row(method, modules):
    options_module, reasons_module, role_module = modules
    options = method.options.Extensions[options_module.rpc]
    scopes = names(options_module.ScopeKind, options.scopes, "SCOPE_KIND_").lower()
    kind = options_module.RpcKind.Name(options.kind)[len("RPC_KIND_"):].lower()
    marks = [word for word, holds in (("two persons", options.two_persons), ("validate_only", options.validate_only))
             if holds]
    return [
        method.name,
        ", ".join([kind] + marks),
        roles_of(options, role_module.Role),
        scopes,
        names(reasons_module.Reason, options.refusals, "REASON_") or "–",
        "yes" if options.retry_safe else "no",
        size(options.max_request_bytes),
    ]


def size(count):
    return "%d MiB" % (count >> 20) if count % (1 << 20) == 0 else "{:,} bytes".format(count)


def line(cells):
    return "| " + " | ".join(cells) + " |\n"


def page(proto_root):
    files, modules = read_files(proto_root)
    text = HEAD
    for file in files:
        for service in file.service:
            text += "\n## %s.%s\n\n" % (file.package, service.name)
            text += line(COLUMNS) + line(["---"] * len(COLUMNS))
            text += "".join(line(row(method, modules)) for method in service.method)
    return text


def main(proto_root, path, write):
    text = page(proto_root)
    if write:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return 0
    with open(path, encoding="utf-8") as file:
        if file.read() == text:
            return 0
    print("%s is not what the options of the RPCs say (./dev protos --docs)" % os.path.relpath(path))
    return 1


if __name__ == "__main__":
    if sys.argv[1:] not in ([], ["--write"]):
        sys.exit(__doc__)
    sys.exit(main(os.path.join(ROOT, "proto"), PAGE, bool(sys.argv[1:])))
