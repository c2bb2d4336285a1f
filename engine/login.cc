// Engine's login and logout.
#include "base/error.h"
#include "engine/credential_helper.h"
#include "engine/engine.h"
#include "engine/engine_parts.h"
#include "engine/registry_access.h"
#include "image/credential_file.h"
#include "image/worker_client.h"

namespace engine {
namespace {

// False: a program has it.
bool keep(const LoginPlace& place, const KeptLogin& login) {
  image::CredentialFile file(place.file);
  if (const std::string helper = file.helper(place.key); !helper.empty()) {
    CredentialHelper(helper).store(place.key, login);
    return false;
  }
  file.put(place.key, login.user, login.secret);
  file.write();
  return true;
}

}  // namespace

bool Engine::login(const LoginRequest& request) {
  const image::Reference registry =
      image::Reference::parse_canonical(request.registry + "/registry");
  RegistryAccess access = request.access;
  access.login = request.user + ":" + request.password;
  image::PullOptions options = registry_options(settings_, parts_->registries());
  options.credentials_file.reset();
  const AccessFiles files = apply(access, registry, parts_->files.certificates, options);
  image::verify_login(registry, options);
  return keep(request.place, {.user = request.user, .secret = request.password});
}

bool Engine::logout(const LoginPlace& place) {
  image::CredentialFile file(place.file);
  const std::string helper = file.helper(place.key);
  if (!helper.empty()) {
    const CredentialHelper program(helper);
    const bool known = program.get(place.key).has_value();
    if (known) program.erase(place.key);
    if (known) return true;
  }
  if (!file.remove(place.key)) return false;
  file.write();
  return true;
}

void Engine::logout_everywhere(const std::string& path) {
  image::CredentialFile file(path);
  file.remove_all();
  file.write();
}

std::optional<std::string> Engine::logged_in(const LoginPlace& place) {
  const image::CredentialFile file(place.file);
  const std::string helper = file.helper(place.key);
  if (helper.empty()) return file.user(place.key);
  const auto kept = CredentialHelper(helper).get(place.key);
  if (!kept) return std::nullopt;
  return kept->user;
}

}  // namespace engine
