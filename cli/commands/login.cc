#include <termios.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fd.h"
#include "base/text.h"
#include "cli/command_table.h"
#include "cli/pull_options.h"
#include "cli/read_line.h"
#include "cli/terminal.h"
#include "cli/wording.h"

namespace cli {
namespace {

constexpr std::size_t longest_password = 64u << 10;

// A terminal that does not show what is typed.
class Unseen {
 public:
  explicit Unseen(int fd) : fd_(fd) {
    if (tcgetattr(fd_, &before_) != 0) return;
    termios now = before_;
    now.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    hidden_ = tcsetattr(fd_, TCSAFLUSH, &now) == 0;
  }
  Unseen(const Unseen&) = delete;
  Unseen& operator=(const Unseen&) = delete;
  ~Unseen() {
    if (hidden_) tcsetattr(fd_, TCSAFLUSH, &before_);
  }

 private:
  int fd_;
  termios before_{};
  bool hidden_ = false;
};

// The registry that is meant, "HOST[:PORT]", and its name in the file.
struct Registry {
  std::string host;
  std::string key;
};

Registry registry_of(const Context& context) {
  const LoginStyle& style = context.personality.login;
  std::string text = context.arguments.empty() ? "docker.io" : context.arguments.front();
  for (const std::string_view scheme : {"https://", "http://"})
    if (text.starts_with(scheme)) text.erase(0, scheme.size());
  const std::string host = text.substr(0, text.find('/'));
  const bool hub = host == "docker.io" || host == "index.docker.io";
  if (hub) return {.host = "docker.io", .key = std::string(style.hub_key)};
  while (text.ends_with('/')) text.pop_back();
  return {.host = host, .key = style.keys_have_paths ? text : host};
}

engine::LoginPlace place_of(Context& context, const std::string& file) {
  engine::LoginPlace place{.file = file, .key = registry_of(context).key};
  if (!place.file.empty()) return place;
  place.file = context.globals.credentials.value_or("");
  if (place.file.empty()) place.file = context.personality.credential_files().front();
  return place;
}

class Login : public Command {
 public:
  void declare(Options& options) override {
    options.add_text(user_, "username", 'u', "string", "User");
    options.add_text(password_, "password", 'p', "string",
                     "Password; seen by whoever lists processes");
    options.add_switch(password_on_input_, "password-stdin", 0,
                       "Read the password from standard input");
    options.add_text(file_, "authfile", 0, "string", "File to keep the login in");
    options.add_switch(shown_, "get-login", 0, "Only say which user is logged in");
    options.add_switch(verbose_, "verbose", 'v', "Say where the login is kept");
    registry_.declare_trust(options);
  }

  int run(Context& context) override {
    const LoginStyle& style = context.personality.login;
    const Registry registry = registry_of(context);
    const engine::LoginPlace place = place_of(context, file_);
    if (shown_) return show(context, registry, place);
    if (!password_.empty() && password_on_input_)
      throw base::Error(base::ErrorKind::usage,
                        "--password and --password-stdin are mutually exclusive");
    if (!password_.empty() && !style.password_warning.empty())
      context.err.line(style.password_warning);
    if (password_on_input_) take_password(context);
    if (user_.empty()) user_ = ask(context, "Username: ");
    if (password_.empty()) password_ = ask_unseen(context, "Password: ");
    if (user_.empty() || password_.empty()) throw base::Error("a user and a password are needed");
    const bool in_file = context.engine().login({.registry = registry.host,
                                                 .user = user_,
                                                 .password = password_,
                                                 .access = registry_.access(),
                                                 .place = place});
    if (in_file && !style.stored_warning.empty())
      context.err.line(fill(style.stored_warning, {{"file", place.file}}));
    if (verbose_) context.out.line("Used: " + place.file);
    context.out.line(style.succeeded);
    return 0;
  }

 private:
  static int show(Context& context, const Registry& registry, const engine::LoginPlace& place) {
    const auto user = context.engine().logged_in(place);
    if (!user) throw base::Error(base::ErrorKind::not_found, "not logged into " + registry.host);
    context.out.line(base::printable(*user));
    return 0;
  }

  void take_password(const Context& context) {
    if (user_.empty())
      throw base::Error(base::ErrorKind::usage, "Must provide --username with --password-stdin");
    password_ = base::read_to_end(context.world.input, longest_password);
    while (password_.ends_with('\n') || password_.ends_with('\r')) password_.pop_back();
  }

  static std::string ask(Context& context, std::string_view question) {
    if (!is_terminal(context.world.input))
      throw base::Error("Cannot perform an interactive login from a non TTY device");
    context.out.write(question);
    context.out.flush();
    return read_line(context.world.input);
  }

  static std::string ask_unseen(Context& context, std::string_view question) {
    const Unseen unseen(context.world.input);
    std::string answer = ask(context, question);
    context.out.line("");
    return answer;
  }

  PullOptions registry_{PullOptions::Platforms::none};
  std::string user_;
  std::string password_;
  std::string file_;
  bool password_on_input_ = false;
  bool shown_ = false;
  bool verbose_ = false;
};

class Logout : public Command {
 public:
  void declare(Options& options) override {
    options.add_switch(all_, "all", 'a', "Of all registries");
    options.add_text(file_, "authfile", 0, "string", "File that the login is kept in");
  }

  int run(Context& context) override {
    const LoginStyle& style = context.personality.login;
    const engine::LoginPlace place = place_of(context, file_);
    if (all_) {
      context.engine().logout_everywhere(place.file);
      context.out.line("Removed login credentials for all registries");
      return 0;
    }
    const bool known = context.engine().logout(place);
    if (!known && style.absent_is_failure)
      throw base::Error(base::ErrorKind::not_found, "not logged into " + place.key);
    context.out.line(fill(known ? style.removed : style.not_logged_in, {{"registry", place.key}}));
    return 0;
  }

 private:
  std::string file_;
  bool all_ = false;
};

}  // namespace

const CommandEntry login_command{
    .name = "login",
    .aliases = "",
    .group = "Commands",
    .summary = "Log in to a registry",
    .usage = "[OPTIONS] [REGISTRY]",
    .examples = "{program} login -u me --password-stdin registry.example.org <token",
    .takes = {.least = 0, .most = 1},
    .interruptible = true,
    .make = make_command<Login>,
};

const CommandEntry logout_command{
    .name = "logout",
    .aliases = "",
    .group = "Commands",
    .summary = "Log out from a registry",
    .usage = "[OPTIONS] [REGISTRY]",
    .examples = "{program} logout registry.example.org",
    .takes = {.least = 0, .most = 1},
    .make = make_command<Logout>,
};

}  // namespace cli
