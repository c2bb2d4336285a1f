#include "engine/credential_helper.h"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json.h"
#include "base/subprocess.h"
#include "base/text.h"

namespace engine {
namespace {

constexpr base::Milliseconds patience{60'000};
constexpr std::size_t largest_answer = 1u << 20;
// As every helper says it (docker-credential-helpers, credentials/error.go).
constexpr std::string_view none = "credentials not found in native keychain";

struct Answer {
  bool ok = false;
  std::string text;
};

Answer ask(const std::string& program, const std::string& verb, const std::string& question) {
  const base::UniqueFd input = base::memory_file("question");
  const base::UniqueFd output = base::memory_file("answer");
  base::write_all(input.get(), question);
  base::rewind(input.get());
  base::Child child = base::spawn({.argv = {program, verb},
                                   .fds = {{input.get(), STDIN_FILENO},
                                           {output.get(), STDOUT_FILENO},
                                           {STDERR_FILENO, STDERR_FILENO}}});
  const auto status = child.wait(base::Deadline::after(patience));
  if (!status)
    throw base::Error(base::ErrorKind::unavailable,
                      program + " " + verb + ": no end after a minute");
  base::rewind(output.get());
  return {.ok = status->ok(), .text = base::read_to_end(output.get(), largest_answer)};
}

[[noreturn]] void failed(const std::string& program, const std::string& verb,
                         const std::string& why) {
  throw base::Error(program + " " + verb + " failed: " + base::printable(base::trim(why), 256));
}

}  // namespace

CredentialHelper::CredentialHelper(std::string name) : program_("docker-credential-" + name) {
  const bool plain = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (std::isalnum(static_cast<unsigned char>(c)) != 0) || c == '-' || c == '_' || c == '.';
  });
  if (!plain)
    throw base::Error(base::ErrorKind::usage,
                      "\"" + base::printable(name, 64) + "\" is no name of a credential helper");
}

std::optional<KeptLogin> CredentialHelper::get(const std::string& server) const {
  const Answer answer = ask(program_, "get", server);
  if (!answer.ok && base::trim(answer.text) == none) return std::nullopt;
  if (!answer.ok) failed(program_, "get", answer.text);
  return base::doing(program_ + " get", [&] {
    const base::Json json = base::parse_json(answer.text, "its answer", {.bytes = largest_answer});
    return KeptLogin{.user = base::text_member(json, "Username"),
                     .secret = base::text_member(json, "Secret")};
  });
}

void CredentialHelper::store(const std::string& server, const KeptLogin& login) const {
  const Answer answer =
      ask(program_, "store",
          base::dump_compact(
              {{"ServerURL", server}, {"Username", login.user}, {"Secret", login.secret}}));
  if (!answer.ok) failed(program_, "store", answer.text);
}

void CredentialHelper::erase(const std::string& server) const {
  const Answer answer = ask(program_, "erase", server);
  if (!answer.ok && base::trim(answer.text) != none) failed(program_, "erase", answer.text);
}

}  // namespace engine
