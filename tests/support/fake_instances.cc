// The verbs for memres of the fake engine.
#include "tests/support/fake_engine.h"

namespace engine {

bool Engine::start_instance(const InstanceRequest& request) {
  fake::fail_if_told();
  fake::world().instance = request;
  return fake::world().instances.empty();
}

bool Engine::stop_instance(const std::string& name, int seconds) {
  fake::fail_if_told();
  fake::world().orders.push_back("stop-memres " + name + " " + std::to_string(seconds));
  return !fake::world().instances.empty();
}

std::vector<InstanceInfo> Engine::instances() { return fake::world().instances; }

InstanceInfo Engine::instance(const std::string&) {
  if (fake::world().instances.empty())
    throw base::Error(base::ErrorKind::not_found, "the memres \"default\" is not running");
  return fake::world().instances.front();
}

std::string Engine::instance_log(const std::string&) { return "Linux version 6.1\n"; }

}  // namespace engine
