# shellcheck shell=bash disable=SC2034
# Where Debian's packages come from: the release that we build on, from the host's own mirrors.

suite=bookworm

# One-line apt sources for the suite, from the mirrors that the host uses.
# shellcheck disable=SC2016  # apt's own variables
apt_sources() {
  apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(REPO_URI) $(COMPONENT)' \
    'Created-By: Packages' |
    awk -v suite="$suite" '
      $1 != "Debian" || $4 != "main" { next }
      $2 ~ ("^" suite "(-(updates|security))?$") { print "deb " $3 " " $2 " main"; next }
      # A host of another release: the same mirrors, our release.
      { sub(/^[a-z]+/, suite, $2) }
      $2 ~ ("^" suite "(-(updates|security))?$") { print "deb " $3 " " $2 " main" }' |
    sort -u
}

# The host's apt options that decide how a mirror is reached.
apt_options() {
  apt-config dump |
    sed -n -E '/^Acquire::(http|https|Retries|ForceIPv[46]|Check-Valid-Until|Check-Date|Proxy)/p'
}
