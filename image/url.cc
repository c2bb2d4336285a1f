#include "image/url.h"

#include <curl/curl.h>

#include <memory>

#include "base/text.h"

namespace image {
namespace {

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using UrlHandle = std::unique_ptr<CURLU, FreeUrl>;

// Absent parts are empty.
std::string part(const UrlHandle& url, CURLUPart which, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url.get(), which, &text, flags) != CURLUE_OK) return "";
  std::string copy = text;
  curl_free(text);
  return copy;
}

bool set(const UrlHandle& url, std::string_view text) {
  return text.find('\0') == std::string_view::npos &&
         curl_url_set(url.get(), CURLUPART_URL, std::string(text).c_str(), 0) == CURLUE_OK;
}

std::optional<Url> take_apart(const UrlHandle& url) {
  if (curl_url_set(url.get(), CURLUPART_FRAGMENT, nullptr, 0) != CURLUE_OK) return std::nullopt;
  Url result{.scheme = part(url, CURLUPART_SCHEME),
             .host = base::lower(part(url, CURLUPART_HOST)),
             .port = part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT),
             .text = part(url, CURLUPART_URL)};
  if (result.scheme != "http" && result.scheme != "https") return std::nullopt;
  if (!part(url, CURLUPART_USER).empty() || !part(url, CURLUPART_PASSWORD).empty())
    return std::nullopt;
  return result;
}

}  // namespace

std::string Url::origin() const {
  const bool usual = port == (scheme == "https" ? "443" : "80");
  return scheme + "://" + host + (usual ? "" : ":" + port);
}

std::optional<Url> parse_url(std::string_view text) {
  const UrlHandle url(curl_url());
  if (!url || !set(url, text)) return std::nullopt;
  return take_apart(url);
}

std::optional<Url> resolve_url(const Url& base, std::string_view location) {
  const UrlHandle url(curl_url());
  if (!url || !set(url, base.text) || !set(url, location)) return std::nullopt;
  return take_apart(url);
}

std::string percent_encode(std::string_view text) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain)
      result += c;
    else
      (result += '%').append({digits[byte >> 4], digits[byte & 15]});
  }
  return result;
}

}  // namespace image
