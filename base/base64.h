// RFC 4648, 4, with padding.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace base {

std::string base64_encode(std::string_view bytes);
// White space around it and missing padding are forgiven; nullopt for anything else that is none.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace base
