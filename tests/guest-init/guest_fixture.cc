#include "tests/guest-init/guest_fixture.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/error.h"

namespace guest_init_test {
namespace {

const auto patience = base::Milliseconds(60000);

struct Image {
  base::TempDir directory{::testing::TempDir(), "guest-image"};
  std::vector<std::string> layers;
};

std::unique_ptr<Image> image;         // of the whole test suite
std::optional<std::string> obstacle;  // why nothing can be tested here

// In a child, so that nothing of this process changes.
bool may_unshare() {
  const pid_t pid = fork();
  if (pid == 0) {
    constexpr int wanted = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;
    _exit(unshare(wanted) == 0 ? 0 : 1);
  }
  int status = 1;
  return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

std::optional<std::string> find_obstacle() {
  if (geteuid() != 0) return "needs root";
  if (!may_unshare()) return "needs namespaces, which are forbidden here";
  if (access("/dev/loop-control", R_OK | W_OK) != 0) return "needs loop devices";
  if (access("/usr/bin/mksquashfs", X_OK) != 0) return "needs mksquashfs";
  if (access("/usr/bin/busybox", X_OK) != 0 && access("/bin/busybox", X_OK) != 0) {
    return "needs busybox-static";
  }
  return {};
}

void make_base_layer(const std::string& tree) {
  for (const char* name : {"/bin", "/etc", "/root", "/tmp", "/old", "/replaced", "/home/dora"}) {
    base::make_directories(tree + name);
  }
  base::run_checked({"cp", "-L", "/bin/busybox", tree + "/bin/busybox"},
                    base::Deadline::after(patience));
  base::run_checked({"chroot", tree, "/bin/busybox", "--install", "-s", "/bin"},
                    base::Deadline::after(patience));
  base::replace_file(tree + "/etc/passwd",
                     "root:x:0:0:root:/root:/bin/sh\n"
                     "dora:x:1000:1001::/home/dora:/bin/sh\n"
                     "nobody:x:65534:65534:nobody:/:/bin/false\n");
  base::replace_file(tree + "/etc/group",
                     "root:x:0:\nstaff:x:1001:\naudio:x:29:dora,other\nvideo:x:44:dora\n");
  base::replace_file(tree + "/old/gone", "below\n");
  base::replace_file(tree + "/replaced/below", "below\n");
  base::replace_file(tree + "/etc/plain", "not executable\n");
  base::replace_file(tree + "/bin/nonsense", "\x7fnonsense\n", 0755);
  chmod((tree + "/tmp").c_str(), 01777);
  chmod(tree.c_str(), 0751);
}

// A whiteout, and an opaque directory, as overlayfs has them.
void make_upper_layer(const std::string& tree) {
  base::make_directories(tree + "/old");
  base::make_directories(tree + "/replaced");
  base::replace_file(tree + "/replaced/above", "above\n");
  ASSERT_EQ(mknod((tree + "/old/gone").c_str(), S_IFCHR, 0), 0);
  ASSERT_EQ(setxattr((tree + "/replaced").c_str(), "trusted.overlay.opaque", "y", 1, 0), 0);
  chmod(tree.c_str(), 0751);
}

base::UniqueFd listen_at(const std::string& path) {
  base::UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  base::remove_file(path);
  if (bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      listen(fd.get(), 4) != 0) {
    base::throw_errno("listening at " + path);
  }
  return fd;
}

int connect_to(const std::string& path) {
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    base::throw_errno("connecting to " + path);
  }
  return fd;
}

}  // namespace

void GuestTest::SetUpTestSuite() {
  obstacle = find_obstacle();
  if (obstacle || image) return;
  image = std::make_unique<Image>();
  const std::string& directory = image->directory.path();
  make_base_layer(directory + "/base");
  make_upper_layer(directory + "/upper");
  for (const char* name : {"/base", "/upper"}) {
    image->layers.push_back(make_squashfs(directory + name, directory + name + ".squashfs"));
  }
}

void GuestTest::TearDownTestSuite() { image.reset(); }

const std::vector<std::string>& GuestTest::layers() { return image->layers; }

void GuestTest::SetUp() {
  if (obstacle) GTEST_SKIP() << *obstacle;
  directory_ = std::make_unique<base::TempDir>(::testing::TempDir(), "guest");
  cgroup_ = directory_->path().substr(directory_->path().rfind('/') + 1);
}

void GuestTest::TearDown() {
  start_afresh();  // killed where it still runs
  if (cgroup_.empty()) return;
  // Removed by hand: control groups are directories that rm -r cannot empty.
  const std::string group = "$d/" + cgroup_;
  base::run_program({"sh", "-c",
                     "d=$(mktemp -d) && mount -t cgroup2 none $d && "
                     "for i in 1 2 3 4 5 6 7 8 9; do rmdir " +
                         group + "/vxn/* " + group + "/vxn " + group + " 2> /dev/null; [ -e " +
                         group + " ] || break; sleep 0.1; done; umount $d; rmdir $d"},
                    base::Deadline::after(patience));
}

std::string GuestTest::slot_path(unsigned slot) const {
  return directory() + "/slot-" + std::to_string(slot);
}

void GuestTest::spawn_guest(unsigned slots, const std::vector<std::string>& words) {
  base::make_directories(directory() + "/root");
  base::replace_file(directory() + "/log", "");
  base::SpawnRequest request{
      .argv = {"setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--fork",
               "--kill-child", "--propagation", "private", PRETEND_GUEST, directory() + "/root",
               directory() + "/log", cgroup_},
      .fds = {{2, 2}}};
  request.argv.insert(request.argv.end(), words.begin(), words.end());
  std::vector<base::UniqueFd> listeners;
  for (unsigned slot = 0; slot < slots; ++slot) {
    listeners.push_back(listen_at(slot_path(slot)));
    request.fds.emplace_back(listeners.back().get(), 3 + static_cast<int>(slot));
  }
  guest_ = base::spawn(request);
}

void GuestTest::boot() {
  spawn_guest(1, {});
  connect();
}

void GuestTest::boot_shared(unsigned slots, unsigned idle_ms) {
  spawn_guest(slots, {std::to_string(slots), std::to_string(idle_ms)});
}

void GuestTest::connect(unsigned slot) {
  Link& link = links_[slot];
  link.connection = connect_to(slot_path(slot));
  link.socket = std::make_unique<support::SocketTransport>(-1, link.connection);
  if (link.peer) {
    link.peer->reconnect(link.socket->transport());
  } else {
    link.peer = std::make_unique<support::GuestPeer>(link.socket->transport());
  }
}

void GuestTest::clear(unsigned slot, const std::vector<protocol::DiskId>& unwanted) {
  const auto deadline = base::Deadline::after(patience);
  peer(slot).say(protocol::FrameType::shutdown, protocol::encode_disks(unwanted));
  while (!peer(slot).is_shut_down()) peer(slot).step(deadline);
  links_.erase(slot);
}

std::optional<base::ExitStatus> GuestTest::wait_end(base::Milliseconds time) {
  return guest_->wait(base::Deadline::after(time));
}

void GuestTest::lose_connection() { links_[0].socket.reset(); }

void GuestTest::send_raw(std::string_view bytes) {
  ASSERT_EQ(send(links_[0].connection, bytes.data(), bytes.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(bytes.size()));
}

bool GuestTest::is_hung_up() {
  char buffer[4096];
  const auto deadline = base::Deadline::after(patience);
  while (base::wait_readable(links_[0].connection, deadline)) {
    if (recv(links_[0].connection, buffer, sizeof buffer, 0) <= 0) return true;
  }
  return false;
}

protocol::ContainerSpec GuestTest::container_spec() {
  if (!layer_disk_) layer_disk_ = make_layer_disk(directory(), layers());
  if (!writable_) writable_ = attach_writable(make_writable_file(directory()));
  return {.hostname = "box",
          .layers = static_cast<std::uint32_t>(layers().size()),
          .read_only_disk = layer_disk_->id,
          .writable_disk = writable_->id};
}

void GuestTest::boot_container(const protocol::ContainerSpec& spec) {
  boot();
  peer().handshake();
  const auto failure = peer().make_container(spec);
  ASSERT_FALSE(failure) << failure->text;
}

void GuestTest::start_afresh() {
  links_.clear();
  guest_.reset();
}

base::ExitStatus GuestTest::shut_down() {
  peer().say(protocol::FrameType::shutdown);
  const auto deadline = base::Deadline::after(patience);
  while (!peer().is_shut_down()) peer().step(deadline);
  return guest_->wait(deadline).value_or(base::ExitStatus{.code = -1});
}

protocol::ProcessSpec GuestTest::command(std::vector<std::string> argv) {
  return {.argv = std::move(argv), .env = {"PATH=/bin"}};
}

protocol::ProcessSpec GuestTest::shell(const std::string& script) {
  return command({"sh", "-c", script});
}

Result GuestTest::run(const protocol::ProcessSpec& spec, std::string_view input,
                      std::uint32_t process) {
  peer().start(process, spec);
  if (spec.standard_input) peer().give_input(process, input);
  Result result;
  result.failure = peer().wait_started(process);
  if (result.failure) return result;
  result.exit = peer().wait_exit(process);
  result.out = peer().view(process).text[0];
  result.err = peer().view(process).text[1];
  return result;
}

std::string GuestTest::log() const { return base::read_file(directory() + "/log", 1 << 20); }

}  // namespace guest_init_test
