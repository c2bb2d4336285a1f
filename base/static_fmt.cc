// libfmt itself, compiled in. Debian has it as a shared library only, which would bring the shared
// libstdc++ along beside our static one: two runtimes, and a start that takes half as long again.
#include <fmt/format-inl.h>

// What the library instantiates once for all its users.
template char fmt::detail::decimal_point_impl<char>(fmt::detail::locale_ref);
template fmt::detail::thousands_sep_result<char> fmt::detail::thousands_sep_impl<char>(
    fmt::detail::locale_ref);
