#include "monitor/hosted_process.h"

#include <algorithm>

namespace monitor {
namespace {

using protocol::standard_error;
using protocol::standard_input;
using protocol::standard_output;

constexpr std::uint64_t unread_window = 256u << 10;  // granted where nobody is attached
constexpr std::uint32_t highest_status = 255;

}  // namespace

HostedProcess::HostedProcess(const protocol::ProcessEntry& entry) : number_(entry.process) {
  for (const std::uint8_t stream : {standard_output, standard_error}) {
    outputs_[stream].received = entry.position[stream];
    outputs_[stream].acked = entry.position[stream];
    outputs_[stream].limit = entry.position[stream];
    outputs_[stream].closed = (entry.open & (1u << stream)) == 0;
  }
  input_sent_ = input_acked_ = input_limit_ = entry.position[standard_input];
}

bool HostedProcess::take_output(const protocol::Frame& frame) {
  if (frame.stream == standard_input || frame.payload.empty()) return false;
  Output& output = outputs_[frame.stream];
  const std::uint64_t end = frame.offset + frame.payload.size();
  if (frame.offset != output.received || end > output.limit || end < frame.offset || output.ended)
    return false;
  output.received = end;
  return true;
}

bool HostedProcess::take_output_end(const protocol::Frame& frame) {
  if (frame.stream == standard_input || frame.offset != outputs_[frame.stream].received)
    return false;
  outputs_[frame.stream].ended = true;
  return true;
}

bool HostedProcess::take_input_ack(const protocol::Frame& frame) {
  protocol::Reader reader(frame.payload);
  const std::uint64_t limit = reader.u64();
  if (frame.stream != standard_input || !reader.finished() || frame.offset > input_sent_ ||
      frame.offset < input_acked_)
    return false;
  input_acked_ = frame.offset;
  input_limit_ = std::max(limit, input_limit_);
  return true;
}

bool HostedProcess::take_exit(const protocol::ExitRecord& record) {
  if (!started_ || exit_ || record.value > highest_status) return false;
  for (const std::uint8_t stream : {standard_output, standard_error})
    if (!outputs_[stream].closed && record.streams[stream].bytes != outputs_[stream].received)
      return false;
  exit_ = record;
  return true;
}

std::optional<Wish> HostedProcess::grant(std::uint8_t stream, std::span<const Wish> wishes) {
  Output& output = outputs_[stream];
  Wish all{.position = output.received, .limit = ~std::uint64_t{0}};
  for (const Wish& wish : wishes) {
    all.position = std::min(all.position, wish.position);  // at most what was received
    all.limit = std::min(all.limit, wish.limit);
  }
  if (wishes.empty()) {
    const bool due = output.limit < output.received + unread_window / 2;
    all.limit = due ? output.received + unread_window : output.limit;
    if (!due && !output.ended) all.position = output.acked;
  }
  all.position = std::max(all.position, output.acked);
  all.limit = std::max(all.limit, output.limit);
  if (all.position == output.acked && all.limit == output.limit) return std::nullopt;
  output.acked = all.position;
  output.limit = all.limit;
  return all;
}

bool HostedProcess::put_input(const protocol::Frame& frame) {
  if (frame.stream != standard_input || frame.offset != input_sent_ ||
      frame.offset + frame.payload.size() > std::max(input_limit_, input_sent_))
    return false;
  input_sent_ += frame.payload.size();
  if (frame.type == protocol::FrameType::eof) input_ended_ = true;
  return true;
}

}  // namespace monitor
