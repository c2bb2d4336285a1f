# guest-kernel/build with a source package of three files and a make of our own: what it makes of a good
# one, and how it refuses the others. That the real one compiles and boots, the kernel and xen parts show.
load lib/functional

prepare() {
  local here=$BATS_TEST_DIRNAME/../..
  mkdir -p project/packaging bin
  cp -r "$here/guest-kernel" project/
  cp -r "$here/packaging/lib" project/packaging/
  cache=$HOME/.cache/vxn/guest-kernel
  export XDG_CACHE_HOME=$HOME/.cache VXN_STEP_LOG=$PWD/log PATH=$PWD/bin:$PATH
  program make <<'MAKE'
#!/bin/bash
# The two targets, and the words that name the tree and the configuration.
for word; do
  case $word in
    KCONFIG_ALLCONFIG=*) configuration=${word#*=} ;;
    allnoconfig | vmlinux) target=$word ;;
  esac
done
cd "$2" || exit
case $target in
  allnoconfig) sed '/=n$/d' "$configuration" >.config ;;
  vmlinux)
    echo made >>"$HOME/made"
    cp /bin/true vmlinux && touch System.map
    ;;
esac
MAKE
  program apt-get <<<'#!/bin/false'
  mkdir -p source/arch/x86/{kernel,xen}
  cat >source/arch/x86/kernel/vmlinux.lds.S <<'SCRIPT'
#define ENTRY_TEXT_BEGIN	. = ALIGN(PMD_SIZE);
#define X86_ALIGN_RODATA_BEGIN	. = ALIGN(HPAGE_SIZE);
SCRIPT
  echo 'LDFLAGS_vmlinux += -z max-page-size=0x200000' >source/arch/x86/Makefile
  printf '\tx86_platform.calibrate_tsc = xen_tsc_khz;\n' >source/arch/x86/xen/time.c
}

build() { "$HOME/project/guest-kernel/build" "$@"; }

program() { install -m 755 /dev/stdin "bin/$1"; }

# Packs what is in source/ as the package that build looks for, and pins it.
pack() {
  local package version sha256
  . project/guest-kernel/source
  mkdir -p package/DEBIAN package/usr/src "$cache"
  printf 'Package: %s\nVersion: %s\nArchitecture: all\nMaintainer: nobody\nDescription: none\n' \
    "$package" "$version" >package/DEBIAN/control
  tar -cJf "package/usr/src/$package.tar.xz" source
  deb=$cache/${package}_${version}_all.deb
  dpkg-deb --root-owner-group --build package "$deb" >/dev/null
  sha256=$(sha256sum "$deb" | cut -d ' ' -f 1)
  sed -i "s/^sha256=.*/sha256=$sha256/" project/guest-kernel/source
}

# It failed with this reason, and the cache holds the package alone.
expect_not_built() { # REASON
  expect_status 1
  expect_out ''
  expect_err_has "$1"
  try find "$cache" -mindepth 1 ! -name .lock ! -name '*.deb'
  expect_out ''
  try build --cached
  expect_status 1
}

# bats test_tags=quick
@test "a kernel is built once, and again when what it is made of changes" {
  pack
  try build --cached
  expect_status 1
  expect_out ''
  try build
  expect_status 0
  expect_out "$cache/$(build --key)/vmlinux"$'\n'
  strip --strip-all -o stripped /bin/true
  expect_same "$(cat "$out")" stripped
  expect_err_has '^\[6/6\] stripping: done'
  try build
  expect_status 0
  try build --cached
  expect_status 0
  [[ $(wc -l <made) == 1 ]]
  sed -i 's/^CONFIG_NR_CPUS=64$/CONFIG_NR_CPUS=32/' project/guest-kernel/vxn.config
  try build
  expect_status 0
  [[ $(wc -l <made) == 2 && $(find "$cache" -name vmlinux | wc -l) == 2 ]]
}

# bats test_tags=quick
@test "a package of another digest, or none at all, is not built from" {
  pack
  echo more >>"$deb"
  try build
  expect_not_built 'build: the source could not be had$'
  rm "$deb"
  try build
  expect_not_built ' is not on the mirrors: .* would be taken$'
  [[ ! -e made ]]
}

@test "a source that is not as expected is told, each change by itself" {
  local file
  for file in kernel/vmlinux.lds.S Makefile xen/time.c; do
    cp -r source before
    : >"source/arch/x86/$file"
    pack
    try build
    expect_not_built 'guest-kernel/build does not fit this source$'
    rm -rf source && mv before source
  done
  [[ ! -e made ]]
}

@test "a line of the configuration that does not hold is named" {
  sed -i 's,/=n$/d,/CONFIG_EXT4_FS=/d; s/^CONFIG_PCI=n/CONFIG_PCI=y/,' bin/make
  pack
  try build
  expect_err_has '\| does not hold: CONFIG_EXT4_FS=y$'
  expect_err_has '\| does not hold: CONFIG_PCI=n$'
  expect_not_built 'guest-kernel/vxn.config does not fit this source$'
}

@test "a build that fails or is killed leaves nothing for the next one to trip over" {
  pack
  mkdir "$cache/.new-killed"
  sed -i 's/^ *vmlinux)$/vmlinux) exit 2;; never)/' bin/make
  try build
  expect_not_built 'the kernel does not compile$'
  try build nonsense
  expect_status 2
  expect_err_has '^usage: guest-kernel/build '
}
