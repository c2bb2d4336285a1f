// What a long operation tells while it works; cli draws it.
#pragma once

#include <cstdint>
#include <string_view>

namespace base {

// The seam. Calls come from one thread at a time. `item` names one of several things under way
// ("a1b2c3d4e5f6", a layer's short digest; empty: the operation as a whole).
class Progress {
 public:
  virtual ~Progress() = default;
  // A sentence about the whole ("Using default tag: latest").
  virtual void message(std::string_view text) = 0;
  // `state` as docker words it ("Pulling fs layer", "Downloading", "Pull complete"); total 0 where
  // it is unknown; both in bytes.
  virtual void update(std::string_view item, std::string_view state, std::uint64_t done,
                      std::uint64_t total) = 0;
};

class NoProgress : public Progress {
 public:
  void message(std::string_view) override {}
  void update(std::string_view, std::string_view, std::uint64_t, std::uint64_t) override {}
};

}  // namespace base
