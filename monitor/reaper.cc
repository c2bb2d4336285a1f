#include "monitor/reaper.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <thread>

#include "base/failpoint.h"
#include "base/file.h"
#include "base/log.h"
#include "guest-init/protocol/wishes.h"
#include "monitor/domain_build.h"
#include "monitor/last_words.h"
#include "monitor/listener.h"
#include "monitor/slot_disks.h"
#include "monitor/turn.h"
#include "xen/domain_removal.h"
#include "xen/xl_toolstack.h"

namespace monitor {
namespace {

constexpr base::Milliseconds ready_limit{240'000};  // from unpause to the first slot
constexpr base::Milliseconds turn_limit{300'000};
constexpr base::Milliseconds console_limit{2'000};
constexpr std::size_t log_limit = 1u << 20;  // bytes

std::string kernel_arguments(const memres::InstanceConfig& config) {
  std::string text = fmt::format("{}={} {}={}", protocol::slots_wish, config.slots,
                                 protocol::idle_wish, config.idle.count());
  return config.kernel_arguments.empty() ? text : text + " " + config.kernel_arguments;
}

}  // namespace

Reaper::Reaper(ReaperRequest request)
    : request_(std::move(request)), host_(std::move(request_.host)), instances_(request_.run_root) {
  auto instance = instances_.load(request_.name);
  if (!instance)
    throw base::Error(base::ErrorKind::not_found, "no record of the memres " + request_.name);
  instance_ = std::move(*instance);
}

void Reaper::run() {
  try {
    if (!host_.hypervisor) host_ = connect_host();
    orders_ = listen_at(instances_.control_path(request_.name));
    if (request_.begins) build();
    // One whose reaper died before it was up is taken apart: who began it has been told so.
    if (request_.begins || instance_.ready) watch();
  } catch (const base::Error& error) {
    tell(engine::LaunchEvent::Type::error,
         fmt::format("{}\n{}", base::to_string(error.kind()), error.message()));
  }
  remove();
}

std::optional<xen::DomainInfo> Reaper::find() { return host_.hypervisor->find(instance_.domain); }

void Reaper::build() {
  base::failpoint("reaper.start");
  base::Stopwatch watch;
  xen::XlToolstack toolstack(*host_.store, {.directory = instances_.directory(request_.name),
                                            .lock_fd = request_.lock.fd()});
  {
    const base::FileLock turn =
        take_turn({.run_root = request_.run_root,
                   .places = std::max(1u, std::thread::hardware_concurrency()),
                   .deadline = base::Deadline::after(turn_limit),
                   .check = [this] { take_launch(); }});
    const memres::InstanceConfig& config = instance_.config;
    id_ = build_domain({.hypervisor = *host_.hypervisor,
                        .toolstack = toolstack,
                        .data_root = request_.data_root,
                        .balloon_dom0 = request_.balloon_dom0},
                       {.name = instance_.domain_name(),
                        .uuid = instance_.domain,
                        .memory = config.memory,
                        .vcpus = config.vcpus,
                        .cpus = {},
                        .guest_type = config.guest_type,
                        .kernel = config.kernel,
                        .kernel_arguments = kernel_arguments(config),
                        .purpose = "the memres"});
  }
  instance_.made_in = std::chrono::duration_cast<base::Milliseconds>(watch.lap());
  base::failpoint("reaper.created");
  host_.hypervisor->unpause(id_);
  boot_.lap();
  base::failpoint("reaper.unpaused");
  ready_deadline_ = base::Deadline::after(ready_limit);
}

void Reaper::watch() {
  released_ = host_.store->watch(xen::release_event);
  const auto domain = find();
  if (!domain) return;
  id_ = domain->id;
  if (instance_.ready)
    tell(engine::LaunchEvent::Type::started);
  else
    offered_ = host_.store->watch(xen::domain_path(id_) + "/data/vxn/0");
  try {
    console_.emplace(xen::Console::open(*host_.store, id_, base::Deadline::after(console_limit)));
    log_ =
        base::open_file(instances_.console_log(request_.name), O_WRONLY | O_CREAT | O_APPEND, 0600);
  } catch (const base::Error& error) {
    base::log_debug("{}", error.message());
  }
  while (!over_) poll_once();
}

void Reaper::poll_once() {
  enum Source { from_launch, from_orders, from_domains, from_guest, from_console, count };
  std::array<pollfd, count> polled{};
  polled.fill({.fd = -1, .events = POLLIN, .revents = 0});
  polled[from_launch].fd = request_.launch.get();
  polled[from_orders].fd = orders_.get();
  polled[from_domains].fd = released_->fd();
  polled[from_guest].fd = offered_ ? offered_->fd() : -1;
  polled[from_console].fd = console_ ? console_->fd() : -1;
  if (poll(polled.data(), polled.size(), ready_deadline_.poll_timeout()) < 0) {
    if (errno == EINTR) return;
    base::throw_errno("watching the memres");
  }
  if (ready_deadline_.expired())
    throw base::Error(base::ErrorKind::unavailable,
                      "the guest of the memres did not start" + last_words(console_));
  if (polled[from_launch].revents != 0) take_launch();
  if (polled[from_console].revents != 0) take_console();
  if (offered_) look_at_guest();
  if (polled[from_orders].revents != 0) take_order();
  if (polled[from_domains].revents != 0) look_at_domain();
}

// The first slot that it offers.
void Reaper::look_at_guest() {
  while (offered_->next()) {
  }
  if (!host_.store->read(xen::domain_path(id_) + "/data/vxn/0/event-channel")) return;
  offered_.reset();
  ready_deadline_ = base::Deadline::never();
  instance_.ready = true;
  instance_.booted_in = std::chrono::duration_cast<base::Milliseconds>(boot_.lap());
  instances_.save(instance_);
  base::failpoint("reaper.ready");
  tell(engine::LaunchEvent::Type::started);
}

void Reaper::look_at_domain() {
  while (released_->next()) {
  }
  const auto domain = find();
  if (domain && !xen::has_ended(domain->state)) return;
  over_ = true;
  if (console_) take_console();
  if (!instance_.ready)
    throw base::Error("the guest of the memres ended while it started" + last_words(console_));
}

void Reaper::take_console() {
  const auto text = console_->read();
  if (!text)
    console_.reset();
  else if (log_ && logged_ < log_limit)
    base::write_all(log_.get(), *text);
  logged_ += text ? text->size() : 0;
}

void Reaper::take_order() {
  auto given = accept_order(orders_.get());
  if (!given) return;
  using Type = engine::ControlOrder::Type;
  using Answer = engine::ControlAnswer::Type;
  switch (given->order.type) {
    case Type::signal:  // any: it is asked to end in order
      ask_to_end();
      answer(given->client, Answer::ok);
      break;
    case Type::start:  // it has begun: has it ended, too?
      look_at_domain();
      answer(given->client, over_ ? Answer::idle : Answer::ok);
      break;
    case Type::end:
      over_ = true;
      answer(given->client, Answer::ok);
      break;
    default:
      answer(given->client, Answer::unknown);
      break;
  }
}

// As the toolstack asks for it (xen/include/public/io/xs_wire.h's neighbours: control/shutdown).
void Reaper::ask_to_end() {
  host_.store->write({.path = xen::domain_path(id_) + "/control/shutdown", .value = "poweroff"});
}

// The command says nothing on it; closing it before the start cancels.
void Reaper::take_launch() {
  if (!request_.launch) return;
  char byte = 0;
  const ssize_t size = recv(request_.launch.get(), &byte, 1, MSG_DONTWAIT);
  const bool gone = size == 0 || (size < 0 && errno == ECONNRESET);
  if (gone && !instance_.ready)
    throw base::Error(base::ErrorKind::interrupted, "cancelled before the memres was up");
  if (gone) request_.launch.reset();
}

// Its record goes last, and then the lock.
void Reaper::remove() {
  try {
    console_.reset();
    released_.reset();
    if (host_.hypervisor) {
      if (const auto domain = find()) {
        xen::XlToolstack toolstack(*host_.store, {.directory = instances_.directory(request_.name),
                                                  .lock_fd = request_.lock.fd()});
        xen::remove_domain({*host_.hypervisor, *host_.store, toolstack}, *domain);
      } else {
        xen::remove_remains(*host_.store, instance_.domain);
      }
    }
    remove_slot_disks(instance_.domain);
    base::failpoint("reaper.removed");
    instances_.remove(request_.name);
    tell(engine::LaunchEvent::Type::done);
  } catch (const base::Error& error) {
    tell(
        engine::LaunchEvent::Type::error,
        fmt::format("{}\nremoving the memres: {}", base::to_string(error.kind()), error.message()));
  }
}

void Reaper::tell(engine::LaunchEvent::Type type, const std::string& text) {
  if (!request_.launch) return;
  const std::string line = encode(engine::LaunchEvent{.type = type, .text = text});
  if (send(request_.launch.get(), line.data(), line.size(), MSG_NOSIGNAL) < 0)
    base::log_debug("nobody listens any more: {}", line);
}

}  // namespace monitor
