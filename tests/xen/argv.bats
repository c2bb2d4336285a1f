# 4. Arguments, environment and users, byte for byte.
load lib/xen

prepare() { have_image busybox; }

awkward=(
  'plain' '' ' ' "it's" 'say "hi"' $'two\nlines' '$(reboot)' '`reboot`' '$HOME' '*' '\' 'a\nb'
  '; exit 1' '&&' '|' $'tab\there' $'\xff\xfe\x80 not UTF-8' 'ünïcode' '--rm' '-' '--' '%s%n' '!x'
  $'trailing newline\n' '#not a comment' '~' '{a,b}' $'\x01\x7f'
)

print_arguments='for a; do printf "%s\0" "$a"; done'

# bats test_tags=quick
@test "arguments arrive exactly as given, 100 KiB included" {
  local long
  long=$(printf '%102400s' x)
  printf '%s\0' "${awkward[@]}" "$long" >wanted
  try vdkr run --rm busybox sh -c "$print_arguments" sh "${awkward[@]}" "$long"
  expect_status 0
  expect_same wanted "$out"
}

@test "the environment likewise" {
  local -a flags
  local i long
  long=$(printf '%102400s' x)
  for i in "${!awkward[@]}"; do flags+=(-e "V$i=${awkward[i]}"); done
  for i in "${!awkward[@]}"; do printf 'V%s=%s\0' "$i" "${awkward[i]}"; done >wanted
  printf 'LONG=%s\0FROM_US=from us\0' "$long" >>wanted
  unset NOT_SET
  FROM_US='from us' try vdkr run --rm "${flags[@]}" -e LONG="$long" -e FROM_US -e NOT_SET \
    busybox env -0
  expect_status 0
  sort -z "$out" | grep -azE '^(V[0-9]+|LONG|FROM_US|NOT_SET)=' >seen
  sort -z wanted >sorted
  expect_same sorted seen
}

@test "users by name and by number" {
  try vdkr run --rm -u nobody busybox sh -c 'id -un; id -u; touch /x'
  expect_status 1
  expect_out $'nobody\n65534\n'
  try vdkr run --rm -u 1000:1001 busybox sh -c 'id -u; id -g; echo $HOME'
  expect_status 0
  expect_out $'1000\n1001\n/\n'
}

# bats test_tags=quick
@test "an unknown user is 125 and a clear error" {
  try vdkr run --rm -u nosuchuser busybox id
  expect_refused 125 'unable to find user nosuchuser'
  try vpdmn run --rm -u nosuchuser busybox id
  expect_status 125
  expect_out ''
  expect_err_has '^Error: .*nosuchuser'
}
