# 6. An image's files are what umoci makes of the same layers. ./test unpacks them on the host and
# leaves the listings in /srv/vxn/expected.
load lib/xen

lib=$BATS_TEST_DIRNAME/lib
expected=/srv/vxn/expected

# The entries that no layer or only a lower one declares have the time of unpacking with umoci.
without_times() { sed -E 's,^(\./data(/never(/declared)?)? [^ ]+ [^ ]+) [0-9]+$,\1,' "$1"; }

# bats test_tags=quick
@test "whiteouts and opaque directories: two layers seen as one tree" {
  have_image layers
  try vdkr run --rm layers sh -c "$(cat "$lib/listing.sh")" sh /
  expect_status 0
  (($(wc -l <"$out") > 10)) || not_as_expected "a listing"
  expect_out_has '^\./data 41e9 0:100 1700000000$' # as the lower layer has it
  expect_out_has '^\./data/never 41ed 0:0 0$'
  diff -u <(without_times "$expected/layers") <(without_times "$out")
}

@test "every file of the debian image: mode, owner, attributes, links, size, time, content" {
  have_image debian
  try vdkr run --rm debian python3 -B -c "$(cat "$lib/listing.py")" /
  expect_status 0
  (($(wc -l <"$out") > 1000)) || not_as_expected "a listing"
  diff -u "$expected/debian" "$out" >difference || {
    head -n 60 difference
    return 1
  }
}

@test "layers are converted once and shared: the second image and the second run make no disk" {
  have_image layers
  vdkr run --rm layers true
  find "$data_root/images/disks" -type f -printf '%f %T@\n' | sort >before
  vdkr run --rm layers true
  vdkr pull layers >/dev/null
  find "$data_root/images/disks" -type f -printf '%f %T@\n' | sort >after
  [[ -s before ]]
  expect_same before after
}
