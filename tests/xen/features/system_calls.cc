#include <fcntl.h>
#include <linux/audit.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/io_uring.h>
#include <linux/seccomp.h>
#include <mqueue.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include "tests/xen/features/feature.h"

namespace features {
namespace {

// getppid() fails with a number of ours.
std::string seccomp() {
  constexpr int number = 77;
  sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_getppid, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | number),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program{.len = std::size(code), .filter = code};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failed("no_new_privs");
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0) return failed("seccomp");
  return syscall(SYS_getppid) < 0 && errno == number ? "" : "the filter has no effect";
}

std::string capabilities() {
  if (prctl(PR_CAPBSET_DROP, CAP_CHOWN, 0, 0, 0) != 0)
    return failed("dropping from the bounding set");
  if (prctl(PR_CAPBSET_READ, CAP_CHOWN, 0, 0, 0) != 0) return "the bounding set keeps it";
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  std::array<__user_cap_data_struct, 2> data{};
  const unsigned kept = 1U << CAP_NET_RAW;
  data[0] = {.effective = kept, .permitted = kept, .inheritable = kept};
  if (syscall(SYS_capset, &header, data.data()) != 0) return failed("capset");
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_RAW, 0, 0) != 0)
    return failed("ambient set");
  if (chown("/", 1, 1) == 0) return "chown works without its capability";
  return errno == EPERM ? "" : failed("chown");
}

std::string message_queues() {
  if (auto why = mount_at("mqueue", "/queues", "mqueue"); !why.empty()) return why;
  const mqd_t queue = mq_open("/q", O_CREAT | O_RDWR, 0600, nullptr);
  if (queue < 0) return failed("mq_open");
  if (mq_send(queue, "a", 1, 0) != 0) return failed("mq_send");
  std::array<char, 8192> buffer;
  return mq_receive(queue, buffer.data(), buffer.size(), nullptr) == 1 ? "" : failed("mq_receive");
}

// One request that does nothing, and its completion.
std::string io_uring() {
  io_uring_params params{};
  const int ring = static_cast<int>(syscall(SYS_io_uring_setup, 2, &params));
  if (ring < 0) return failed("io_uring_setup");
  constexpr int access = PROT_READ | PROT_WRITE;
  const std::size_t size = params.cq_off.cqes + params.cq_entries * sizeof(io_uring_cqe);
  void* const rings = mmap(nullptr, size, access, MAP_SHARED, ring, IORING_OFF_SQ_RING);
  void* const entries =
      mmap(nullptr, 2 * sizeof(io_uring_sqe), access, MAP_SHARED, ring, IORING_OFF_SQES);
  if (rings == MAP_FAILED || entries == MAP_FAILED) return failed("mmap");
  auto* const bytes = static_cast<char*>(rings);
  *static_cast<io_uring_sqe*>(entries) = {.opcode = IORING_OP_NOP, .user_data = 7};
  *reinterpret_cast<unsigned*>(bytes + params.sq_off.array) = 0;
  __atomic_store_n(reinterpret_cast<unsigned*>(bytes + params.sq_off.tail), 1, __ATOMIC_RELEASE);
  if (syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, nullptr, 0) != 1) {
    return failed("io_uring_enter");
  }
  const auto* done = reinterpret_cast<io_uring_cqe*>(bytes + params.cq_off.cqes);
  return done->user_data == 7 && done->res == 0 ? "" : "another completion";
}

std::string inotify() {
  const int events = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  if (events < 0) return failed("inotify_init1");
  if (inotify_add_watch(events, "/", IN_CREATE) < 0) return failed("inotify_add_watch");
  write_text("/made", "");
  alignas(inotify_event) std::array<char, 512> buffer;
  if (read(events, buffer.data(), buffer.size()) < 0) return failed("no event");
  const auto* event = reinterpret_cast<inotify_event*>(buffer.data());
  return std::strcmp(event->name, "made") == 0 ? "" : "another event";
}

std::string fanotify() {
  const int events = fanotify_init(FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK, O_RDONLY);
  if (events < 0) return failed("fanotify_init");
  write_text("/watched", "");
  if (fanotify_mark(events, FAN_MARK_ADD, FAN_OPEN, AT_FDCWD, "/watched") != 0) {
    return failed("fanotify_mark");
  }
  read_text("/watched");
  fanotify_event_metadata event;
  if (read(events, &event, sizeof event) < static_cast<ssize_t>(sizeof event))
    return failed("no event");
  return (event.mask & FAN_OPEN) != 0 ? "" : "another event";
}

long bpf(bpf_cmd command, bpf_attr& attributes) {
  return syscall(SYS_bpf, command, &attributes, sizeof attributes);
}

// A program that returns 0.
int load_program(bpf_prog_type type) {
  const bpf_insn code[] = {
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
      {.code = BPF_JMP | BPF_EXIT},
  };
  bpf_attr attributes{};
  attributes.prog_type = type;
  attributes.insns = reinterpret_cast<std::uintptr_t>(code);
  attributes.insn_cnt = std::size(code);
  attributes.license = reinterpret_cast<std::uintptr_t>("GPL");
  return static_cast<int>(bpf(BPF_PROG_LOAD, attributes));
}

// What docker's default policy lets a container with CAP_BPF or CAP_SYS_ADMIN do.
std::string bpf_maps_and_programs() {
  bpf_attr attributes{};
  attributes.map_type = BPF_MAP_TYPE_HASH;
  attributes.key_size = attributes.value_size = attributes.max_entries = 4;
  if (bpf(BPF_MAP_CREATE, attributes) < 0) return failed("making a map");
  if (load_program(BPF_PROG_TYPE_SOCKET_FILTER) < 0) return failed("loading a program");
  return read_text("/proc/sys/net/core/bpf_jit_enable") == "1\n" ? "" : "it is not compiled";
}

// What a container's rules for devices are made of.
std::string bpf_devices() {
  if (auto why = mount_groups(); !why.empty()) return why;
  mkdir("/groups/devices", 0755);
  const int program = load_program(BPF_PROG_TYPE_CGROUP_DEVICE);
  if (program < 0) return failed("loading a program");
  bpf_attr attributes{};
  attributes.target_fd =
      static_cast<unsigned>(open("/groups/devices", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  attributes.attach_bpf_fd = static_cast<unsigned>(program);
  attributes.attach_type = BPF_CGROUP_DEVICE;
  if (bpf(BPF_PROG_ATTACH, attributes) != 0) return failed("attaching it to a group");
  if (auto why = write_text("/groups/devices/cgroup.procs", "0"); !why.empty()) return why;
  if (open("/dev/zero", O_RDONLY | O_CLOEXEC) >= 0) return "it has no effect";
  return errno == EPERM ? "" : failed("open /dev/zero");
}

constexpr Feature all[] = {
    {"seccomp filters", seccomp},
    {"capabilities", capabilities},
    {"mqueue", message_queues},
    {"io_uring", io_uring},
    {"inotify", inotify},
    {"fanotify", fanotify},
    {"eBPF", bpf_maps_and_programs},
    {"eBPF for devices", bpf_devices},
};

}  // namespace

std::span<const Feature> system_calls() { return all; }

}  // namespace features
