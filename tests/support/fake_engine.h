// An engine that does what a test says: linked in the place of the real one (engine::Engine is one
// class; fake_engine.cc defines its methods).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "engine/engine.h"

namespace fake {

// What the engine holds and answers, and what it was asked for. One at a time: the fixture resets
// it.
struct World {
  std::vector<image::Image> images;
  std::vector<engine::Container> containers;
  engine::HostInfo host;
  std::vector<engine::HostReport> reports;
  std::vector<engine::InstanceInfo> instances;

  // Answers.
  std::optional<base::Error> failure;          // of the next verb
  std::optional<base::Error> removal_failure;  // of the next removal of an image
  image::Pulled pulled;
  std::function<void(base::Progress&)> progress;  // what pull and create tell
  image::RemovedImage removed;
  image::StoreSpace space;
  image::Collected collected;
  std::vector<image::Finding> findings;  // of the first check; later ones find nothing
  std::vector<image::Loaded> loaded;
  std::vector<image::FoundImage> found;
  std::vector<std::string> tags;
  std::optional<std::string> user;  // who is logged in
  engine::RunOutcome outcome;
  std::optional<engine::StartFailure> start_failure;
  std::vector<engine::LogRecord> records;  // what logs gives
  engine::ProcessList processes;
  std::string container_output;  // written by start_attached

  // Questions.
  std::optional<engine::CreateRequest> created;
  std::optional<engine::InstanceRequest> instance;
  std::optional<engine::PullRequest> pull;
  std::optional<engine::SaveRequest> saved;
  std::optional<engine::ImportRequest> imported;
  std::optional<engine::VimportRequest> vimported;
  std::optional<engine::LoginRequest> login;
  std::optional<engine::SearchRequest> search;
  engine::RegistryAccess access;  // of a push
  std::optional<engine::Stdio> stdio;
  std::optional<engine::StartKind> start_kind;
  std::vector<std::string> removals;  // "NAME" or "NAME force"
  std::vector<std::string> orders;    // "start NAME", "stop NAME", "kill NAME 15", "wait NAME"
  std::vector<engine::CheckRequest> checks;
  engine::StopRequest stop;
  engine::LogRequest logs;
  engine::ExecRequest exec;
  engine::Settings settings;
};
World& world();
// Throws the world's failure, once.
void fail_if_told();

engine::Container container(std::string_view name, engine::State state, base::WallTime created);
image::Image image(std::string_view tag, char digit, std::uint64_t bytes, base::WallTime created);

}  // namespace fake
