// The name of an image as users write it, after docker's grammar (distribution/reference):
// [DOMAIN[:PORT]/]PATH[:TAG][@DIGEST].
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "image/digest.h"

namespace image {

// What a name without domain stands for. The official prefix is put before a path of one component
// in the default domain only: "alpine" is docker.io/library/alpine. In docker.io it is always
// "library/".
struct NameDefaults {
  std::string domain = "docker.io";
  std::string official = "library/";
  // The domain of short names of what is tagged or loaded here, and where they are looked for
  // first; empty: the same as for others.
  std::string local;

  // How a short name of something that is made here is completed.
  NameDefaults here() const {
    return local.empty() ? *this : NameDefaults{.domain = local, .official = ""};
  }
};

// Always has a domain and a path; a value.
class Reference {
 public:
  // Throws usage with docker's messages ("invalid reference format", "invalid reference format:
  // repository name must be lowercase", …). Adds no tag.
  static Reference parse(std::string_view text, const NameDefaults& defaults = {});
  // What canonical() wrote.
  static Reference parse_canonical(std::string_view text);
  // Whether it names no registry.
  static bool is_short(std::string_view text);

  const std::string& domain() const { return domain_; }
  const std::string& path() const { return path_; }
  const std::optional<std::string>& tag() const { return tag_; }
  const std::optional<Digest>& digest() const { return digest_; }

  std::string name() const { return domain_ + "/" + path_; }
  // "docker.io/library/alpine:3.20"
  std::string canonical() const;
  // docker's short form: "alpine:3.20"; the default domain and the official prefix are left out.
  std::string familiar(const NameDefaults& defaults = {}) const;
  std::string familiar_name(const NameDefaults& defaults = {}) const;

  // With "latest" where it has neither tag nor digest.
  Reference with_default_tag() const;
  Reference with_tag(std::string tag) const;          // and no digest
  Reference with_digest(const Digest& digest) const;  // and no tag

  auto operator<=>(const Reference&) const = default;

 private:
  std::string domain_;
  std::string path_;
  std::optional<std::string> tag_;
  std::optional<Digest> digest_;
};

}  // namespace image
