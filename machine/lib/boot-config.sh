# shellcheck shell=bash disable=SC2154
# What a boot takes over from the host (keys, DNS, proxies, CAs), as an archive that is
# appended to the initrd; the other end is machine-configure in dom0.

# Keys of this cache, made once. The files are root's or the user's own.
ensure_keys() {
  local keys=$cache_dir/keys
  [[ -f $keys/client ]] && return
  mkdir -m 700 "$keys.new.$$"
  ssh-keygen -q -t ed25519 -N '' -C vxn-machine -f "$keys.new.$$/client"
  ssh-keygen -q -t ed25519 -N '' -C vxn-machine -f "$keys.new.$$/host"
  mv -T "$keys.new.$$" "$keys" 2>/dev/null || rm -rf "$keys.new.$$" # another caller was first
}

# The host's loopback has another address in dom0.
seen_from_dom0() {
  sed -E 's#(//|@|^)(localhost|127\.0\.0\.1|\[::1\])([:/]|$)#\110.0.2.2\3#'
}

proxy_variables() {
  local name value
  for name in {http,https,ftp,all}_proxy {HTTP,HTTPS,FTP,ALL}_PROXY; do
    value=${!name-}
    [[ -z $value ]] || printf '%s=%s\n' "$name" "$(seen_from_dom0 <<<"$value")"
  done
  for name in no_proxy NO_PROXY; do
    value=${!name-}
    [[ -z $value ]] || printf '%s=%s,registry.test,10.0.2.2\n' "$name" "$value"
  done
}

# Every certificate once: dom0's own bundle, what the host's administrator added, SSL_CERT_FILE.
ca_bundle() {
  local image=$1 file
  local -a files=("$image/ca-certificates.crt")
  for file in /usr/local/share/ca-certificates/*.crt "${SSL_CERT_FILE-}"; do
    [[ -r $file ]] && files+=("$file")
  done
  awk '/BEGIN CERTIFICATE/ { text = ""; inside = 1 }
       inside { text = text $0 "\n" }
       /END CERTIFICATE/ { if (!(text in seen)) printf "%s", text; seen[text]; inside = 0 }' "${files[@]}"
}

# Writes the archive for this boot to stdout.
boot_config() {
  local image=$1 directory=$run_dir/boot-config out
  rm -rf "$directory"
  out=$directory/boot-config
  mkdir -p "$out/ca"
  cp "$cache_dir/keys/host" "$out/ssh_host_ed25519_key"
  cp "$cache_dir/keys/client.pub" "$out/authorized_keys"
  # slirp's own resolver asks the one that the host uses.
  {
    echo "nameserver 10.0.2.3"
    grep -E '^(search|domain|options)\b' /etc/resolv.conf || true
  } >"$out/resolv.conf"
  printf '%s\n' "127.0.0.1 localhost vxn-machine" "10.0.2.2 registry.test" >"$out/hosts"
  proxy_variables >"$out/environment"
  ca_bundle "$image" >"$out/ca-certificates.crt"
  cp /usr/local/share/ca-certificates/*.crt "$out/ca/" 2>/dev/null || true
  printf '%s\n' "$source_root" >"$out/source"
  (cd "$directory" && find . | cpio --quiet -o -H newc -R 0:0)
  rm -rf "$directory"
}
