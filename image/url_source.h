// What an http or https URL stands for, read while it comes.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <thread>

#include "base/error.h"
#include "base/fd.h"
#include "image/byte_source.h"
#include "image/connection.h"

namespace image {

// No credentials are sent. A thread of its own fetches, a pipe's length ahead of who reads; ended
// before, it stops within a second.
class UrlSource : public ByteSource {
 public:
  UrlSource(std::string url, TransportFactory make_transport, RetryPolicy retry);
  UrlSource(const UrlSource&) = delete;
  UrlSource& operator=(const UrlSource&) = delete;
  ~UrlSource() override;
  // At the end throws what the exchange failed with, statuses included.
  std::size_t read(std::span<std::byte> buffer) override;

 private:
  void fetch(int output);
  void run();

  std::string url_;
  TransportFactory make_transport_;
  RetryPolicy retry_;
  std::atomic<bool> cancelled_ = false;
  base::Pair pipe_ = base::make_pipe();
  std::optional<base::Error> failure_;  // the thread's until it has ended
  std::thread thread_;
};

}  // namespace image
