// Reads a container's log from its oldest file on, while another process may write and rotate it.
#pragma once

#include <optional>
#include <string>

#include "base/fd.h"
#include "engine/container_store.h"
#include "engine/log_record.h"

namespace engine {

class LogReader {
 public:
  LogReader(const ContainerStore& store, const ContainerConfig& config)
      : store_(store), config_(config) {}

  // The next record with text; nullopt where there is none now. What was cut by a death is passed
  // over.
  std::optional<LogRecord> next();

 private:
  bool read_more();
  bool open_next();
  std::optional<unsigned> age() const;

  const ContainerStore& store_;
  const ContainerConfig& config_;
  base::UniqueFd file_;
  bool ending_ = false;  // a newer file has been begun: what is read now is the rest
  std::string buffer_;
  std::size_t at_ = 0;
};

}  // namespace engine
