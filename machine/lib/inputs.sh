# shellcheck shell=bash disable=SC2154
# What the root image is made from, and the name that this gives it.

package_lists() {
  printf '%s\n' "$machine_dir/packages.txt"
  [[ $flavour == bare ]] || printf '%s\n' "$machine_dir/packages-$flavour.txt"
  [[ -z ${VXN_MACHINE_PACKAGES-} ]] || printf '%s\n' "$VXN_MACHINE_PACKAGES"
}

packages() {
  local list
  while read -r list; do grep -v '^#' "$list"; done < <(package_lists) | sort -u
}

image_inputs() {
  printf '%s\n' "$machine_dir"/lib/{inputs,apt,rootfs,build-image}.sh "$machine_dir/initrd-init"
  find "$machine_dir/overlay/common" "$machine_dir/overlay/$flavour" ! -type d
  package_lists
}

# The directory of the image that belongs to the present inputs.
image_dir() {
  local hash
  hash=$({
    echo "$flavour $disk_gib"
    image_inputs | sort | while read -r input; do
      printf '%s ' "${input#"$machine_dir"}" "$(stat -c %a "$input")"
      cat "$input"
    done
  } | sha256sum)
  printf '%s\n' "$cache_dir/images/$flavour-${hash:0:16}"
}
