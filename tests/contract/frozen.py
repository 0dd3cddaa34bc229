#!/usr/bin/python3
"""Freezes the wire contract: every field number, enum value, rpc and extension stands as one line in proto/frozen.txt.

usage: frozen.py            compares the protos with proto/frozen.txt; exits with 1 on any difference
       frozen.py --freeze   adds new lines to proto/frozen.txt and takes out what rows lost; refuses if any other line
                            would go or change

Rows of the views may lose fields, since every program builds the views of another evolve version anew: the number of the
field must be reserved then, or the whole row gone.

Needs protoc and Debian's python3-protobuf.
"""
import os
import re
import subprocess
import sys
import tempfile

from google.protobuf import descriptor_pb2

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
Field = descriptor_pb2.FieldDescriptorProto


def field_type(field):
    name = field.type_name.lstrip(".") or Field.Type.Name(field.type)[len("TYPE_"):].lower()
    if field.label == Field.LABEL_REPEATED:
        return "repeated " + name
    return "optional " + name if field.proto3_optional else name


def message_lines(scope, message):
    name = scope + "." + message.name
    for field in message.field:
        line = "field %s.%s = %d : %s" % (name, field.name, field.number, field_type(field))
        if field.HasField("oneof_index") and not field.proto3_optional:
            line += " in oneof " + message.oneof_decl[field.oneof_index].name
        yield line
    for enum in message.enum_type:
        yield from enum_lines(name, enum)
    for nested in message.nested_type:
        yield from message_lines(name, nested)


def enum_lines(scope, enum):
    for value in enum.value:
        yield "value %s.%s.%s = %d" % (scope, enum.name, value.name, value.number)


def service_lines(scope, service):
    for rpc in service.method:
        yield "rpc %s.%s.%s(%s%s) returns (%s%s)" % (
            scope, service.name, rpc.name,
            "stream " * rpc.client_streaming, rpc.input_type.lstrip("."),
            "stream " * rpc.server_streaming, rpc.output_type.lstrip("."))


def extension_lines(scope, extensions):
    for extension in extensions:
        yield "extension %s.%s = %d : %s of %s" % (
            scope, extension.name, extension.number, field_type(extension), extension.extendee.lstrip("."))


def messages_of(scope, messages):
    """Every message by its full name."""
    for message in messages:
        name = scope + "." + message.name
        yield name, message
        yield from messages_of(name, message.nested_type)


def may_go(line, messages):
    match = re.fullmatch(r"field (voucher\.journal\.v1\.\w+Row(?:\.\w+)?)\.\w+ = (\d+) : .*", line)
    if match is None:
        return False
    message, number = messages.get(match[1]), int(match[2])
    return message is None or any(reserved.start <= number < reserved.end for reserved in message.reserved_range)


def read_protos(proto_root):
    """Descriptors of all protos under proto_root."""
    protos = sorted(os.path.relpath(os.path.join(folder, name), proto_root)
                    for folder, _, names in os.walk(proto_root) for name in names if name.endswith(".proto"))
    with tempfile.TemporaryDirectory() as scratch:
        output = os.path.join(scratch, "descriptors")
        subprocess.run(["protoc", "--proto_path=" + proto_root, "--descriptor_set_out=" + output] + protos, check=True)
        with open(output, "rb") as file:
            return descriptor_pb2.FileDescriptorSet.FromString(file.read())


def contract_lines(descriptors):
    """The contract, sorted."""
    lines = []
    for file in descriptors.file:
        for message in file.message_type:
            lines += message_lines(file.package, message)
        for enum in file.enum_type:
            lines += enum_lines(file.package, enum)
        for service in file.service:
            lines += service_lines(file.package, service)
        lines += extension_lines(file.package, file.extension)
    return sorted(lines)


def read_frozen(path):
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        return [line for line in file.read().splitlines() if line and not line.startswith("#")]


HEADER = """# Every field number, enum value, rpc and extension of the protos. Written by `./dev protos --freeze`, which only adds
# lines, but for rows of the views, which may lose fields.
# A line that is here is used by clients and by ledgers on disk: it never goes and never changes.
"""


def main(proto_root, freeze):
    path = os.path.join(proto_root, "frozen.txt")
    descriptors = read_protos(proto_root)
    messages = dict(found for file in descriptors.file for found in messages_of(file.package, file.message_type))
    frozen, current = read_frozen(path), contract_lines(descriptors)
    gone = sorted(line for line in set(frozen) - set(current) if may_go(line, messages))
    lost = sorted(set(frozen) - set(current) - set(gone))
    new = sorted(set(current) - set(frozen))
    for line in lost:
        print("frozen, but no longer so in the protos: " + line)
    if lost:
        return 1
    if freeze:
        with open(path, "w", encoding="utf-8") as file:
            file.write(HEADER + "".join(line + "\n" for line in current))
        print("%s: %d lines, %d of them new; %d of rows are gone" % (
            os.path.relpath(path), len(current), len(new), len(gone)))
        return 0
    for line in gone:
        print("gone from a row of the views, but still frozen (./dev protos --freeze): " + line)
    for line in new:
        print("not frozen yet (./dev protos --freeze): " + line)
    return 1 if new or gone or not frozen else 0


if __name__ == "__main__":
    if sys.argv[1:] not in ([], ["--freeze"]):
        sys.exit(__doc__)
    sys.exit(main(os.path.join(ROOT, "proto"), bool(sys.argv[1:])))
