# shellcheck shell=bash disable=SC2154
# The way into dom0: one ssh connection that stays (its master), each command a session in it.

write_ssh_config() {
  local port=$1
  printf '[vxn-machine]:%s %s\n' "$port" "$(<"$cache_dir/keys/host.pub")" >"$run_dir/known_hosts"
  cat >"$run_dir/ssh_config.new" <<EOF
Host machine
  HostName 127.0.0.1
  HostKeyAlias [vxn-machine]:$port
  Port $port
  User root
  IdentityFile "$cache_dir/keys/client"
  IdentitiesOnly yes
  UserKnownHostsFile "$run_dir/known_hosts"
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  PreferredAuthentications publickey
  ControlPath "$control"
  ControlMaster no
  EscapeChar none
  Ciphers aes128-gcm@openssh.com
  LogLevel ERROR
EOF
  mv "$run_dir/ssh_config.new" "$run_dir/ssh_config"
}

# Opens the master. It must not keep our descriptors: whoever reads our output would wait for it.
start_master() {
  mkdir -p "${control%/*}"
  chmod 700 "${control%/*}"
  rm -f "$control"
  setsid ssh -F "$run_dir/ssh_config" -o ControlMaster=yes -o ControlPersist=yes \
    -o ConnectTimeout="${1:-10}" -N -f machine </dev/null >"$run_dir/log/ssh" 2>&1
}

stop_master() {
  [[ ! -S $control ]] || ssh -F "$run_dir/ssh_config" -O exit machine >/dev/null 2>&1 || true
  rm -f "$control"
}

in_dom0() { ssh -F "$run_dir/ssh_config" -T machine "$@"; }
