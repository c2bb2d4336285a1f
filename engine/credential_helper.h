// docker-credential-NAME: a program of the user's that keeps logins (the protocol of
// docker-credential-helpers: a verb as its argument, JSON or a server's name on standard input).
#pragma once

#include <optional>
#include <string>

namespace engine {

struct KeptLogin {
  std::string user;
  std::string secret;
  // The secret is a refresh token, not a password.
  bool is_token() const { return user == "<token>"; }
};

// Each runs the program to its end, a minute at most. Throw not_found where there is none of that
// name, and what it failed with; never show a secret.
class CredentialHelper {
 public:
  // Throws usage for a name that is none.
  explicit CredentialHelper(std::string name);

  // nullopt: it has none for this server.
  std::optional<KeptLogin> get(const std::string& server) const;
  void store(const std::string& server, const KeptLogin& login) const;
  void erase(const std::string& server) const;

 private:
  std::string program_;
};

}  // namespace engine
