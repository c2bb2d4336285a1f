# shellcheck shell=bash disable=SC2034,SC2154
# A registry that wants to know who is there: docker-registry with htpasswd, user "me", password "secret".
load lib/own_registry

# Sets `secure`, its address, and `secure_pid`. Its files are in DIRECTORY.
start_secure_registry() { # DIRECTORY
  local hash registry registry_port registry_pid
  mkdir -p "$1"
  hash=$(/usr/bin/python3 -W ignore -c \
    'import crypt; print(crypt.crypt("secret", crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=16)))')
  echo "me:$hash" >"$1/htpasswd"
  pushd "$1" >/dev/null || return
  start_registry '' "auth: {htpasswd: {realm: test, path: $1/htpasswd}}"
  popd >/dev/null || return
  secure=$registry
  secure_pid=$registry_pid
}
