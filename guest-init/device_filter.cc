// What containers may open of the guest's devices, as a BPF program of their control group
// (linux/bpf.h, BPF_PROG_TYPE_CGROUP_DEVICE): docker's default list (moby/oci/defaults.go).
#include <fcntl.h>
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <vector>

#include "guest-init/cgroup.h"

namespace guest_init {
namespace {

constexpr std::int32_t any = -1;

struct Device {
  std::int32_t major;
  std::int32_t minor;
};

// Characters all: of disks there is none that a container may touch.
constexpr Device devices[] = {
    {1, 3},    {1, 5},    {1, 7}, {1, 8},     {1, 9},  // null, zero, full, random, urandom
    {5, 0},    {5, 1},    {5, 2}, {136, any},          // tty, console, ptmx, /dev/pts
    {10, 200}, {10, 229},                              // net/tun, fuse
};

constexpr std::uint8_t context = BPF_REG_1;  // of the program: struct bpf_cgroup_dev_ctx
constexpr std::uint8_t verdict = BPF_REG_0;
constexpr std::uint8_t wish = BPF_REG_2;
constexpr std::uint8_t kind = BPF_REG_3;
constexpr std::uint8_t major = BPF_REG_4;
constexpr std::uint8_t minor = BPF_REG_5;

using Program = std::vector<bpf_insn>;

bpf_insn instruction(int code, std::uint8_t target, std::uint8_t source, std::int16_t offset,
                     std::int32_t value) {
  bpf_insn made{};
  made.code = static_cast<std::uint8_t>(code);
  made.dst_reg = target & 0xf;
  made.src_reg = source & 0xf;
  made.off = offset;
  made.imm = value;
  return made;
}

bpf_insn load(std::uint8_t target, std::size_t offset) {
  return instruction(BPF_LDX | BPF_MEM | BPF_W, target, context, static_cast<std::int16_t>(offset),
                     0);
}

bpf_insn on(int operation, std::uint8_t target, std::int32_t value) {
  return instruction(BPF_ALU64 | operation | BPF_K, target, 0, 0, value);
}

// Passes over `count` instructions where the register has another value.
bpf_insn unless(std::uint8_t target, std::int32_t value, std::int16_t count) {
  return instruction(BPF_JMP | BPF_JNE | BPF_K, target, 0, count, value);
}

bpf_insn end() { return instruction(BPF_JMP | BPF_EXIT, 0, 0, 0, 0); }

void answer(Program& program, std::int32_t value) {
  program.push_back(on(BPF_MOV, verdict, value));
  program.push_back(end());
}

// access_type is the kind of device below, and what is wished in the upper half. Making a node is
// fine: it is the opening that counts.
Program make_program() {
  Program program = {
      load(wish, offsetof(bpf_cgroup_dev_ctx, access_type)),
      load(kind, offsetof(bpf_cgroup_dev_ctx, access_type)),
      on(BPF_RSH, wish, 16),
      on(BPF_AND, kind, 0xffff),
      load(major, offsetof(bpf_cgroup_dev_ctx, major)),
      load(minor, offsetof(bpf_cgroup_dev_ctx, minor)),
      unless(wish, BPF_DEVCG_ACC_MKNOD, 2),
  };
  answer(program, 1);
  for (const Device& device : devices) {
    const std::int16_t rest = device.minor == any ? 2 : 3;
    program.push_back(unless(kind, BPF_DEVCG_DEV_CHAR, static_cast<std::int16_t>(rest + 1)));
    program.push_back(unless(major, device.major, rest));
    if (device.minor != any) program.push_back(unless(minor, device.minor, 2));
    answer(program, 1);
  }
  answer(program, 0);
  return program;
}

int bpf(int command, bpf_attr& attributes) {
  return static_cast<int>(syscall(SYS_bpf, command, &attributes, sizeof attributes));
}

}  // namespace

bool confine_devices(const std::string& root, Failure& failure) {
  const Program program = make_program();
  static constexpr char license[] = "Apache-2.0";
  bpf_attr load_attributes{};
  load_attributes.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
  load_attributes.insns = reinterpret_cast<std::uintptr_t>(program.data());
  load_attributes.insn_cnt = static_cast<std::uint32_t>(program.size());
  load_attributes.license = reinterpret_cast<std::uintptr_t>(license);
  const Fd loaded(bpf(BPF_PROG_LOAD, load_attributes));
  const Fd group = open_path(containers_group(root), O_RDONLY | O_DIRECTORY);
  bpf_attr attach_attributes{};
  attach_attributes.target_fd = static_cast<std::uint32_t>(group.get());
  attach_attributes.attach_bpf_fd = static_cast<std::uint32_t>(loaded.get());
  attach_attributes.attach_type = BPF_CGROUP_DEVICE;
  return (loaded && bpf(BPF_PROG_ATTACH, attach_attributes) == 0) ||
         fail(failure, FailureStage::other, "confining containers to their devices");
}

}  // namespace guest_init
