# Nothing grows from run to run: dom0's memory, xenstore, open files, the store.
load lib/xen

prepare() { have_image busybox; }

rounds=40
[[ ${XEN_TESTS_MODE-} != quick ]] || rounds=3

# "WHAT NUMBER" lines of what must stay as it is.
figures() {
  echo "xenstore-nodes $(xenstore-ls -f / | wc -l)"
  echo "loop-nodes $(find /sys/block -maxdepth 1 -name 'loop*' | wc -l)"
  echo "store-files $(find "$data_root" "$run_root" | wc -l)"
  echo "free-mib $(xl info free_memory)"
  echo "store-kib $(du -sk "$data_root" | cut -f 1)"
}

# bats test_tags=quick
@test "after many runs nothing has grown" {
  local i
  vdkr run --rm busybox true
  figures >before
  for ((i = 0; i < rounds; i++)); do
    vdkr run --rm -i busybox cat <<<"$i" >printed
    expect_same printed <(echo "$i")
  done
  figures >after
  diff -u before after
}
