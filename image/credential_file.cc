#include "image/credential_file.h"

#include <nlohmann/json.hpp>

#include "base/base64.h"
#include "base/error.h"
#include "base/file.h"

namespace image {
namespace {

constexpr std::size_t largest_file = std::size_t{1} << 20;
constexpr mode_t own = 0600;
constexpr mode_t own_directory = 0700;

}  // namespace

CredentialFile::CredentialFile(std::string path)
    : path_(std::move(path)), document_(base::Json::object()) {
  const auto text = base::try_read_file(path_, largest_file);
  if (!text || text->empty()) return;
  base::doing(path_, [&] {
    document_ = base::parse_json(*text, "reading it", {.bytes = largest_file});
    if (!document_.is_object()) throw base::Error(base::ErrorKind::corrupt, "it is no object");
    base::object_member(document_, "auths");  // throws for what is none
  });
}

void CredentialFile::put(const std::string& key, const std::string& user,
                         const std::string& password) {
  document_["auths"][key] = {{"auth", base::base64_encode(user + ":" + password)}};
}

bool CredentialFile::remove(const std::string& key) {
  const auto auths = document_.find("auths");
  return auths != document_.end() && auths->erase(key) > 0;
}

void CredentialFile::remove_all() { document_["auths"] = base::Json::object(); }

std::optional<std::string> CredentialFile::user(const std::string& key) const {
  const base::Json* auths = base::object_member(document_, "auths");
  const base::Json* entry = auths == nullptr ? nullptr : base::object_member(*auths, key.c_str());
  if (entry == nullptr) return std::nullopt;
  const auto pair = base::base64_decode(base::text_member(*entry, "auth"));
  const std::size_t colon = pair ? pair->find(':') : std::string::npos;
  if (colon == std::string::npos) return std::nullopt;
  return pair->substr(0, colon);
}

std::string CredentialFile::helper(const std::string& key) const {
  if (const base::Json* helpers = base::object_member(document_, "credHelpers"))
    if (std::string name = base::text_member(*helpers, key.c_str()); !name.empty()) return name;
  return base::text_member(document_, "credsStore");
}

void CredentialFile::write() const {
  const std::size_t slash = path_.rfind('/');
  if (slash != std::string::npos && slash > 0)
    base::make_directories(path_.substr(0, slash), own_directory);
  base::replace_file(path_, base::dump_json(document_), own);
}

}  // namespace image
