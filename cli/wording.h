// Puts values into the texts of a personality.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace cli {

struct Filling {
  std::string_view name;
  std::string_view value;
};
// "{name}" becomes its value, which is not looked into; a name that is not given stays as it is.
std::string fill(std::string_view pattern, std::initializer_list<Filling> values);

// A text as Go writes it with %q: in double quotes, with what is not printable escaped.
std::string go_quoted(std::string_view text);

// The first `limit` characters; where there are more, the last of them is `mark`.
std::string shortened(std::string_view text, std::size_t limit, std::string_view mark);

// A message as one printable line, whatever it has been made of.
std::string one_line(std::string_view message);

// How many columns a terminal needs, one for each character.
std::size_t display_width(std::string_view text);

}  // namespace cli
