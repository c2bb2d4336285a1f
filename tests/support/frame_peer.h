// The other end of a stream of frames, for tests: blocking, with a deadline on every wait.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <optional>
#include <string>

#include "base/fd.h"
#include "guest-init/protocol/messages.h"

namespace support {

struct OwnedFrame {
  protocol::FrameType type = protocol::FrameType::hello;
  std::uint8_t stream = 0;
  std::uint32_t process = 0;
  std::uint64_t offset = 0;
  std::string payload;
  std::span<const std::byte> bytes() const { return protocol::bytes_of(payload); }
};

class FramePeer {
 public:
  explicit FramePeer(base::UniqueFd fd) : fd_(std::move(fd)) {}

  void say(protocol::FrameType type, std::string_view payload = {}, std::uint8_t stream = 0,
           std::uint64_t offset = 0) {
    std::string out;
    protocol::append_frame(
        out,
        {.type = type, .stream = stream, .offset = offset, .payload = protocol::bytes_of(payload)});
    say_raw(out);
  }
  void say_raw(std::string_view bytes) {
    ASSERT_EQ(send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  void say_number(protocol::FrameType type, std::uint64_t number, std::uint8_t stream,
                  std::uint64_t offset) {
    std::string payload;
    protocol::append_u64(payload, number);
    say(type, payload, stream, offset);
  }

  // Something that next() has not told comes within that time.
  bool has_said(base::Milliseconds within) const {
    return !in_.empty() || base::wait_readable(fd_.get(), base::Deadline::after(within));
  }

  // The next frame; nullopt where the other end closed or 5 s went by.
  std::optional<OwnedFrame> next() {
    while (true) {
      protocol::Frame frame;
      std::size_t used = 0;
      const char* why = "";
      if (protocol::parse_frame(protocol::bytes_of(in_), frame, used, why) ==
          protocol::ParseResult::frame) {
        OwnedFrame owned{
            frame.type, frame.stream, frame.process, frame.offset,
            std::string(reinterpret_cast<const char*>(frame.payload.data()), frame.payload.size())};
        in_.erase(0, used);
        return owned;
      }
      char buffer[65536];
      if (!base::wait_readable(fd_.get(), base::Deadline::after(base::Milliseconds(5000))))
        return std::nullopt;
      const ssize_t size = recv(fd_.get(), buffer, sizeof buffer, 0);
      if (size <= 0) return std::nullopt;
      in_.append(buffer, static_cast<std::size_t>(size));
    }
  }
  // Skips to the next of this type.
  std::optional<OwnedFrame> next(protocol::FrameType type) {
    auto frame = next();
    while (frame && frame->type != type) frame = next();
    return frame;
  }
  bool closed() { return !next(); }
  void hang_up() { fd_.reset(); }

 private:
  base::UniqueFd fd_;
  std::string in_;
};

}  // namespace support
