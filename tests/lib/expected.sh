# shellcheck shell=bash disable=SC2154
# What the files of an image must be: umoci unpacks it on the host, and the listing goes to dom0.

expected_images=(layers debian)

image_hash() { # IMAGE
  {
    skopeo inspect --tls-verify=false --raw "docker://$registry_address/$1:latest"
    cat "$root"/tests/xen/lib/listing.*
  } | sha256sum | head -c 16
}

list_tree() { # IMAGE DIRECTORY
  case $1 in
    debian) python3 "$root/tests/xen/lib/listing.py" "$2" ;;
    *) busybox sh "$root/tests/xen/lib/listing.sh" "$2" ;;
  esac
}

make_expected() { # IMAGE FILE
  local work
  work=$(mktemp -d)
  skopeo copy -q --src-tls-verify=false "docker://$registry_address/$1:latest" "oci:$work/image:latest" &&
    umoci --log=error unpack --image "$work/image:latest" "$work/bundle" &&
    list_tree "$1" "$work/bundle/rootfs" >"$2.new" && mv "$2.new" "$2"
  local status=$?
  rm -rf "$work"
  return "$status"
}

send_expected() {
  local image file
  mkdir -p "$results/expected"
  for image in "${expected_images[@]}"; do
    file=$results/expected/$image-$(image_hash "$image")
    [[ -s $file ]] || make_expected "$image" "$file"
    dom0 sh -c "mkdir -p /srv/vxn/expected && cat >/srv/vxn/expected/$image" <"$file"
  done
}

ensure_expected() { step "what umoci makes of the images" send_expected; }
