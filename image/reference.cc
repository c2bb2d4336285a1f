#include "image/reference.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace image {
namespace {

constexpr std::size_t longest_name = 255;
constexpr std::size_t longest_tag = 128;

[[noreturn]] void refuse(const std::string& message) {
  throw base::Error(base::ErrorKind::usage, message);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_letter(char c) { return is_lower(c) || is_upper(c); }
bool is_alphanumeric(char c) { return is_letter(c) || is_digit(c); }
bool is_hex_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// [a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?
bool is_domain_component(std::string_view text) {
  return !text.empty() && is_alphanumeric(text.front()) && is_alphanumeric(text.back()) &&
         std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || c == '-'; });
}

bool is_host(std::string_view host) {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    return std::ranges::all_of(host.substr(1, host.size() - 2),
                               [](char c) { return is_hex_digit(c) || c == ':'; });
  return std::ranges::all_of(base::split(host, '.'),
                             [](const std::string& part) { return is_domain_component(part); });
}

// HOST[:PORT]; HOST is a name, an IPv4 address or an IPv6 address in brackets.
bool is_domain(std::string_view domain) {
  const std::size_t bracket = domain.find(']');
  const std::size_t colon = domain.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon == std::string_view::npos) return is_host(domain);
  const std::string_view port = domain.substr(colon + 1);
  return is_host(domain.substr(0, colon)) && !port.empty() && std::ranges::all_of(port, is_digit);
}

// What may stand between letters and digits: ".", "_", "__" or any number of "-".
bool is_separator(std::string_view text) {
  return text == "." || text == "_" || text == "__" ||
         std::ranges::all_of(text, [](char c) { return c == '-'; });
}

// [a-z0-9]+(SEPARATOR[a-z0-9]+)*
bool is_path_component(std::string_view text) {
  const auto plain = [](char c) { return is_lower(c) || is_digit(c); };
  if (text.empty() || !plain(text.front()) || !plain(text.back())) return false;
  for (std::size_t at = 0; at < text.size();) {
    const auto begin = text.begin() + static_cast<std::ptrdiff_t>(at);
    const auto separator = std::find_if_not(begin, text.end(), plain);
    const auto next = std::find_if(separator, text.end(), plain);
    if (separator != text.end() && !is_separator(std::string_view(separator, next))) return false;
    at = static_cast<std::size_t>(next - text.begin());
  }
  return true;
}

bool is_path(std::string_view path) {
  return std::ranges::all_of(base::split(path, '/'),
                             [](const std::string& part) { return is_path_component(part); });
}

// [A-Za-z0-9_][A-Za-z0-9_.-]{0,127}
bool is_tag(std::string_view tag) {
  const auto word = [](char c) { return is_alphanumeric(c) || c == '_'; };
  return !tag.empty() && tag.size() <= longest_tag && word(tag.front()) &&
         std::ranges::all_of(tag, [&](char c) { return word(c) || c == '.' || c == '-'; });
}

// [A-Za-z][A-Za-z0-9]*([+._-][A-Za-z][A-Za-z0-9]*)*:[0-9A-Fa-f]{32,}
bool looks_like_digest(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || text.size() - colon - 1 < 32) return false;
  bool start = true;
  for (const char c : text.substr(0, colon)) {
    const bool separates = c == '+' || c == '.' || c == '_' || c == '-';
    if (start ? !is_letter(c) : !(is_alphanumeric(c) || separates)) return false;
    start = separates;
  }
  return !start && std::ranges::all_of(text.substr(colon + 1), is_hex_digit);
}

struct Split {
  std::string domain;
  std::string rest;
};

// docker's rule: what is before the first slash is a domain where it has a dot, a colon or a
// capital letter, or is "localhost".
bool names_domain(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view first = text.substr(0, slash);
  return slash != std::string_view::npos &&
         (first.find_first_of(".:") != std::string_view::npos || first == "localhost" ||
          std::ranges::any_of(first, is_upper));
}

Split split_domain(std::string_view text, const NameDefaults& defaults) {
  const bool named = names_domain(text);
  const std::size_t slash = text.find('/');
  Split split{.domain = named ? std::string(text.substr(0, slash)) : defaults.domain,
              .rest = std::string(named ? text.substr(slash + 1) : text)};
  if (split.domain == "index.docker.io") split.domain = "docker.io";
  if (split.rest.find('/') != std::string::npos) return split;
  if (split.domain == "docker.io")
    split.rest.insert(0, "library/");
  else if (split.domain == defaults.domain)
    split.rest.insert(0, defaults.official);
  return split;
}

bool is_identifier(std::string_view text) {
  return text.size() == 64 &&
         std::ranges::all_of(text, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

}  // namespace

Reference Reference::parse(std::string_view text, const NameDefaults& defaults) {
  if (is_identifier(text))
    refuse("invalid repository name (" + std::string(text) +
           "), cannot specify 64-byte hexadecimal strings");
  const Split split = split_domain(text, defaults);
  const std::string_view rest = split.rest;
  if (std::ranges::any_of(rest.substr(0, rest.find(':')), is_upper))
    refuse("invalid reference format: repository name must be lowercase");

  const std::size_t at = rest.find('@');
  const std::string_view tagged = rest.substr(0, at);
  const std::size_t colon = tagged.find(':');

  Reference reference;
  reference.domain_ = split.domain;
  reference.path_ = tagged.substr(0, colon);
  if (!is_domain(reference.domain_) || !is_path(reference.path_))
    refuse("invalid reference format");
  if (colon != std::string_view::npos) reference.tag_ = tagged.substr(colon + 1);
  if (reference.tag_ && !is_tag(*reference.tag_)) refuse("invalid reference format");
  if (at != std::string_view::npos && !looks_like_digest(rest.substr(at + 1)))
    refuse("invalid reference format");
  if (reference.name().size() > longest_name)
    refuse("repository name must not be more than 255 characters");
  if (at != std::string_view::npos) reference.digest_ = Digest::parse(rest.substr(at + 1));
  return reference;
}

Reference Reference::parse_canonical(std::string_view text) {
  return parse(text, {.domain = "", .official = ""});
}

bool Reference::is_short(std::string_view text) { return !names_domain(text); }

std::string Reference::canonical() const {
  return name() + (tag_ ? ":" + *tag_ : "") + (digest_ ? "@" + digest_->text() : "");
}

std::string Reference::familiar_name(const NameDefaults& defaults) const {
  if (domain_ != defaults.domain) return name();
  // "library/a" is read back from "a", "library/a/b" only from itself.
  const std::string_view rest = path_;
  const std::string official = domain_ == "docker.io" ? "library/" : defaults.official;
  if (rest.starts_with(official) && rest.find('/', official.size()) == std::string_view::npos) {
    const std::string_view last = rest.substr(official.size());
    return std::string(is_identifier(last) ? rest : last);
  }
  // Without its domain, "docker.io/a.b/c" would be c of a.b.
  return names_domain(rest) ? name() : path_;
}

std::string Reference::familiar(const NameDefaults& defaults) const {
  return familiar_name(defaults) + (tag_ ? ":" + *tag_ : "") +
         (digest_ ? "@" + digest_->text() : "");
}

Reference Reference::with_default_tag() const {
  return tag_ || digest_ ? *this : with_tag("latest");
}

Reference Reference::with_tag(std::string tag) const {
  if (!is_tag(tag)) refuse("invalid tag format");
  Reference reference = *this;
  reference.tag_ = std::move(tag);
  reference.digest_.reset();
  return reference;
}

Reference Reference::with_digest(const Digest& digest) const {
  Reference reference = *this;
  reference.tag_.reset();
  reference.digest_ = digest;
  return reference;
}

}  // namespace image
