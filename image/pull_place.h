// One place that may have an image, and how it is spoken to.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "image/authorization.h"
#include "image/connection.h"
#include "image/pull_task.h"
#include "image/registry.h"
#include "image/registry_rules.h"

namespace image {

class PullPlace {
 public:
  // The last three are borrowed.
  PullPlace(const PullSource& source, const WorkerRequest& request,
            const PullEnvironment& environment, const std::atomic<bool>& cancelled);

  const Reference& name() const { return name_; }
  // A connection for one thread. The first one finds out how the place speaks; throws where it does
  // not answer.
  std::unique_ptr<Connection> connect();
  // Over a connection of its own.
  Repository repository(Connection& connection) const {
    return {connection.transport(), endpoint_, name_, names_};
  }

 private:
  Reference name_;
  NameDefaults names_;
  TrustPolicy trust_;
  const PullEnvironment& environment_;
  const std::atomic<bool>& cancelled_;
  Authorization authorization_;
  std::mutex mutex_;
  std::string endpoint_;
};

// In the order in which they are asked.
using PullPlaces = std::vector<std::unique_ptr<PullPlace>>;
PullPlaces places_of(const WorkerRequest& request, const PullEnvironment& environment,
                     const std::atomic<bool>& cancelled);

// Connections of one thread to those that it has asked.
class PlaceConnections {
 public:
  explicit PlaceConnections(PullPlaces& places) : places_(places), connections_(places.size()) {}

  // Asks one after another from `first` on, which becomes the one that answered. What the last one
  // fails with is thrown, and why the others did is told with it.
  template <typename Work>
  auto ask(std::size_t& first, const Work& work) {
    for (;; ++first) {
      try {
        return work(repository(first), places_[first]->name());
      } catch (const base::Error& error) {
        if (error.kind() == base::ErrorKind::interrupted) throw;
        if (first + 1 == places_.size()) throw explained(error);
        note(first, error);
      }
    }
  }

 private:
  Repository repository(std::size_t place);
  void note(std::size_t place, const base::Error& error);
  base::Error explained(const base::Error& error) const;

  PullPlaces& places_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::string failures_;
};

}  // namespace image
