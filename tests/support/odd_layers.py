#!/usr/bin/env python3
"""Writes layers that are odd and legal, each as an image in an OCI layout of its own.
usage: odd_layers.py DIRECTORY     makes DIRECTORY/NAME for each
"""

import io
import os
import subprocess
import sys
import tarfile
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "registry"))
from oci_layout import EPOCH, LayerTar, Layout  # noqa: E402


class OddTar:
    """Entries in any order and any of tar's formats; names are bytes."""

    def __init__(self, form):
        self._bytes = io.BytesIO()
        self._tar = tarfile.open(fileobj=self._bytes, mode="w", format=form, encoding="utf-8",
                                 errors="surrogateescape")

    def add(self, name, kind=tarfile.REGTYPE, content=b"", **more):
        info = tarfile.TarInfo(os.fsdecode(name))
        info.type, info.mtime, info.mode = kind, EPOCH, 0o755 if kind == tarfile.DIRTYPE else 0o644
        for key, value in more.items():
            setattr(info, key, os.fsdecode(value) if isinstance(value, bytes) else value)
        info.size = len(content)
        self._tar.addfile(info, io.BytesIO(content))

    def finish(self):
        self._tar.close()
        return self._bytes.getvalue()


def long_names(form, longest):
    """As long as the format can say."""
    tar = OddTar(form)
    parts = [b"d" * 60] * (longest // 61)
    for depth in range(len(parts)):  # without an entry it would have the time of unpacking
        tar.add(b"/".join(parts[: depth + 1]), tarfile.DIRTYPE)
    directory = b"/".join(parts)
    tar.add(directory + b"/file", content=b"far down\n")
    tar.add(b"link", tarfile.SYMTYPE, linkname=(b"t" * 90 + b"/") * max(1, longest // 400))
    tar.add(b"near", content=b"near\n")
    tar.add(b"hard", tarfile.LNKTYPE, linkname=b"near" if longest < 200 else directory + b"/file")
    tar.add(b"large-owner", uid=2097151, gid=65534)
    return tar.finish()


def odd_names():
    tar = OddTar(tarfile.PAX_FORMAT)
    for name in (b"./dotted", b"/absolute", b"a//b/c", b"white space", b"tab\tand\nnewline", b"\xff\xfe raw",
                 "\u00fcml\u00e4ut".encode(), b"-dash", b"*", b"back\\slash", b"...", b"wh.not", b"x.wh.y",
                 b"n" * 255):
        tar.add(name, content=name)
    tar.add(b"a", tarfile.DIRTYPE)
    tar.add(b"a/b", tarfile.DIRTYPE)
    tar.add(b"sym", tarfile.SYMTYPE, linkname=b"../../\xff/nowhere")
    return tar.finish()


def odd_order():
    """Twice, before their directory, a link's target that is replaced later."""
    tar = OddTar(tarfile.GNU_FORMAT)
    tar.add(b"late/file", content=b"its directory comes later\n")
    tar.add(b"late", tarfile.DIRTYPE, mode=0o700, uid=7, gid=8)
    tar.add(b"twice", content=b"first\n")
    tar.add(b"twice", content=b"second, and longer\n", mode=0o600)
    tar.add(b"was-link", tarfile.SYMTYPE, linkname=b"twice")
    tar.add(b"was-link", content=b"a file now\n")
    tar.add(b"target", content=b"linked\n")
    tar.add(b"one", tarfile.LNKTYPE, linkname=b"target")
    tar.add(b"two", tarfile.LNKTYPE, linkname=b"./one")
    tar.add(b"target", content=b"another file by now\n")
    tar.add(b"directory", tarfile.DIRTYPE, mode=0o755)
    tar.add(b"directory/kept", content=b"kept\n")
    tar.add(b"directory", tarfile.DIRTYPE, mode=0o711)
    return tar.finish()


def odd_modes():
    tar = LayerTar()
    for mode in (0o4755, 0o2755, 0o1777, 0o0000, 0o7777, 0o0001):
        tar.file(f"file-{mode:04o}", b"x", mode)
        tar.directory(f"directory-{mode:04o}", mode)
    tar.file("old", b"", mtime=1)
    tar.file("attributes", b"", xattrs={"user.a": "1", "security.capability": "\x01\x00\x00\x02\x00\x20" + "\x00" * 14})
    tar.directory("attributed", xattrs={"user.dir": "value"})
    tar.file("empty")
    odd = OddTar(tarfile.USTAR_FORMAT)
    odd.add(b"fifo", tarfile.FIFOTYPE)
    odd.add(b"character", tarfile.CHRTYPE, devmajor=5, devminor=1)
    odd.add(b"block", tarfile.BLKTYPE, devmajor=259, devminor=300000)
    odd.add(b"contiguous", tarfile.CONTTYPE, content=b"old tape\n")
    return joined(tar.finish(), odd.finish())


def joined(first, second):
    """One archive of two: without the first one's end."""
    return first.rstrip(b"\0") + b"\0" * (-len(first.rstrip(b"\0")) % 512) + second


def sparse(options):
    """A file with holes, as GNU tar packs it."""
    with tempfile.TemporaryDirectory() as directory:
        with open(f"{directory}/holes", "wb") as file:
            for offset in (0, 300000, 5000000):
                file.seek(offset)
                file.write(b"data at %d\n" % offset)
            file.truncate(9000000)
        command = ["tar", "-C", directory, "-cS", *options, "--mtime=@0", "--owner=0", "--group=0", "holes"]
        return subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout


def main():
    layers = {
        "gnu": long_names(tarfile.GNU_FORMAT, 3000),
        "pax": long_names(tarfile.PAX_FORMAT, 3000),
        "ustar": long_names(tarfile.USTAR_FORMAT, 150),
        "names": odd_names(),
        "order": odd_order(),
        "modes": odd_modes(),
        "sparse-gnu": sparse(["--format=gnu"]),
        "sparse-pax": sparse(["--format=pax"]),
        "sparse-old": sparse(["--format=pax", "--sparse-version=0.1"]),
    }
    for name, tar in layers.items():
        layout = Layout(f"{sys.argv[1]}/{name}")
        layout.tag(f"odd.test/{name}:1", layout.image([layout.layer(tar)], {}))
        layout.finish()


main()
