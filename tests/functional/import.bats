# Images from what is none yet: tars of root file systems, directories, OCI image layouts, and what
# the earlier implementation kept; and the stores that devices get with their first boot.
# shellcheck disable=SC2030,SC2031
load lib/functional

export SOURCE_DATE_EPOCH=1700000000

# A root file system in ./root and its tar.
prepare() {
  mkdir -p root/bin root/etc "root/dir with space"
  echo program >root/bin/program
  chmod 755 root/bin/program
  echo 'root:x:0:0::/:/bin/sh' >root/etc/passwd
  echo twice >root/etc/one
  ln root/etc/one root/etc/two
  ln -s ../bin/program root/etc/link
  echo text >'root/dir with space/ümläut'
  tar -C root --sort=name --owner=0 --group=0 --numeric-owner --mtime=@1 -cf root.tar .
}

config_of() { skopeo inspect --config "oci:$VXN_DATA_ROOT/images:$1"; }
manifest_of() { skopeo inspect --raw "oci:$VXN_DATA_ROOT/images:$1"; }
sha256_of() { sha256sum "$1" | cut -d ' ' -f 1; }

# bats test_tags=quick
@test "a tar in any compression becomes one layer, as skopeo, umoci and tar see it" {
  local diff kind
  diff=sha256:$(sha256_of root.tar)
  gzip -k root.tar
  zstd -q root.tar
  xz -k root.tar
  bzip2 -k root.tar
  for kind in tar tar.gz tar.zst tar.xz tar.bz2; do
    try vdkr import --message "of $kind" "root.$kind" "app:$kind"
    expect_status 0
    expect_out_has '^sha256:[0-9a-f]{64}$'
    expect_err ''
    [[ $(vdkr images -q --no-trunc "app:$kind") == "$(<"$out")" ]] || not_as_expected "its id"
    try config_of "docker.io/library/app:$kind"
    [[ $(jq -r '.rootfs.diff_ids[]' "$out") == "$diff" ]] || not_as_expected "$diff"
    [[ $(jq -r '.history[].comment' "$out") == "of $kind" ]] || not_as_expected "the message"
    [[ $(jq -r .created "$out") == 2023-11-14T22:13:20* ]] || not_as_expected "the time"
  done
  try manifest_of docker.io/library/app:tar.gz
  [[ $(jq -r '.layers[0].digest' "$out") == "sha256:$(sha256_of root.tar.gz)" ]] ||
    not_as_expected "the very file"
  [[ $(jq -r '.layers[0].mediaType' "$out") == *tar+gzip ]] || not_as_expected "a type"
  skopeo copy -q "oci:$VXN_DATA_ROOT/images:docker.io/library/app:tar.xz" oci:copy:app
  umoci unpack --rootless --image copy:app bundle
  try diff -r --no-dereference root bundle/rootfs
  expect_status 0
}

@test "the same tar is the same image" {
  vdkr import root.tar one
  vdkr import - two <root.tar
  [[ $(vdkr images -q | sort -u | wc -l) == 1 ]] || not_as_expected "one image"
  VXN_DATA_ROOT=$BATS_TEST_TMPDIR/other vdkr import root.tar one
  try cmp <(vdkr images -q --no-trunc) <(VXN_DATA_ROOT=$BATS_TEST_TMPDIR/other vdkr images -q --no-trunc)
}

# bats test_tags=quick
@test "what is said of it stands in its configuration" {
  try vdkr import -c 'ENV a=1 b="$a c"' -c 'CMD ["sh", "-c", "x"]' -c 'EXPOSE 80' -c 'LABEL l=m' \
    -c 'HEALTHCHECK --interval=5s CMD true' -c 'WORKDIR /srv' --platform linux/arm64 root.tar app
  expect_status 0
  try config_of docker.io/library/app:latest
  expect_status 0
  [[ $(jq -c '[.architecture, .os, .config]' "$out") == '["arm64","linux",{"ExposedPorts":{"80/tcp":{}},"Env":["a=1","b= c"],"Cmd":["sh","-c","x"],"WorkingDir":"/srv","Labels":{"l":"m"}}]' ]] ||
    not_as_expected "the configuration"
  [[ $(vdkr history --format '{{.Comment}}' app) == 'Imported from -' ]]
  try vpdmn import -q -c CMD=/bin/sh -c ENV=a=1 root.tar localhost/p
  expect_status 0
  try vpdmn history --format '{{.Comment}} {{.CreatedBy}}' --no-trunc localhost/p
  expect_out "imported from tarball /bin/sh -c #(nop) ADD file:$(sha256_of root.tar) in /"$'\n'
}

@test "a URL is read as it comes" {
  local layer url
  layer=$(skopeo inspect --raw --tls-verify=false "docker://$TEST_REGISTRY/busybox" | jq -r '.layers[0].digest')
  url=http://$TEST_REGISTRY/v2/busybox/blobs/$layer
  try vdkr import "$url" app
  expect_status 0
  expect_out_has "^Downloading from $url\$"
  expect_out_has '^sha256:[0-9a-f]{64}$'
  try manifest_of docker.io/library/app:latest
  [[ $(jq -r '.layers[0].digest' "$out") == "$layer" ]] || not_as_expected "the layer $layer"
  [[ $(vdkr history --format '{{.Comment}}' app) == "Imported from $url" ]]
  try vdkr import "http://$TEST_REGISTRY/v2/none/blobs/$layer" app
  expect_status 1
  expect_err_has "^vdkr: GET http://.*: 404 Not Found"
  try vdkr import http://127.0.0.1:1/root.tar
  expect_status 1
  expect_err_has '^vdkr: GET http://127.0.0.1:1/root.tar: .*[Cc]onnect'
}

# bats test_tags=quick
@test "what cannot be imported is one line and leaves nothing" {
  head -c 3000 /dev/urandom >noise
  try vdkr import noise
  expect_refused 1 '.'
  : >nothing
  try vdkr import nothing
  expect_refused 1 'there is nothing to import'
  xz -k root.tar
  head -c 200 root.tar.xz >cut.xz
  try vdkr import cut.xz
  expect_refused 1 'decompressing: xz: ends too early'
  try vdkr import -c 'RUN x' root.tar
  expect_refused 1 'run is not a valid change command'
  try vdkr import root.tar "app@sha256:$(sha256_of root.tar)"
  expect_refused 1 'cannot import digest reference'
  try vdkr import root.tar UPPER
  expect_refused 1 'must be lowercase'
  try vdkr import absent.tar
  expect_refused 1 'absent.tar.*No such file'
  try vdkr vimport absent
  expect_refused 1 'absent: no such file or directory'
  [[ -z $(vdkr images -aq) ]] || not_as_expected "no image"
}

# bats test_tags=quick
@test "vimport sees by itself what lies there" {
  mkdir several
  skopeo copy -q --all --src-tls-verify=false "docker://$TEST_REGISTRY/multi" oci:several/multi-oci:tag
  skopeo copy -q --src-tls-verify=false "docker://$TEST_REGISTRY/busybox" oci-archive:o.tar:localhost/theirs:1
  try vdkr vimport several/multi-oci multi:host
  expect_out $'Loaded image: multi:host\n'
  try vdkr vimport --platform linux/arm64 several/multi-oci multi:arm
  expect_status 0
  [[ $(vdkr inspect -f '{{.Architecture}}' multi:host) == amd64 ]]
  [[ $(vdkr inspect -f '{{.Architecture}}' multi:arm) == arm64 ]]
  try vdkr vimport --platform linux/s390x several/multi-oci
  expect_refused 1 's390x'
  try vdkr vimport several
  expect_refused 1 'several holds OCI image layouts; import one of them: multi-oci'
  try vdkr vimport o.tar
  expect_out $'Loaded image: localhost/theirs:1\n'
  try vdkr vimport o.tar mine:1
  expect_out $'Loaded image: mine:1\n'
  try vdkr vimport -c 'CMD ["/bin/program"]' root.tar
  expect_out $'Loaded image: imported:latest\n'
  try vdkr vimport --platform linux/arm64 root files:1
  expect_out $'Loaded image: files:1\n'
  [[ $(vdkr inspect -f '{{.Architecture}}' files:1) == arm64 ]]
  skopeo copy -q "oci:$VXN_DATA_ROOT/images:docker.io/library/files:1" oci:copy:app
  umoci unpack --rootless --image copy:app bundle
  try diff -r --no-dereference root bundle/rootfs
  expect_status 0
}

@test "a layout that lies is one line and leaves nothing" {
  skopeo copy -q --src-tls-verify=false "docker://$TEST_REGISTRY/busybox" oci:layout:tag
  local blob
  blob=$(find layout/blobs/sha256 -type f -printf '%s %f\n' | sort -rn | sed -n '1s/.* //p')
  cp -r layout changed
  printf x >>"changed/blobs/sha256/$blob"
  try vdkr vimport changed
  expect_refused 1 "blobs/sha256/$blob: its digest is"
  cp -r layout linked
  rm "linked/blobs/sha256/$blob"
  ln -s /etc/passwd "linked/blobs/sha256/$blob"
  try vdkr vimport linked
  expect_refused 1 "blob ${blob:0:12} is missing"
  cp -r layout climbing
  jq '.manifests[0].digest = "sha256:../../../../etc/passwd"' layout/index.json >climbing/index.json
  try vdkr vimport climbing
  expect_refused 1 'is no digest'
  [[ -z $(vdkr images -aq) ]] || not_as_expected "no image"
}

@test "the earlier implementation's images come over with their names" {
  local cache=old/images digest name
  mkdir -p $cache/refs $cache/store/sha256
  for name in busybox layers; do
    skopeo copy -q --src-tls-verify=false "docker://$TEST_REGISTRY/$name" oci:new:latest
    digest=$(jq -r '.manifests[0].digest | ltrimstr("sha256:")' new/index.json)
    mv new "$cache/store/sha256/$digest"
    ln -s "../store/sha256/$digest" "$cache/refs/docker.io_library_my_$name:latest"
  done
  ln -s "../store/sha256/$digest" "$cache/refs/reg.test_team_app:1.0"
  try vdkr vimport $cache
  expect_status 0
  expect_out $'Loaded image: my_busybox:latest\nLoaded image: my_layers:latest\nLoaded image: reg.test/team/app:1.0\n'
  [[ $(vdkr images -q my_layers) == "$(vdkr images -q reg.test/team/app:1.0)" ]]
  ln -sf /etc $cache/refs/docker.io_library_bad:latest
  try vdkr vimport $cache
  expect_refused 1 'refs/docker.io_library_bad:latest: .*does not lead to a digest'
}

# Fills a device's store in $1 as an ordinary user, by $2.
fill_store() {
  local -a user=()
  ((EUID != 0)) || user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
  "${user[@]}" env -u VXN_DATA_ROOT -u VXN_RUN_ROOT HOME="$place" XDG_CONFIG_HOME="$place/config" \
    XDG_RUNTIME_DIR="$place" VXN_LIBEXEC_DIR="$place" \
    "$place/vdkr" --data-root "$1" "${@:2}"
}

# Where anybody may read and write, with programs that anybody may run.
prepare_place() {
  place=$(mktemp -d /tmp/vxn-preload-XXXXXX)
  cp "$VXN_STAGE/usr/bin/vdkr" "$VXN_LIBEXEC_DIR/vxn-image-worker" "$place"
  cp -r "$@" "$place"
  chmod -R a+rX,a+w "$place"
}

clean_up() { [[ -z ${place-} ]] || rm -rf "$place"; }

# bats test_tags=quick
@test "two stores that are filled for devices are the same bytes, without root and Xen" {
  skopeo copy -q --all --src-tls-verify=false "docker://$TEST_REGISTRY/multi" oci:multi-oci:tag
  skopeo copy -q --src-tls-verify=false "docker://$TEST_REGISTRY/layers" docker-archive:layers.tar:layers:1
  prepare_place multi-oci layers.tar root.tar root
  local store
  for store in one two; do
    fill_store "$place/$store" pull -q --platform linux/arm64 "$TEST_REGISTRY/multi"
    fill_store "$place/$store" load -q -i "$place/layers.tar"
    fill_store "$place/$store" vimport --platform linux/arm64 "$place/multi-oci" app:1
    fill_store "$place/$store" vimport --platform linux/arm64 "$place/root" files:1
    fill_store "$place/$store" import --platform linux/arm64 "$place/root.tar" tar:1
    sleep 1.1
  done
  try diff -r "$place/one/images" "$place/two/images"
  expect_status 0
  try fill_store "$place/two" images --format '{{.Repository}}:{{.Tag}}'
  expect_out_has '^files:1$'
  [[ $(fill_store "$place/one" inspect -f '{{.Architecture}}' app:1) == arm64 ]]
}

@test "what is built elsewhere is refused with the way" {
  local program command
  for program in vdkr vpdmn; do
    for command in build provision; do
      try "$program" $command -t app .
      expect_status 125
      expect_out ''
      expect_err_has "^[A-Za-z]+: $command: images are built elsewhere: .podman build .*podman save NAME . $program load"
    done
  done
}
