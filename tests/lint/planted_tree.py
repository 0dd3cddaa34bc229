"""A small source tree in a folder that goes away, for tests that plant violations."""
import contextlib
import os
import tempfile

from source import Tree


@contextlib.contextmanager
def planted(files):
    """A Tree that holds these files: path → text."""
    with tempfile.TemporaryDirectory() as root:
        for path, text in files.items():
            os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(text)
        yield Tree(root)
