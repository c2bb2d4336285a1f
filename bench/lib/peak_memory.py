#!/usr/bin/env python3
"""Runs a command and prints the peak memory of all its processes together, in MB: the sum of what each has
held resident at the most, whether at the same time or not. usage: peak_memory.py COMMAND…"""

import os
import subprocess
import sys
import time


def field(path, read):
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            return read(file)
    except OSError:
        return 0  # it has ended


def parent(pid):
    return field(f"/proc/{pid}/stat", lambda file: int(file.read().rpartition(")")[2].split()[1]))


def peak_kib(pid):
    return field(f"/proc/{pid}/status",
                 lambda file: next((int(line.split()[1]) for line in file if line.startswith("VmHWM:")), 0))


def family(root):
    parents = {int(name): parent(name) for name in os.listdir("/proc") if name.isdigit()}
    found = {root}
    while more := {pid for pid, of in parents.items() if of in found} - found:
        found |= more
    return found


command = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
peaks = {}
while command.poll() is None:
    for process in family(command.pid):
        peaks[process] = max(peaks.get(process, 0), peak_kib(process))
    time.sleep(0.02)
if command.returncode != 0:
    sys.exit(f"peak_memory.py: {' '.join(sys.argv[1:])}: status {command.returncode}")
print(f"{sum(peaks.values()) * 1024 / 1e6:.1f}")
