# shellcheck shell=bash disable=SC2154
# Makes everything that a boot needs in one directory: root.ext4 (never written again), xen,
# vmlinux, initrd, ca-certificates.crt, packages.

# dom0's kernel, unpacked: Xen would spend seconds of emulation on the compressed one.
# Offsets: Documentation/x86/boot.rst, the kernel's own file.
unpack_kernel() {
  local image=$1 sectors offset length
  sectors=$(od -An -tu1 -j$((0x1f1)) -N1 "$image")
  offset=$(od -An -tu4 -j$((0x248)) -N4 "$image")
  length=$(od -An -tu4 -j$((0x24c)) -N4 "$image")
  # xz, as Debian's kernels are; the last four bytes of the payload are not xz's.
  dd if="$image" iflag=skip_bytes,count_bytes skip="$(((sectors + 1) * 512 + offset))" \
    count="$((length))" bs=1M status=none | xz -dc --single-stream
}

# The modules that reach the root disk, in the order in which they are loaded.
initrd_modules=(
  virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci virtio_blk
  crc16 crc32c_generic libcrc32c mbcache jbd2 ext4
)

make_initrd() {
  local tree=$1 out=$2 module file
  mkdir -p "$out".d/{bin,proc,sys,dev,root,modules}
  cp "$tree/bin/busybox" "$out.d/bin/busybox"
  cp "$machine_dir/initrd-init" "$out.d/init"
  for module in "${initrd_modules[@]}"; do
    file=$(find "$tree/lib/modules" -name "$module.ko*" -print -quit)
    [[ -n $file ]] || continue # built in, in this kernel
    cp "$file" "$out.d/modules/"
    printf '%s\n' "${file##*/}" >>"$out.d/modules/order"
  done
  (cd "$out.d" && find . | cpio --quiet -o -H newc) >"$out"
  rm -rf "$out.d"
}

make_root_disk() {
  local tree=$1 out=$2
  truncate -s "${disk_gib}G" "$out"
  mke2fs -q -t ext4 -L vxn-root -m 0 -O ^metadata_csum_seed -E lazy_itable_init=0,lazy_journal_init=0 -d "$tree" "$out"
}

# Fills the directory $1, which is $image.XXXX until all of it is there.
fill_image_dir() {
  local out=$1 tree=$1/tree kernel
  step "packages" make_rootfs "$tree"
  kernel=$(find "$tree/boot" -name 'vmlinuz-*' -print -quit)
  step "kernel" unpack_kernel "$kernel" >"$out/vmlinux"
  gunzip -c "$(find "$tree/boot" -name 'xen-4*.gz' -print -quit)" >"$out/xen"
  make_initrd "$tree" "$out/initrd"
  cp "$tree/etc/ssl/certs/ca-certificates.crt" "$out/"
  dpkg-query --admindir="$tree/var/lib/dpkg" -W >"$out/packages"
  step "root disk" make_root_disk "$tree" "$out/root.ext4"
  rm -rf "$tree" "$tree.sources"
}

# Runs a command and says how long it took.
step() {
  local what=$1 begin=$SECONDS
  shift
  say "  $what"
  "$@"
  say "  $what: $((SECONDS - begin)) s"
}

# Images of this flavour for other inputs that no instance has open.
remove_old_images() {
  local keep=$1 old
  for old in "$cache_dir/images/$flavour-"*; do
    [[ $old == "$keep" || ! -d $old ]] && continue
    exec {in_use}<"$old"
    if flock -n "$in_use"; then rm -rf -- "$old"; fi
    exec {in_use}<&-
  done
}

# Builds the image for the present inputs unless it is there; says its directory on stdout.
ensure_image() {
  local image temporary status
  image=$(image_dir)
  if [[ ! -d $image ]]; then
    mkdir -p "$cache_dir/images"
    exec {build_lock}>"$cache_dir/build.lock"
    flock -n "$build_lock" || {
      say "another build is under way, waiting"
      flock -w 900 "$build_lock" || die "another build holds $cache_dir/build.lock for 15 minutes"
    }
    if [[ ! -d $image ]]; then
      say "building dom0's root image ($flavour), once; about a minute"
      temporary=$(mktemp -d "$image.XXXXXX")
      # shellcheck disable=SC2064
      trap "rm -rf -- '$temporary'" EXIT
      # Not "(…) || die": that would switch errexit off inside.
      set +e
      (
        set -e
        fill_image_dir "$temporary"
      ) >&2
      status=$?
      set -e
      ((status == 0)) || die "building the root image failed"
      chmod 755 "$temporary"
      mv -T "$temporary" "$image"
      trap - EXIT
      remove_old_images "$image"
    fi
    exec {build_lock}>&-
  fi
  printf '%s\n' "$image"
}
