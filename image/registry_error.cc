#include "image/registry_error.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "image/url.h"

namespace image {
namespace {

using base::ErrorKind;

struct StatusName {
  int status;
  std::string_view name;
};
constexpr std::array<StatusName, 12> status_names{{
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {416, "Range Not Satisfiable"},
    {429, "Too Many Requests"},
    {500, "Internal Server Error"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
}};

struct Complaint {
  std::string code;     // "MANIFEST_UNKNOWN"; empty: the answer does not say
  std::string message;  // as it came
};

Complaint read_complaint(const HttpResponse& response) {
  try {
    const base::Json json = base::parse_json(response.body, "the answer");
    const base::Json* errors = base::array_member(json, "errors");
    if (errors == nullptr || errors->empty()) return {};
    return {.code = base::text_member(errors->front(), "code"),
            .message = base::text_member(errors->front(), "message")};
  } catch (const base::Error&) {
    return {};  // a proxy's page, perhaps: the status says enough
  }
}

struct UsualMessage {
  std::string_view code;
  std::string_view message;
};
// What a code says by itself (distribution, registry/api/v2/errors.go).
constexpr std::array<UsualMessage, 5> usual_messages{{
    {"UNAUTHORIZED", "authentication required"},
    {"DENIED", "requested access to the resource is denied"},
    {"MANIFEST_UNKNOWN", "manifest unknown"},
    {"NAME_UNKNOWN", "repository name not known to registry"},
    {"TOOMANYREQUESTS", "too many requests"},
}};

std::string_view usual_message(std::string_view code) {
  const auto found =
      std::ranges::find_if(usual_messages, [&](const UsualMessage& m) { return m.code == code; });
  return found == usual_messages.end() ? "" : found->message;
}

// "manifest unknown: manifest unknown", as errcode.Error prints itself.
std::string words_of(const Complaint& complaint) {
  std::string code = base::lower(complaint.code);
  std::ranges::replace(code, '_', ' ');
  const std::string_view message =
      complaint.message.empty() ? usual_message(complaint.code) : complaint.message;
  return base::printable(code, 64) + (message.empty() ? "" : ": " + base::printable(message, 256));
}

// Of a registry that gives no code.
Complaint usual_complaint(int status) {
  if (status == 401) return {.code = "UNAUTHORIZED"};
  return {.code = status == 403 ? "DENIED" : "MANIFEST_UNKNOWN"};
}

ErrorKind kind_of(int status) {
  if (status == 401 || status == 403) return ErrorKind::denied;
  if (status == 404) return ErrorKind::not_found;
  return status == 408 || status == 429 || status >= 500 ? ErrorKind::unavailable
                                                         : ErrorKind::failure;
}

// " from https://cdn.example", where a redirect led to somebody else; else nothing.
std::string answerer(const HttpRequest& request, const HttpResponse& response) {
  const auto asked = parse_url(request.url);
  const auto answered = parse_url(response.url);
  if (!asked || !answered || asked->same_origin(*answered)) return "";
  return " from " + base::printable(answered->origin());
}

// Registries that count have a larger number for those whom they know.
std::string_view advice(int status) {
  return status == 429 ? "; log in ('docker login') to be allowed more" : "";
}

}  // namespace

std::string status_text(int status) {
  const auto found =
      std::ranges::find_if(status_names, [&](const StatusName& n) { return n.status == status; });
  return std::to_string(status) +
         (found == status_names.end() ? "" : " " + std::string(found->name));
}

base::Error exchange_error(const HttpRequest& request, const HttpResponse& response) {
  const Complaint complaint = read_complaint(response);
  return {kind_of(response.status),
          describe(request) + ": " + status_text(response.status) + answerer(request, response) +
              (complaint.code.empty() ? "" : " (" + words_of(complaint) + ")") +
              std::string(advice(response.status))};
}

base::Error manifest_error(const HttpRequest& request, const HttpResponse& response,
                           const Reference& name, const NameDefaults& names) {
  const int status = response.status;
  if (status != 401 && status != 403 && status != 404) return exchange_error(request, response);
  Complaint complaint = read_complaint(response);
  if (complaint.code.empty()) complaint = usual_complaint(status);
  const std::string words = words_of(complaint);
  if (status != 404 || complaint.code == "DENIED" || complaint.code == "UNAUTHORIZED")
    return {kind_of(status),
            "pull access denied for " + name.familiar_name(names) +
                ", repository does not exist or may require 'docker login': " + words};
  if (complaint.code == "NAME_UNKNOWN")
    return {ErrorKind::not_found,
            "repository " + name.familiar_name(names) + " not found: " + words};
  return {ErrorKind::not_found, "manifest for " + name.familiar(names) + " not found: " + words};
}

}  // namespace image
