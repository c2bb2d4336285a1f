#include "image/login_task.h"

#include <atomic>

#include "base/error.h"
#include "image/connection.h"
#include "image/registry.h"
#include "image/registry_error.h"

namespace image {

WorkerLogin run_login(const WorkerRequest& request, const PullEnvironment& environment,
                      base::Progress&) {
  const std::atomic<bool> cancelled = false;
  const std::string endpoint = find_endpoint(request.name, TrustPolicy(request.insecure_registries),
                                             *environment.make_transport(cancelled));
  Authorization authorization(environment.credentials.find(request.name), {});
  Connection connection(environment.make_transport(cancelled), environment.retry, authorization);
  const HttpRequest probe{.url = endpoint + "/v2/"};
  const HttpResponse response = connection.transport().exchange(probe, {});
  if (response.success()) return {};
  throw base::Error(
      base::ErrorKind::denied,
      "login attempt to " + probe.url + " failed with status: " + status_text(response.status));
}

}  // namespace image
