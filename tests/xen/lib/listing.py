"""Every entry of a tree, with extended attributes. Runs in a guest as on the host.

usage: listing.py DIRECTORY
Left out is what an engine mounts or writes into every container.
"""
import os
import stat
import sys
import zlib

MOUNTED = {"proc", "sys", "dev"}
WRITTEN = {"etc/hosts", "etc/hostname", "etc/resolv.conf"}


def content(path):
    crc = 0
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            crc = zlib.crc32(piece, crc)
    return f"{crc:08x}"


def attributes(path):
    names = sorted(n for n in os.listxattr(path, follow_symlinks=False) if n != "security.selinux")
    return [f"{n}={os.getxattr(path, n, follow_symlinks=False).hex()}" for n in names]


def describe(path, name, links):
    info = os.lstat(path)
    words = [f"{info.st_mode:o}", f"{info.st_uid}:{info.st_gid}"]
    if name != "etc":
        words.append(str(int(info.st_mtime)))
    if stat.S_ISLNK(info.st_mode):
        words.append("-> " + os.readlink(path))
    elif stat.S_ISREG(info.st_mode):
        words += [str(info.st_size), content(path)]
        if info.st_nlink > 1:  # the first name of the same file stands for it
            words.append("same as " + links.setdefault((info.st_dev, info.st_ino), name))
    elif stat.S_ISCHR(info.st_mode) or stat.S_ISBLK(info.st_mode):
        words.append(f"device {os.major(info.st_rdev)},{os.minor(info.st_rdev)}")
    return words + attributes(path)


def walk(root, below, links):
    for entry in sorted(os.listdir(os.path.join(root, below))):
        name = os.path.join(below, entry)
        if name in MOUNTED or name in WRITTEN:
            continue
        path = os.path.join(root, name)
        line = " ".join([name] + describe(path, name, links))
        print(line.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace"))
        if stat.S_ISDIR(os.lstat(path).st_mode):
            walk(root, name, links)


walk(sys.argv[1], "", {})
