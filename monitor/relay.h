// The half of the monitor that talks with the guest: frames between the vchan and the attached
// client, events for the parent. Treats every byte of the guest's as hostile; runs without
// privileges (sandbox.h).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/fd.h"
#include "guest-init/protocol/messages.h"
#include "monitor/frame_socket.h"
#include "monitor/relay_message.h"

namespace monitor {

// The guest's end, as bytes: a vchan, in tests a socket pair. As xen::Vchan: never blocks.
class GuestChannel {
 public:
  virtual ~GuestChannel() = default;
  virtual int fd() const = 0;
  virtual void clear_event() = 0;
  // 0: none or no room now; nullopt: the guest has closed.
  virtual std::optional<std::size_t> read(std::span<std::byte> buffer) = 0;
  virtual std::optional<std::size_t> write(std::span<const std::byte> bytes) = 0;
};

struct RelayRequest {
  int parent = -1;               // messages
  int listener = -1;             // clients connect here; -1 for none
  base::UniqueFd first_client;   // connected already, or empty
  std::string container_spec;    // encoded
  std::string process_spec;      // encoded
  std::uint64_t epoch = 0;       // of the guest as known from before, 0 unknown
  bool client_expected = false;  // wait for it before the guest is asked for bytes
  base::Milliseconds client_patience{3000};
};

class Relay {
 public:
  Relay(RelayRequest request, GuestChannel& guest);
  // Until the parent says finish, the guest is lost or broken, or the parent is gone.
  void run();

 private:
  enum class Phase { hello, client, state, container, process, running, exited };
  struct Output {
    std::uint64_t received = 0;  // next byte from the guest
    std::uint64_t limit = 0;     // granted to the guest
    bool closed = false;         // CLOSE was said
    bool ended = false;
  };

  void poll_once();
  void take_parent();
  void serve_guest();
  bool read_guest();
  bool write_guest();
  void to_guest(const protocol::Frame& frame);

  bool take_guest_frame(const protocol::Frame& frame);
  bool take_hello(const protocol::Frame& frame);
  bool take_state(const protocol::Frame& frame);
  bool take_ready(const protocol::Frame& frame);
  bool take_started(const protocol::Frame& frame);
  bool take_failed(const protocol::Frame& frame);
  bool take_output(const protocol::Frame& frame);
  bool take_output_end(const protocol::Frame& frame);
  bool take_input_ack(const protocol::Frame& frame);
  bool take_input_close(const protocol::Frame& frame);
  bool take_exit(const protocol::Frame& frame);
  bool take_log(const protocol::Frame& frame);
  bool take_shutdown_done(const protocol::Frame& frame);
  bool broken(std::string_view why);

  void resume();
  void begin_running();
  void send_container();
  void send_process();
  void grant_discarded();
  void grant(std::uint8_t stream, std::uint64_t position, std::uint64_t limit);

  void accept_client();
  void receive_client();
  bool take_client_frame(const protocol::Frame& frame);
  bool take_attach(const protocol::Frame& frame);
  void send_attached();
  bool take_client_input(const protocol::Frame& frame);
  bool take_client_ack(const protocol::Frame& frame);
  void forward_exit();
  void lose_client();

  void tell(MessageType type, std::string_view text = {},
            std::initializer_list<std::uint64_t> numbers = {});
  void finish_when_flushed();

  RelayRequest request_;
  GuestChannel& guest_;
  std::string from_guest_;
  std::string to_guest_;
  Phase phase_ = Phase::hello;
  base::Deadline client_deadline_;

  FrameSocket client_;
  bool attached_ = false;
  std::array<std::uint64_t, protocol::stream_count> client_position_{};
  bool client_resumes_ = false;

  std::array<Output, protocol::stream_count> outputs_{};  // 1 and 2 are used
  std::uint64_t input_sent_ = 0;   // next byte of standard input for the guest
  std::uint64_t input_acked_ = 0;  // the guest's last word on it
  std::uint64_t input_limit_ = 0;
  bool input_ended_ = false;
  bool input_closed_ = false;
  std::optional<protocol::ExitRecord> exit_;
  bool recorded_ = false;
  bool finishing_ = false;
  bool guest_gone_ = false;
  bool over_ = false;
};

}  // namespace monitor
