#!/usr/bin/env python3
"""Makes the test images in an OCI layout. usage: make_images.py LAYOUT BUSYBOX DEBIAN.tar

busybox      busybox-static with its applets, one layer
zstd         the same, its layer compressed by zstd
multi        an index: amd64 and arm64
arm64only    nothing for amd64
layers       two layers: whiteouts, an opaque directory, entries that need the lower layer
debian       a minimal Debian with whatever a tar can carry
"""

import subprocess
import sys

from oci_layout import LayerTar, Layout

ENVIRONMENT = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
SHELL = {"Env": ENVIRONMENT, "Cmd": ["sh"]}
PASSWD = b"root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n"
GROUP = b"root:x:0:\ndaemon:x:1:\nusers:x:100:nobody\nnogroup:x:65534:\n"


def add_busybox(tar, busybox):
    """Its applets are hard links, as in docker's image of that name."""
    with open(busybox, "rb") as program:
        content = program.read()
    listed = subprocess.run([busybox, "--list"], stdout=subprocess.PIPE, check=True, text=True)
    for directory in ("bin", "dev", "etc", "home", "proc", "root", "sys", "usr", "usr/bin", "var"):
        tar.directory(directory, 0o700 if directory == "root" else 0o755)
    tar.directory("tmp", 0o1777)
    tar.file("bin/busybox", content, 0o755)
    for applet in sorted(set(listed.stdout.split()) - {"busybox"}):
        tar.hard_link(f"bin/{applet}", "bin/busybox", 0o755)
    tar.symlink("usr/bin/env", "../../bin/busybox")
    tar.file("etc/passwd", PASSWD)
    tar.file("etc/group", GROUP)


def busybox_layer(busybox, architecture="amd64"):
    tar = LayerTar()
    add_busybox(tar, busybox)
    tar.file("etc/architecture", f"{architecture}\n".encode())
    return tar.finish()


def lower_layer(busybox):
    tar = LayerTar()
    add_busybox(tar, busybox)
    tar.directory("data", 0o751, (0, 100))
    tar.file("data/file", b"lower\n", 0o640, (65534, 65534))
    tar.file("data/replaced", b"lower\n")
    tar.file("data/gone", b"must not be seen\n")
    tar.directory("data/deep", 0o750, (1000, 1000), mtime=1600000000)
    tar.file("data/deep/lower", b"lower\n")
    tar.directory("data/gonedir")
    tar.file("data/gonedir/file", b"must not be seen\n")
    tar.directory("data/becomes-file")
    tar.file("data/becomes-file/inner", b"must not be seen\n")
    tar.file("data/becomes-directory", b"must not be seen\n")
    tar.directory("opaque", 0o755)
    tar.file("opaque/a", b"must not be seen\n")
    tar.directory("opaque/sub")
    tar.file("opaque/sub/c", b"must not be seen\n")
    tar.directory("reborn")
    tar.file("reborn/old", b"must not be seen\n")
    return tar.finish()


def upper_layer():
    """Its entries below data/ come without data/ itself: owner and mode are the lower layer's."""
    tar = LayerTar()
    tar.file("data/.wh.gone")
    tar.file("data/.wh.gonedir")
    tar.file("data/replaced", b"upper\n")
    tar.file("data/becomes-file", b"upper\n")
    tar.directory("data/becomes-directory", 0o711)
    tar.file("data/becomes-directory/new", b"upper\n")
    tar.file("data/deep/upper", b"upper\n", owner=(1000, 1000))
    tar.file("data/never/declared/file", b"upper\n")  # no layer has data/never
    tar.hard_link("data/link-to-lower", "data/file", 0o640)
    tar.directory("opaque", 0o700)
    tar.file("opaque/.wh..wh..opq")
    tar.file("opaque/new", b"upper\n")
    tar.file(".wh.reborn")  # removed and made again in one layer
    tar.directory("reborn", 0o755)
    tar.file("reborn/new", b"upper\n")
    return tar.finish()


def main():
    directory, busybox, debian = sys.argv[1:]
    layout = Layout(directory)
    amd64 = layout.layer(busybox_layer(busybox))
    plain = layout.image([amd64], SHELL)
    layout.tag("busybox", plain)
    layout.tag("zstd", layout.image([layout.layer(busybox_layer(busybox), "zstd")], SHELL))
    arm64 = layout.image([layout.layer(busybox_layer(busybox, "arm64"))], SHELL, "arm64")
    layout.tag("multi", layout.index([arm64, plain]))
    layout.tag("arm64only", arm64)
    layers = [layout.layer(lower_layer(busybox)), layout.layer(upper_layer())]
    layout.tag("layers", layout.image(layers, SHELL))
    with open(debian, "rb") as tar:
        packed = layout.layer(tar.read())
    layout.tag("debian", layout.image([packed], {"Env": ENVIRONMENT, "Cmd": ["bash"]}))
    layout.finish()


main()
