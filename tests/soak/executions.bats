# Short processes, thousands of them, of random sizes and ends: no byte and no code is lost.
load lib/xen

prepare() { have_image busybox; }

clean_up() { remove_containers; }

rounds=1000
[[ ${XEN_TESTS_MODE-} != quick ]] || rounds=100

# In two containers at once, each in the other's way.
lot() { # NUMBER
  local other status=0
  vdkr run -d --name one busybox sleep 30000
  vdkr run -d --name two busybox sleep 30000
  "$BUILD_TREE/tests/soak/executions" "$rounds" two $((2 * $1)) >second 2>&1 3>&- 4>&- &
  other=$!
  "$BUILD_TREE/tests/soak/executions" "$rounds" one $((2 * $1 - 1)) >first 2>&1 || status=$?
  wait "$other" || status=$?
  cat first second
  ((status == 0))
  [[ $(vdkr inspect -f '{{.State.MissedWakeups}}' one two | sort -u) == 0 ]]
  try vdkr exec one sh -c 'ls /proc | grep -c "^[0-9]"'
  expect_out $'4\n' # sleep, and those of this very line: none of the others is left
}

# bats test_tags=quick
@test "executions-1: of random sizes, two at a time: nothing lost, every code right" { lot 1; }
@test "executions-2: the same with other sizes" { lot 2; }
@test "executions-3: the same with other sizes" { lot 3; }
@test "executions-4: the same with other sizes" { lot 4; }
@test "executions-5: the same with other sizes" { lot 5; }
