#include "image/pull_place.h"

#include <utility>

#include "base/error.h"

namespace image {
namespace {

std::vector<std::string> insecure_of(const PullSource& source, const WorkerRequest& request) {
  std::vector<std::string> insecure = request.insecure_registries;
  if (source.insecure) insecure.push_back(source.name.domain());
  return insecure;
}

}  // namespace

PullPlace::PullPlace(const PullSource& source, const WorkerRequest& request,
                     const PullEnvironment& environment, const std::atomic<bool>& cancelled)
    : name_(source.name),
      names_(request.names),
      trust_(insecure_of(source, request)),
      environment_(environment),
      cancelled_(cancelled),
      authorization_(environment.credentials.find(source.name),
                     {"repository:" + source.name.path() + ":pull"}) {}

std::unique_ptr<Connection> PullPlace::connect() {
  {
    const std::scoped_lock lock(mutex_);
    if (endpoint_.empty())
      endpoint_ = find_endpoint(name_, trust_, *environment_.make_transport(cancelled_));
  }
  return std::make_unique<Connection>(environment_.make_transport(cancelled_), environment_.retry,
                                      authorization_);
}

PullPlaces places_of(const WorkerRequest& request, const PullEnvironment& environment,
                     const std::atomic<bool>& cancelled) {
  PullPlaces places;
  for (const PullSource& source : request.places)
    places.push_back(std::make_unique<PullPlace>(source, request, environment, cancelled));
  if (places.empty())
    places.push_back(std::make_unique<PullPlace>(PullSource{.name = request.name}, request,
                                                 environment, cancelled));
  return places;
}

Repository PlaceConnections::repository(std::size_t place) {
  std::unique_ptr<Connection>& connection = connections_[place];
  if (!connection) connection = places_[place]->connect();
  return places_[place]->repository(*connection);
}

void PlaceConnections::note(std::size_t place, const base::Error& error) {
  if (!failures_.empty()) failures_ += "; ";
  failures_ += places_[place]->name().canonical() + ": " + error.message();
}

base::Error PlaceConnections::explained(const base::Error& error) const {
  if (failures_.empty()) return error;
  return {error.kind(), error.message() + " (mirrors also failed: " + failures_ + ")"};
}

}  // namespace image
