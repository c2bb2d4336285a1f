// The options of one command, as docker's command line (Go's pflag) reads them: "--name=x",
// "--name x", "-n x", "-nx", "-abc", "--switch=false", "--" ends them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

// Takes a value; says why not where it does not fit.
using Setter = std::function<std::optional<std::string>(std::string_view value)>;

struct Option {
  std::string_view name;  // "env"
  char letter = 0;        // 'e'; 0: none
  std::string_view type;  // "list", for --help; empty: a switch, whose value is "true" or "false"
  std::string_view meaning;
  Setter set;
  bool hidden = false;  // understood, and not in --help
};

// What became of a command line.
struct ParsedOptions {
  std::optional<std::string> refusal;  // as docker words it
  bool help = false;                   // --help was met; parsing stopped there
  std::vector<std::string> arguments;
};

class Options {
 public:
  // Names and texts must outlive this object: literals.
  void add(Option option);
  void add_switch(bool& target, std::string_view name, char letter, std::string_view meaning);
  void add_text(std::string& target, std::string_view name, char letter, std::string_view type,
                std::string_view meaning);
  void add_list(std::vector<std::string>& target, std::string_view name, char letter,
                std::string_view type, std::string_view meaning);
  // "--help", and "-h" where no option has that letter.
  ParsedOptions parse(const std::vector<std::string>& words, bool interspersed) const;

  const std::vector<Option>& all() const { return options_; }

 private:
  std::vector<Option> options_;
};

}  // namespace cli
