# `meson install` without the source tree afterwards, and the way back.
load lib/functional

@test "everything that a dom0 needs is installed, and uninstalling leaves nothing" {
  local build=${VXN_STAGE%/stage} file
  DESTDIR=$PWD/dom0 meson install -C "$build" --no-rebuild --quiet
  for file in bin/vdkr bin/vpdmn bin/vxn bin/vxn-oci-runtime libexec/vxn/vxn-monitor libexec/vxn/vxn-image-worker \
    libexec/vxn/guest-init; do
    [[ -x dom0/usr/$file ]] || { printf 'missing: %s\n' "$file" && return 1; }
  done
  [[ -n $(find dom0/usr -name vxn-kernel -perm -100) ]]
  try dom0/usr/bin/vdkr --version
  expect_status 0
  DESTDIR=$PWD/dom0 ninja -C "$build" uninstall
  try find dom0 ! -type d
  expect_out ''
}
