// The options of one command, read as docker and podman read theirs (Go's pflag): "--name=x",
// "--name x", "-n x", "-nx", "-n=x", "-abc", "--switch=false"; "--" ends them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

// Takes a value; says why not where it does not fit.
using Setter = std::function<std::optional<std::string>(std::string_view value)>;

// Names and texts are literals.
struct Option {
  std::string_view name;  // "env"
  char letter = 0;        // 'e'; 0: none
  std::string_view type;  // "list", for --help; empty: a switch, whose value is a truth value
  std::string_view meaning;
  Setter set;
  bool hidden = false;     // understood, and not in --help
  std::string_view group;  // its heading in --help
  // Known, and never taken: why not.
  std::string_view refused;

  bool is_switch() const { return type.empty(); }
};

// What became of a command line. Parsing stops at the first refusal and at --help.
struct ParsedOptions {
  std::optional<std::string> refusal;  // as docker words it
  bool help = false;
  std::vector<std::string> arguments;
};

class Options {
 public:
  // The heading of what is added from here on.
  void group(std::string_view heading) { group_ = heading; }

  Option& add(Option option);
  Option& add_switch(bool& target, std::string_view name, char letter, std::string_view meaning);
  Option& add_text(std::string& target, std::string_view name, char letter, std::string_view type,
                   std::string_view meaning);
  Option& add_list(std::vector<std::string>& target, std::string_view name, char letter,
                   std::string_view type, std::string_view meaning);

  // Another short form, 0 for none; the option must be there.
  void set_letter(std::string_view name, char letter);

  // Not interspersed: the first argument and all after it are arguments, whatever they look like.
  // "--help", and "-h" where no option has that letter, are options of every command.
  ParsedOptions parse(const std::vector<std::string>& words, bool interspersed) const;

  const std::vector<Option>& all() const { return options_; }

 private:
  std::vector<Option> options_;
  std::string_view group_ = "Options";
};

// What a switch takes as its value: 1, t, true, 0, f, false … as Go's strconv.ParseBool.
std::optional<bool> parse_truth(std::string_view value);

}  // namespace cli
