# Bytes in bulk and one by one: none lost, nothing grows, and whoever waits is woken.
load lib/xen

prepare() { have_image busybox; }

clean_up() { remove_containers; }

full=1024 pings=100000
[[ ${XEN_TESTS_MODE-} != quick ]] || full=64 pings=2000

# A block of random bytes, again and again: as fast to make as to compare.
endless() {
  local i
  for ((i = 0; i < full; i++)); do cat block; done
}

# What the container's monitor, relay and client keep for themselves, in KiB.
private_memory() {
  local pid total=0
  for pid in $(our_processes); do
    total=$((total + $(awk '/^Private/ { sum += $2 } END { print sum + 0 }' "/proc/$pid/smaps_rollup")))
  done
  echo "$total"
}

missed_wakeups() { vdkr inspect -f '{{.State.MissedWakeups}}' "$1"; } # NAME

# bats test_tags=quick
@test "streams-1: a gigabyte both ways at once, to a slow reader: identical, memory stays" {
  local most=0 now reader
  cd "$BATS_TEST_TMPDIR"
  head -c 1048576 /dev/urandom >block
  # The reader rests once in a while, so that everything behind it has to wait.
  endless | vdkr run -i --name copy busybox cat |
    { for _ in 1 2 3; do head -c 4194304 && sleep 1; done; cat; } | cmp - <(endless) &
  reader=$!
  while kill -0 "$reader" 2>/dev/null; do
    now=$(private_memory 2>/dev/null) || now=0
    ((now <= most)) || most=$now
    sleep 0.5
  done
  wait "$reader"
  printf 'at most %s KiB\n' "$most"
  ((most > 0 && most < 24000))
  [[ $(missed_wakeups copy) == 0 ]]
}

# bats test_tags=quick
@test "streams-2: byte by byte to a process in the container and back: nobody sleeps through it" {
  vdkr run -d --name echo busybox sleep 3000
  "$BUILD_TREE/tests/soak/ping_pong" "$pings" vdkr exec -i echo cat >figures
  cat figures
  [[ $(jq .pings figures) == "$pings" ]]
  # One that only a watchdog ended took ten seconds.
  [[ $(jq '.longest_ms < 5000' figures) == true ]]
  [[ $(missed_wakeups echo) == 0 ]]
}
