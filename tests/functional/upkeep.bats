# The upkeep of the images' store: prune, df, check, and what killed pulls leave.
# shellcheck disable=SC2030,SC2031
load lib/functional

prepare() { images=$VXN_DATA_ROOT/images; }

store_files() { find "$images/blobs" "$images/disks" "$images/records" "$images/staging" -mindepth 1 ! -path "$images/blobs/sha256"; }

expect_empty_store() {
  [[ -z $(store_files) ]] || {
    store_files
    not_as_expected "an empty store"
  }
}

# What everything in the store takes on the disk, in bytes.
taken() {
  find "$images/blobs" "$images/disks" "$images/records" -type f -printf '%b\n' |
    awk '{ blocks += $1 } END { print blocks * 512 }'
}

largest() { # DIRECTORY
  find "$images/$1" -type f -printf '%s %f\n' | sort -n | tail -n 1 | cut -d ' ' -f 2
}

spoil() { # FILE OFFSET
  printf '\377\000\377' | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

killed() { # COMMAND…; after a part of the time that it would take
  local pid
  "$@" >/dev/null 2>&1 &
  pid=$!
  sleep "$(printf '%d.%03d' $((RANDOM % whole / 1000)) $((RANDOM % whole % 1000)))"
  kill -9 $pid 2>/dev/null || :
  wait $pid 2>/dev/null || :
}

killed_pulls() { # NUMBER
  local begin name
  local -a names=("$TEST_REGISTRY/layers" "$TEST_REGISTRY/busybox" "$TEST_REGISTRY/debian" "$TEST_REGISTRY/zstd")
  printf 'seed: %s\n' "${RANDOM_SEED:=$$}"
  RANDOM=$RANDOM_SEED
  begin=${EPOCHREALTIME/[.,]/}
  vdkr pull -q "$TEST_REGISTRY/layers"
  whole=$(((${EPOCHREALTIME/[.,]/} - begin) / 800 + 1)) # milliseconds, and a quarter more
  for ((i = 0; i < $1; i++)); do
    name=${names[RANDOM % 4]}
    killed vdkr pull -q "$name"
    try vdkr images -q
    expect_status 0
    if ((RANDOM % 3 == 0)); then vdkr rmi -f "$name" >/dev/null 2>&1 || :; fi
    if ((i % 10 == 9)); then
      try vdkr system check
      expect_status 0
    fi
  done
  # Whatever the last one was doing: the same pull now succeeds.
  try vdkr pull -q "$name"
  expect_status 0
  try vdkr system prune -f
  expect_status 0
  try vdkr system check
  expect_status 0
  expect_out ''
  try vdkr system prune -a -f
  expect_status 0
  expect_empty_store
}

# bats test_tags=quick
@test "ten pulls that are killed somewhere leave nothing that system prune does not take" { killed_pulls 10; }
@test "fifty killed pulls, the first of four" { killed_pulls 50; }
@test "fifty killed pulls, the second of four" { killed_pulls 50; }
@test "fifty killed pulls, the third of four" { killed_pulls 50; }
@test "fifty killed pulls, the last of four" { killed_pulls 50; }

# bats test_tags=quick
@test "system df counts what is on the disk once, and system prune gives it back" {
  vdkr pull -q "$TEST_REGISTRY/layers"
  vdkr pull -q "$TEST_REGISTRY/busybox"
  vdkr tag "$TEST_REGISTRY/busybox" other:1
  [[ $(vpdmn system df --format json | jq '.[0].RawSize') == "$(taken)" ]] || not_as_expected "what du counts"
  try vdkr system df -v
  expect_status 0
  expect_out_has "^$TEST_REGISTRY/layers +latest .* 0\$"
  try vdkr system df
  expect_out_has '^Images +2 +0 +[0-9.]+MB +[0-9.]+MB \(100%\)$'
  printf rest >"$images/blobs/sha256/$(printf rest | sha256sum | cut -d ' ' -f 1)"
  mkdir "$images/staging/pull-dead"
  touch "$images/staging/pull-dead.lock"
  try vdkr system prune -f --filter label=none
  expect_out $'Total reclaimed space: 4.096kB\n'
  try vdkr system prune -f --all
  expect_status 0
  expect_out_has "^untagged: other:1\$"
  expect_out_has "^deleted: sha256:[0-9a-f]{64}\$"
  expect_out_has "^Total reclaimed space: [0-9.]+MB\$"
  expect_empty_store
  [[ $(vpdmn system df --format json | jq '.[0].RawSize') == 0 ]] || not_as_expected "nothing left"
}

@test "image prune takes what has no name, and with -a all that nobody uses" {
  local id
  vdkr pull -q "$TEST_REGISTRY/busybox"
  vdkr pull -q "$TEST_REGISTRY/layers"
  id=$(vdkr images -q --no-trunc "$TEST_REGISTRY/busybox")
  vdkr untag "$TEST_REGISTRY/busybox"
  try vdkr image prune <<<n
  expect_status 0
  expect_out_has '^WARNING! This will remove all dangling images.$'
  try vdkr image prune -f --filter until=2000-01-01T00:00:00Z
  expect_out $'Total reclaimed space: 0B\n'
  try vdkr image prune <<<y
  expect_status 0
  expect_out_has "^deleted: $id\$"
  [[ $(vdkr images -q | wc -l) == 1 ]] || not_as_expected "one image"
  try vpdmn image prune --force
  expect_out ''
  id=$(vpdmn images -q --no-trunc)
  try vpdmn image prune -a --force
  expect_out "${id#sha256:}"$'\n'
  expect_empty_store
}

# bats test_tags=quick
@test "system check sees damage, mends what it can and says what to pull again" {
  local disk blob
  try vdkr system check
  expect_status 0
  vdkr pull -q "$TEST_REGISTRY/layers"
  vdkr pull -q "$TEST_REGISTRY/debian"
  try vdkr system check
  expect_status 0
  expect_out ''
  disk=$(largest disks)
  cp "$images/disks/$disk" sound
  spoil "$images/disks/$disk" 200000
  try vpdmn system check --quick
  expect_status 0
  try vpdmn system check
  expect_status 1
  expect_out "disk $disk: is not what its layer gives"$'\n'
  try vdkr system check --repair
  expect_status 0
  expect_out "disk $disk: is not what its layer gives; made again"$'\n'
  expect_same sound "$images/disks/$disk"
  truncate -s 100 "$images/disks/$disk"
  try vdkr system check -q -r
  expect_status 0
  expect_same sound "$images/disks/$disk"

  blob=$(largest blobs)
  spoil "$images/blobs/sha256/$blob" 1000
  try vdkr system check
  expect_status 1
  expect_out_has "^blob sha256:$blob: has the digest sha256:[0-9a-f]{64} \(of $TEST_REGISTRY/debian:latest\)\$"
  try vdkr system check --repair
  expect_status 1
  expect_out_has "; removed; pull again: $TEST_REGISTRY/debian:latest\$"
  try vdkr save -o debian.tar "$TEST_REGISTRY/debian"
  expect_refused 1 "its layers are not kept here as they came; .pull $TEST_REGISTRY/debian:latest. brings them back"
  vdkr pull -q "$TEST_REGISTRY/debian"
  try vdkr system check
  expect_status 0

  rm "$images/disks/$disk" "$images/blobs/sha256/$blob"
  try vdkr system check --quick --repair
  expect_status 0
  expect_out_has "^image $TEST_REGISTRY/debian:latest: lacks a disk and the blobs to make it of; removed; pull again: "
  [[ $(vdkr images -q | wc -l) == 1 ]] || not_as_expected "the other image"
}

@test "layers that are not kept are fetched again only where somebody wants them" {
  export VXN_KEEP_BLOBS=no
  vdkr pull -q "$TEST_REGISTRY/layers"
  (($(find "$images/blobs" -type f | wc -l) == 2)) || not_as_expected "manifest and configuration"
  try vdkr system check
  expect_status 0
  expect_out ''
  try vdkr pull "$TEST_REGISTRY/layers"
  expect_out_has 'Image is up to date'
  (($(find "$images/blobs" -type f | wc -l) == 2)) || not_as_expected "nothing fetched"
  try vdkr save -o x.tar "$TEST_REGISTRY/layers"
  expect_refused 1 "$TEST_REGISTRY/layers:latest: its layers are not kept here as they came; .VXN_KEEP_BLOBS=yes pull "
  [[ ! -e x.tar ]] || not_as_expected "no file"
  # Its own registry has them.
  vdkr tag "$TEST_REGISTRY/layers" "$TEST_REGISTRY/kept-$$:1"
  try vdkr push -q "$TEST_REGISTRY/kept-$$:1"
  expect_status 0
  VXN_KEEP_BLOBS=yes vdkr pull -q "$TEST_REGISTRY/layers"
  try vdkr save -o x.tar "$TEST_REGISTRY/layers"
  expect_status 0
  try vdkr system check
  expect_status 0
  # Those of an archive stay.
  vdkr system prune -a -f >/dev/null
  vdkr load -q -i x.tar
  try vdkr save -o y.tar "$TEST_REGISTRY/layers"
  expect_same x.tar y.tar
}
