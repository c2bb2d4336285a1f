#!/bin/sh
# Every entry of a tree: type and mode, owner, size, links, times, what it points at or contains.
# Runs in busybox, in a guest as on the host. usage: listing.sh DIRECTORY
# Left out is what an engine mounts or writes into every container.
cd "$1" || exit 1
find . \( -path ./proc -o -path ./sys -o -path ./dev \) -prune -o -print | sort |
  while IFS= read -r path; do
    case $path in
      . | ./etc/hosts | ./etc/hostname | ./etc/resolv.conf) continue ;;
    esac
    # shellcheck disable=SC2046
    set -- $(stat -c '%f %u %g %h %s %t,%T %Y' "$path")
    if [ -L "$path" ]; then
      echo "$path $1 $2:$3 $7 -> $(readlink "$path")"
    elif [ -f "$path" ]; then
      echo "$path $1 $2:$3 $7 links $4 size $5 $(sha256sum <"$path")"
    elif [ -d "$path" ]; then
      [ "$path" != ./etc ] || set -- "$1" "$2" "$3" "" "" "" ""
      echo "$path $1 $2:$3 $7"
    else
      echo "$path $1 $2:$3 $7 device $6"
    fi
  done
