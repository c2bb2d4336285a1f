#include "base/error.h"

#include <fmt/core.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace base {
namespace {

struct KindName {
  ErrorKind kind;
  std::string_view name;
};
constexpr std::array kind_names = {
    KindName{ErrorKind::failure, "failure"},
    KindName{ErrorKind::usage, "usage"},
    KindName{ErrorKind::not_found, "not_found"},
    KindName{ErrorKind::already_exists, "already_exists"},
    KindName{ErrorKind::denied, "denied"},
    KindName{ErrorKind::unavailable, "unavailable"},
    KindName{ErrorKind::corrupt, "corrupt"},
    KindName{ErrorKind::unsupported, "unsupported"},
    KindName{ErrorKind::interrupted, "interrupted"},
};

struct ErrnoKind {
  int number;
  ErrorKind kind;
};
constexpr std::array errno_kinds = {
    ErrnoKind{ENOENT, ErrorKind::not_found},
    ErrnoKind{ENOTDIR, ErrorKind::not_found},
    ErrnoKind{ESRCH, ErrorKind::not_found},
    ErrnoKind{ENODEV, ErrorKind::not_found},
    ErrnoKind{ENXIO, ErrorKind::not_found},
    ErrnoKind{EEXIST, ErrorKind::already_exists},
    ErrnoKind{EADDRINUSE, ErrorKind::already_exists},
    ErrnoKind{EACCES, ErrorKind::denied},
    ErrnoKind{EPERM, ErrorKind::denied},
    ErrnoKind{EROFS, ErrorKind::denied},
    ErrnoKind{EAGAIN, ErrorKind::unavailable},
    ErrnoKind{EBUSY, ErrorKind::unavailable},
    ErrnoKind{ENOSPC, ErrorKind::unavailable},
    ErrnoKind{EDQUOT, ErrorKind::unavailable},
    ErrnoKind{ENOMEM, ErrorKind::unavailable},
    ErrnoKind{EMFILE, ErrorKind::unavailable},
    ErrnoKind{ENFILE, ErrorKind::unavailable},
    ErrnoKind{ETIMEDOUT, ErrorKind::unavailable},
    ErrnoKind{ECONNREFUSED, ErrorKind::unavailable},
    ErrnoKind{ECONNRESET, ErrorKind::unavailable},
    ErrnoKind{EPIPE, ErrorKind::unavailable},
    ErrnoKind{EHOSTUNREACH, ErrorKind::unavailable},
    ErrnoKind{ENETUNREACH, ErrorKind::unavailable},
    ErrnoKind{EBADMSG, ErrorKind::corrupt},
    ErrnoKind{EUCLEAN, ErrorKind::corrupt},
    ErrnoKind{ENOSYS, ErrorKind::unsupported},
    ErrnoKind{EOPNOTSUPP, ErrorKind::unsupported},
    ErrnoKind{EINTR, ErrorKind::interrupted},
    ErrnoKind{ECANCELED, ErrorKind::interrupted},
};

ErrorKind kind_of(int error_number) {
  for (const ErrnoKind& entry : errno_kinds)
    if (entry.number == error_number) return entry.kind;
  return ErrorKind::failure;
}

}  // namespace

Error Error::within(std::string_view story) const {
  return Error(kind_, fmt::format("{}: {}", story, what()));
}

Error errno_error(int error_number, std::string_view what) {
  const char* description = strerrordesc_np(error_number);
  if (description == nullptr) return Error(fmt::format("{}: unknown error {}", what, error_number));
  return Error(kind_of(error_number), fmt::format("{}: {}", what, description));
}

void throw_errno(std::string_view what) { throw errno_error(errno, what); }

std::string_view to_string(ErrorKind kind) {
  for (const KindName& entry : kind_names)
    if (entry.kind == kind) return entry.name;
  return kind_names[0].name;
}

bool parse_error_kind(std::string_view word, ErrorKind& kind) {
  for (const KindName& entry : kind_names) {
    if (entry.name != word) continue;
    kind = entry.kind;
    return true;
  }
  return false;
}

}  // namespace base
