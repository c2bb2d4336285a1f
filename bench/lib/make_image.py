#!/usr/bin/env python3
"""Makes an image of six layers of the files that Debian's packages have brought to /usr here.
usage: make_image.py LAYOUT MEGABYTES     (uncompressed)

The files of each layer are every sixth, so that layers are like each other; one computer gives the
same bytes until its packages change. And 500 small images, which differ in a label, as an archive:
usage: make_image.py --many ARCHIVE
"""

import glob
import os
import stat
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../tests/support/registry"))
from oci_layout import LayerTar, Layout  # noqa: E402

LAYERS = 6
LARGEST_FILE = 32 << 20


def packaged_files():
    names = set()
    for listing in glob.glob("/var/lib/dpkg/info/*.list"):
        with open(listing, encoding="utf-8", errors="surrogateescape") as lines:
            names.update(line.rstrip("\n") for line in lines if line.startswith("/usr/"))
    for name in sorted(names):
        try:
            status = os.lstat(name)
        except OSError:
            continue  # a package's list is older than what is there
        if stat.S_ISLNK(status.st_mode) or stat.S_ISREG(status.st_mode) and status.st_size <= LARGEST_FILE:
            yield name, status


class Layer:
    def __init__(self):
        self.tar = LayerTar()
        self.directories = set()
        self.bytes = 0

    def add(self, name, status):
        path = name.lstrip("/")
        self.add_directory(os.path.dirname(path))
        if stat.S_ISLNK(status.st_mode):
            self.tar.symlink(path, os.readlink(name))
        else:
            with open(name, "rb") as content:
                self.tar.file(path, content.read(), stat.S_IMODE(status.st_mode))
            self.bytes += status.st_size
        self.bytes += 512

    def add_directory(self, path):
        if not path or path in self.directories:
            return
        self.add_directory(os.path.dirname(path))
        self.directories.add(path)
        self.tar.directory(path)


def make_large(directory, megabytes):
    layers = [Layer() for _ in range(LAYERS)]
    for number, (name, status) in enumerate(packaged_files()):
        layers[number % LAYERS].add(name, status)
        if sum(layer.bytes for layer in layers) >= megabytes * 1000000:
            break
    else:
        sys.exit(f"make_image.py: there are fewer than {megabytes} MB in /usr")
    layout = Layout(directory)
    image = layout.image([layout.layer(layer.tar.finish()) for layer in layers], {"Cmd": ["sh"]})
    layout.tag("pull", image)
    layout.finish()


def make_many(archive):
    tar = LayerTar()
    tar.file("file", b"content\n")
    with tempfile.TemporaryDirectory() as directory:
        layout = Layout(directory)
        layer = layout.layer(tar.finish())
        for number in range(500):
            image = layout.image([layer], {"Labels": {"number": str(number)}})
            layout.tag(f"bench.test/image-{number}:1", image)
        layout.finish()
        subprocess.run(["tar", "-C", directory, "-cf", archive, "."], check=True)


if sys.argv[1] == "--many":
    make_many(sys.argv[2])
else:
    make_large(sys.argv[1], int(sys.argv[2]))
