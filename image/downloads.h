// The layers of one image on their way: several at a time, each readable while it comes.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/progress.h"
#include "image/growing_file.h"
#include "image/image.h"
#include "image/registry.h"

namespace image {

// Progress from several threads, and not more often than somebody can look at it.
class SharedProgress : public base::Progress {
 public:
  explicit SharedProgress(base::Progress& progress) : progress_(progress) {}
  void message(std::string_view text) override;
  // The same state of the same item is told ten times a second at most, its end always.
  void update(std::string_view item, std::string_view state, std::uint64_t done,
              std::uint64_t total) override;

 private:
  struct Told {
    std::string state;
    std::chrono::steady_clock::time_point at;
  };
  std::mutex mutex_;
  base::Progress& progress_;
  std::map<std::string, Told, std::less<>> told_;
};

class Downloads {
 public:
  // Fetches one blob into the file, in a thread of its own; must throw rather than fail() it.
  using Fetch = std::function<void(const Descriptor&, GrowingFile&)>;
  static constexpr unsigned usual = 3;  // at a time

  // `cancelled` is set where the rest is of no use any more; `make_fetch` is called once in each
  // thread.
  Downloads(std::function<Fetch()> make_fetch, std::atomic<bool>& cancelled,
            unsigned at_a_time = usual)
      : make_fetch_(std::move(make_fetch)), cancelled_(cancelled), at_a_time_(at_a_time) {}
  Downloads(const Downloads&) = delete;
  Downloads& operator=(const Downloads&) = delete;
  ~Downloads();  // cancels what is under way

  // In the order in which they shall come; each digest once. Before start().
  void add(const Descriptor& blob, base::UniqueFd file);
  bool contains(const Descriptor& blob) const { return files_.contains(blob.digest); }
  void start();
  GrowingFile& file(const Descriptor& blob) { return *files_.at(blob.digest); }
  // Waits for all; throws what the first of them failed with.
  void finish();

 private:
  void work();
  void fetch_one(Fetch& fetch, const Descriptor& blob);

  std::function<Fetch()> make_fetch_;
  std::atomic<bool>& cancelled_;
  std::size_t at_a_time_;
  std::vector<Descriptor> blobs_;
  std::map<Digest, std::unique_ptr<GrowingFile>> files_;
  std::atomic<std::size_t> next_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace image
