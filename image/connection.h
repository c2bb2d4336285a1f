// The whole way to a registry for one thread: authorization over redirects over retries over the
// network.
#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "image/authorization.h"
#include "image/redirect.h"
#include "image/retry.h"
#include "image/transport.h"

namespace image {

// Makes what reaches the network; called once for each thread. A transfer under way ends when
// `cancelled` becomes true.
using TransportFactory =
    std::function<std::unique_ptr<Transport>(const std::atomic<bool>& cancelled)>;

class Connection {
 public:
  Connection(std::unique_ptr<Transport> network, const RetryPolicy& policy,
             Authorization& authorization)
      : network_(std::move(network)),
        retry_(*network_, policy),
        redirect_(retry_),
        authorized_(redirect_, authorization) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Transport& transport() { return authorized_; }
  // The same without our secrets, for where a registry sends us.
  Transport& anonymous() { return redirect_; }

 private:
  std::unique_ptr<Transport> network_;
  RetryTransport retry_;
  RedirectTransport redirect_;
  AuthorizedTransport authorized_;
};

}  // namespace image
