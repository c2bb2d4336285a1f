# A disk, read back, has what GNU tar makes of the layer, and an image's disks together what umoci makes of it.
load lib/functional

listing() { python3 -B "$BATS_TEST_DIRNAME/../xen/lib/listing.py" "$1" | LC_ALL=C sort; } # DIRECTORY

disk_of() { find "$VXN_DATA_ROOT/images/disks" -name '*.squashfs'; }

# The blob of the one layer of the layout's one image.
layer_of() { # LAYOUT
  local blobs=$1/blobs/sha256 manifest
  manifest=$(jq -r '.manifests[0].digest' "$1/index.json")
  echo "$blobs/$(jq -r '.layers[0].digest' "$blobs/${manifest#*:}" | cut -d : -f 2)"
}

# Says how the disk differs from what tar unpacks.
compare_with_tar() { # NAME LAYER
  mkdir "$1.tar"
  tar -xzpf "$2" -C "$1.tar" --numeric-owner --xattrs --xattrs-include='*' 2>"$1.messages" ||
    { cat "$1.messages" && return 1; }
  unsquashfs -quiet -no-progress -d "$1.disk" "$(disk_of)" >"$1.messages" ||
    { cat "$1.messages" && return 1; }
  diff <(listing "$1.tar") <(listing "$1.disk")
}

# bats test_tags=quick
@test "odd and legal layers: every entry of the disk is what GNU tar unpacks" {
  local name status=0
  python3 -B "$BATS_TEST_DIRNAME/../support/odd_layers.py" "$PWD/odd"
  for name in odd/*; do
    name=${name#odd/}
    rm -rf "$VXN_DATA_ROOT"
    tar -C "odd/$name" -c . | vdkr load -q
    compare_with_tar "$name" "$(layer_of "odd/$name")" || { echo "differs: $name" && status=1; }
  done
  return "$status"
}

@test "the debian image: every entry of the disk is what GNU tar unpacks" {
  vdkr pull -q "$TEST_REGISTRY/debian"
  skopeo copy -q --src-tls-verify=false "docker://$TEST_REGISTRY/debian" oci:debian:latest
  compare_with_tar debian.tree "$(layer_of debian)"
  (($(listing debian.tree.disk | wc -l) > 1000))
}

# The entries that no layer or only a lower one declares have the time of unpacking with umoci.
without_times() { sed -E 's,^(\./data(/never(/declared)?)? [^ ]+ [^ ]+) [0-9]+$,\1,'; }
listing_without_times() { busybox sh "$BATS_TEST_DIRNAME/../xen/lib/listing.sh" "$1" | without_times; } # DIRECTORY

clean_up() { ! mountpoint -q "$HOME/merged" || umount "$HOME/merged"; }

@test "whiteouts and opaque directories: the disks stacked are what umoci unpacks" {
  local number=0 lower='' disk
  vdkr pull -q "$TEST_REGISTRY/layers"
  while read -r disk; do
    number=$((number + 1))
    unsquashfs -quiet -no-progress -d "layer-$number" "$VXN_DATA_ROOT/images/disks/$disk" >/dev/null
    lower=$PWD/layer-$number${lower:+:$lower}
  done < <(jq -r '.layers[].disk' "$VXN_DATA_ROOT"/images/records/*)
  ((number == 2))
  mkdir merged
  mount -t overlay -o "ro,lowerdir=$lower" none merged
  skopeo copy -q --src-tls-verify=false "docker://$TEST_REGISTRY/layers" oci:image:latest
  umoci --log=error unpack --image image:latest bundle
  diff <(listing_without_times bundle/rootfs) <(listing_without_times merged)
}
