#include "cli/template_functions.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "cli/wording.h"

namespace cli {
namespace {

using base::Json;
using Arguments = std::vector<Json>;

[[noreturn]] void refuse(std::string why) {
  throw base::Error(base::ErrorKind::usage, "template: " + std::move(why));
}

std::string text_of(const Json& value) {
  if (!value.is_string()) refuse(template_text(value) + " is not a text");
  return value.get<std::string>();
}

std::int64_t number_of(const Json& value) {
  if (!value.is_number_integer()) refuse(template_text(value) + " is not a number");
  return value.get<std::int64_t>();
}

Json to_json(const Arguments& a) { return base::dump_compact(a[0]); }

Json join(const Arguments& a) {
  std::vector<std::string> parts;
  for (const Json& item : a[0]) parts.push_back(template_text(item));
  return base::join(parts, text_of(a[1]));
}

Json split(const Arguments& a) {
  const std::string text = text_of(a[0]);
  const std::string separator = text_of(a[1]);
  if (separator.empty()) refuse("split needs a separator");
  Json parts = Json::array();
  for (std::size_t from = 0;;) {
    const std::size_t at = text.find(separator, from);
    parts.push_back(text.substr(from, at - from));
    if (at == std::string::npos) return parts;
    from = at + separator.size();
  }
}

Json upper(const Arguments& a) {
  std::string text = text_of(a[0]);
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(c < 0x80 ? std::toupper(c) : c); });
  return text;
}

Json lower(const Arguments& a) { return base::lower(text_of(a[0])); }

Json title(const Arguments& a) {
  std::string text = text_of(a[0]);
  bool start = true;
  for (char& c : text) {
    if (start && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    start = c == ' ' || c == '\t' || c == '-';
  }
  return text;
}

// docker's: nothing for nothing, else spaces on both sides.
Json pad(const Arguments& a) {
  const std::string text = text_of(a[0]);
  static constexpr std::int64_t most = 1000;
  const auto spaces = [](const Json& count) {
    return std::string(
        static_cast<std::size_t>(std::clamp<std::int64_t>(number_of(count), 0, most)), ' ');
  };
  return text.empty() ? text : spaces(a[1]) + text + spaces(a[2]);
}

Json truncate(const Arguments& a) {
  const std::int64_t length = number_of(a[1]);
  return shortened(text_of(a[0]), static_cast<std::size_t>(std::max<std::int64_t>(length, 0)), "");
}

// Go's Print: a space between two that are not texts.
Json print(const Arguments& a) {
  std::string text;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (i > 0 && !a[i].is_string() && !a[i - 1].is_string()) text += ' ';
    text += template_text(a[i]);
  }
  return text;
}

Json println(const Arguments& a) {
  std::vector<std::string> parts;
  for (const Json& item : a) parts.push_back(template_text(item));
  return base::join(parts, " ") + "\n";
}

// %s, %v, %d and %q without width or flags, and %%.
Json printf(const Arguments& a) {
  const std::string format = text_of(a[0]);
  std::string text;
  std::size_t next = 1;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      text += format[i];
      continue;
    }
    const char verb = ++i < format.size() ? format[i] : '\0';
    if (verb == '%') {
      text += '%';
      continue;
    }
    if (std::string_view("svdq").find(verb) == std::string_view::npos || verb == '\0')
      refuse("printf knows %s, %v, %d and %q");
    if (next >= a.size()) refuse("printf: too few arguments");
    const std::string shown = template_text(a[next++]);
    text += verb == 'q' ? go_quoted(shown) : shown;
  }
  return text;
}

Json length(const Arguments& a) {
  if (a[0].is_string()) return a[0].get<std::string>().size();
  if (!a[0].is_structured()) refuse("len of " + template_text(a[0]));
  return a[0].size();
}

Json index(const Arguments& a) {
  Json value = a[0];
  for (std::size_t i = 1; i < a.size(); ++i) {
    Json next;
    if (value.is_object()) {
      const auto found = value.find(text_of(a[i]));
      next = found == value.end() ? Json("") : *found;
    } else {
      const std::int64_t at = number_of(a[i]);
      if (!value.is_array() || at < 0 || at >= static_cast<std::int64_t>(value.size()))
        refuse(fmt::format("index out of range: {}", at));
      next = value[static_cast<std::size_t>(at)];
    }
    value = std::move(next);
  }
  return value;
}

Json equal(const Arguments& a) {
  return std::any_of(a.begin() + 1, a.end(), [&](const Json& other) { return other == a[0]; });
}
Json not_equal(const Arguments& a) { return a[0] != a[1]; }
Json negate(const Arguments& a) { return !template_truth(a[0]); }

Json all_of(const Arguments& a) {
  const auto found = std::find_if_not(a.begin(), a.end(), template_truth);
  return found == a.end() ? a.back() : *found;
}
Json any_of(const Arguments& a) {
  const auto found = std::find_if(a.begin(), a.end(), template_truth);
  return found == a.end() ? a.back() : *found;
}

struct Function {
  std::string_view name;
  std::size_t least;
  std::size_t most;
  Json (*call)(const Arguments& arguments);
};
constexpr std::size_t any_number = ~std::size_t{0};
constexpr Function functions[] = {
    {"json", 1, 1, to_json},
    {"join", 2, 2, join},
    {"split", 2, 2, split},
    {"upper", 1, 1, upper},
    {"lower", 1, 1, lower},
    {"title", 1, 1, title},
    {"pad", 3, 3, pad},
    {"truncate", 2, 2, truncate},
    {"print", 0, any_number, print},
    {"println", 0, any_number, println},
    {"printf", 1, any_number, printf},
    {"len", 1, 1, length},
    {"index", 1, any_number, index},
    {"eq", 2, any_number, equal},
    {"ne", 2, 2, not_equal},
    {"not", 1, 1, negate},
    {"and", 1, any_number, all_of},
    {"or", 1, any_number, any_of},
};

}  // namespace

Json call_template_function(std::string_view name, const Arguments& arguments) {
  const auto* function = std::find_if(std::begin(functions), std::end(functions),
                                      [&](const Function& f) { return f.name == name; });
  if (function == std::end(functions))
    refuse(fmt::format("function {} not defined", go_quoted(name)));
  if (arguments.size() < function->least || arguments.size() > function->most)
    refuse(fmt::format("wrong number of arguments for {}: {}", name, arguments.size()));
  return function->call(arguments);
}

std::string template_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_null()) return "<no value>";
  if (!value.is_structured()) return base::dump_compact(value);
  std::vector<std::string> parts;
  for (const auto& [key, item] : value.items())
    parts.push_back(value.is_object() ? key + ":" + template_text(item) : template_text(item));
  return (value.is_object() ? "map[" : "[") + base::join(parts, " ") + "]";
}

bool template_truth(const Json& value) {
  if (value.is_string()) return !value.get_ref<const std::string&>().empty();
  if (value.is_structured()) return !value.empty();
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_number()) return value.get<double>() != 0;
  return false;
}

}  // namespace cli
