#include "image/downloads.h"

#include <algorithm>

#include "base/error.h"

namespace image {

void SharedProgress::message(std::string_view text) {
  const std::scoped_lock lock(mutex_);
  progress_.message(text);
}

void SharedProgress::update(std::string_view item, std::string_view state, std::uint64_t done,
                            std::uint64_t total) {
  constexpr std::chrono::milliseconds pause{100};
  const std::scoped_lock lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  Told& told = told_[std::string(item)];
  // A layer is converted while it comes; people are shown one thing at a time.
  if (state == "Extracting" && told.state == "Downloading") return;
  const bool same = told.state == state && done < total;
  if (same && now - told.at < pause) return;
  told = {.state = std::string(state), .at = now};
  progress_.update(item, state, done, total);
}

Downloads::~Downloads() {
  cancelled_ = true;
  for (std::thread& thread : threads_)
    if (thread.joinable()) thread.join();
}

void Downloads::add(const Descriptor& blob, base::UniqueFd file) {
  blobs_.push_back(blob);
  files_.emplace(blob.digest, std::make_unique<GrowingFile>(std::move(file)));
}

void Downloads::start() {
  const std::size_t count = std::min(at_a_time_, blobs_.size());
  for (std::size_t i = 0; i < count; ++i) threads_.emplace_back([this] { work(); });
}

void Downloads::work() {
  Fetch fetch;
  for (std::size_t i = next_++; i < blobs_.size(); i = next_++) fetch_one(fetch, blobs_[i]);
}

void Downloads::fetch_one(Fetch& fetch, const Descriptor& blob) {
  GrowingFile& file = *files_.at(blob.digest);
  try {
    if (cancelled_) throw base::Error(base::ErrorKind::interrupted, "cancelled");
    if (!fetch) fetch = make_fetch_();
    fetch(blob, file);
  } catch (const base::Error& error) {
    file.fail(error);
    cancelled_ = true;
  } catch (const std::exception& error) {
    file.fail(base::Error(error.what()));
    cancelled_ = true;
  }
}

void Downloads::finish() {
  for (std::thread& thread : threads_) thread.join();
  std::optional<base::Error> first;
  for (const Descriptor& blob : blobs_) {
    const auto failure = files_.at(blob.digest)->wait_for_end();
    // Those that were cancelled failed because another did.
    if (failure && (!first || first->kind() == base::ErrorKind::interrupted))
      first = failure->within("layer " + blob.digest.short_hex());
  }
  if (first) throw *first;
}

}  // namespace image
