#include "cli/options.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "cli/wording.h"

namespace cli {
namespace {

// The command line while it is read, word by word.
class Parser {
 public:
  Parser(const std::vector<Option>& options, const std::vector<std::string>& words)
      : options_(options), words_(words) {}

  ParsedOptions parse(bool interspersed) {
    while (next_ < words_.size() && !result_.refusal && !result_.help) {
      const std::string& word = words_[next_++];
      if (word == "--") {
        take_rest();
      } else if (word.size() > 1 && word[0] == '-') {
        word[1] == '-' ? parse_long(word) : parse_letters(std::string_view(word).substr(1));
      } else {
        result_.arguments.push_back(word);
        if (!interspersed) take_rest();
      }
    }
    return std::move(result_);
  }

 private:
  void take_rest() {
    result_.arguments.insert(result_.arguments.end(),
                             words_.begin() + static_cast<std::ptrdiff_t>(next_), words_.end());
    next_ = words_.size();
  }

  void refuse(std::string why) { result_.refusal = std::move(why); }

  template <typename Matches>
  const Option* find(Matches matches) const {
    const auto found = std::find_if(options_.begin(), options_.end(), matches);
    return found == options_.end() ? nullptr : &*found;
  }

  // An option that is known and never taken; no value is looked for.
  bool refused(const Option& option) {
    if (option.refused.empty()) return false;
    refuse(fmt::format("--{}: {}", option.name, option.refused));
    return true;
  }

  void set(const Option& option, std::string_view value) {
    const auto problem = option.set(value);
    if (!problem) return;
    const std::string flag = option.letter ? fmt::format("-{}, --{}", option.letter, option.name)
                                           : fmt::format("--{}", option.name);
    refuse(fmt::format("invalid argument {} for {} flag: {}", go_quoted(value), go_quoted(flag),
                       *problem));
  }

  void parse_long(std::string_view word) {
    const std::string_view text = word.substr(2);
    if (text.starts_with('-') || text.starts_with('='))
      return refuse("bad flag syntax: " + base::printable(word));
    const std::size_t equals = text.find('=');
    const std::string_view name = text.substr(0, equals);
    const Option* option = find([&](const Option& candidate) { return candidate.name == name; });
    if (option == nullptr) {
      result_.help = name == "help";
      if (!result_.help) refuse("unknown flag: --" + base::printable(name));
    } else if (refused(*option)) {
      return;
    } else if (equals != std::string_view::npos) {
      set(*option, text.substr(equals + 1));
    } else if (option->is_switch()) {
      set(*option, "true");
    } else if (next_ < words_.size()) {
      set(*option, words_[next_++]);
    } else {
      refuse("flag needs an argument: --" + std::string(name));
    }
  }

  void parse_letters(std::string_view letters) {
    while (!letters.empty() && !result_.refusal && !result_.help) letters = parse_letter(letters);
  }

  // What is left of the letters.
  std::string_view parse_letter(std::string_view letters) {
    const char letter = letters.front();
    const std::string_view rest = letters.substr(1);
    const Option* option =
        find([&](const Option& candidate) { return candidate.letter == letter; });
    if (option == nullptr) {
      result_.help = letter == 'h';
      if (!result_.help)
        refuse(fmt::format("unknown shorthand flag: '{}' in -{}", base::printable({&letter, 1}),
                           base::printable(letters)));
      return rest;
    }
    if (refused(*option)) return {};
    if (rest.size() > 1 && rest.front() == '=') {
      set(*option, rest.substr(1));
      return {};
    }
    if (option->is_switch()) {
      set(*option, "true");
      return rest;
    }
    if (!rest.empty()) {
      set(*option, rest);
    } else if (next_ < words_.size()) {
      set(*option, words_[next_++]);
    } else {
      refuse(fmt::format("flag needs an argument: '{}' in -{}", letter, letters));
    }
    return {};
  }

  const std::vector<Option>& options_;
  const std::vector<std::string>& words_;
  std::size_t next_ = 0;
  ParsedOptions result_;
};

}  // namespace

std::optional<bool> parse_truth(std::string_view value) {
  constexpr std::string_view yes[] = {"1", "t", "T", "true", "TRUE", "True"};
  constexpr std::string_view no[] = {"0", "f", "F", "false", "FALSE", "False"};
  if (std::find(std::begin(yes), std::end(yes), value) != std::end(yes)) return true;
  if (std::find(std::begin(no), std::end(no), value) != std::end(no)) return false;
  return std::nullopt;
}

Option& Options::add(Option option) {
  option.group = group_;
  return options_.emplace_back(std::move(option));
}

Option& Options::add_switch(bool& target, std::string_view name, char letter,
                            std::string_view meaning) {
  auto set = [&target](std::string_view value) -> std::optional<std::string> {
    const auto truth = parse_truth(value);
    if (!truth)
      return fmt::format("strconv.ParseBool: parsing {}: invalid syntax", go_quoted(value));
    target = *truth;
    return std::nullopt;
  };
  return add({.name = name, .letter = letter, .meaning = meaning, .set = std::move(set)});
}

Option& Options::add_text(std::string& target, std::string_view name, char letter,
                          std::string_view type, std::string_view meaning) {
  auto set = [&target](std::string_view value) -> std::optional<std::string> {
    target = value;
    return std::nullopt;
  };
  return add(
      {.name = name, .letter = letter, .type = type, .meaning = meaning, .set = std::move(set)});
}

Option& Options::add_list(std::vector<std::string>& target, std::string_view name, char letter,
                          std::string_view type, std::string_view meaning) {
  auto set = [&target](std::string_view value) -> std::optional<std::string> {
    target.emplace_back(value);
    return std::nullopt;
  };
  return add(
      {.name = name, .letter = letter, .type = type, .meaning = meaning, .set = std::move(set)});
}

void Options::set_letter(std::string_view name, char letter) {
  const auto found = std::find_if(options_.begin(), options_.end(),
                                  [&](const Option& option) { return option.name == name; });
  found->letter = letter;
}

ParsedOptions Options::parse(const std::vector<std::string>& words, bool interspersed) const {
  return Parser(options_, words).parse(interspersed);
}

}  // namespace cli
