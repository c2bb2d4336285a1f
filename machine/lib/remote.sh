# shellcheck shell=bash disable=SC2154
# Runs one command in dom0 as if it ran here.

# dash would run these itself, with its own ideas of echo's backslashes.
is_shell_builtin() {
  case $1 in
    . | : | [ | alias | bg | break | cd | chdir | command | continue | echo | eval | exec | exit) ;;
    export | false | fg | getopts | hash | jobs | kill | local | printf | pwd | read | readonly) ;;
    return | set | shift | test | times | trap | true | type | ulimit | umask | unalias | unset) ;;
    wait) ;;
    *) return 1 ;;
  esac
}

# The arguments as one text that a shell reads back as exactly them.
quote() {
  local argument quoted=''
  for argument; do quoted+=" '${argument//\'/\'\\\'\'}'"; done
  printf %s "$quoted"
}

# A command line is one argument to dom0's shell, which has 128 KiB at most; longer ones go as a file.
send_long_command() {
  local file=/run/vxn-machine/calls/$$.arguments
  printf '%s\0' "$@" | in_dom0 "cat >$file"
  printf %s " machine-exec $file"
}

# The command line for dom0's shell. The shell stays, so that a command that a signal ended
# gives 128 + its number, and leads a process group, so that our signals reach all of it.
# Descriptor 3 and the subshell keep dash's own "Killed" out of the command's stderr.
remote_line() {
  local calls=/run/vxn-machine/calls/$$ line
  if is_shell_builtin "$1"; then set -- env "$@"; fi
  line=$(quote "$@")
  ((${#line} < 100000)) || line=$(send_long_command "$@")
  printf %s "exec 3>&2 2>/dev/null; echo \$\$ >$calls; trap : HUP INT TERM;" \
    "($line 2>&3 3>&-); s=\$?; : >$calls; exit \$s"
}

# Passes our signal to the command's process group, which may not be there yet.
send_signal() {
  in_dom0 "for i in 1 2 3 4 5 6 7 8 9 10; do
    read -r p </run/vxn-machine/calls/$$ && kill -s $1 -- -\$p && exit
    sleep 0.1
  done" </dev/null >/dev/null 2>&1
}

run_remote() {
  local line
  if (($# == 0)); then
    if [[ -t 0 ]]; then set -- bash -l; else set -- sh; fi
  fi
  line=$(remote_line "$@") || die "the command does not reach dom0"
  if [[ -t 0 && -t 1 ]]; then
    exec ssh -F "$run_dir/ssh_config" -tt machine "$line"
  fi
  # In a session of its own a Ctrl-C reaches only us, and we pass it on.
  setsid ssh -F "$run_dir/ssh_config" -T machine "$line" <&0 &
  local ssh=$! status
  trap 'send_signal INT' INT
  trap 'send_signal TERM' TERM
  trap 'send_signal HUP' HUP
  while :; do
    status=0
    wait "$ssh" || status=$?
    kill -0 "$ssh" 2>/dev/null || break
  done
  exit "$status"
}
