// Options of ps(1), as far as they say which columns one wants to see.
#include <fmt/core.h>

#include "base/error.h"
#include "base/text.h"
#include "cli/process_columns.h"

namespace cli {
namespace {

[[noreturn]] void refuse(std::string_view word) {
  throw base::Error(
      base::ErrorKind::usage,
      fmt::format("'{}' is no option of ps that is known here: there are -ef, aux and "
                  "-o COLUMN,…",
                  base::printable(word)));
}

class PsOptions {
 public:
  explicit PsOptions(const std::vector<std::string>& words) : words_(words) {}

  std::vector<std::string> columns() {
    while (next_ < words_.size()) take(words_[next_++]);
    if (!columns_.empty()) return columns_;
    return base::split(users_ ? user_format : full_format, ',');
  }

 private:
  // Letters that choose processes choose all of them anyway.
  void take(const std::string& word) {
    const bool dash = word.starts_with('-');
    for (std::size_t at = dash ? 1 : 0; at < word.size(); ++at) {
      switch (word[at]) {
        case 'o':
          return take_list(word, at + 1);
        case 'u':
          users_ = true;
          break;
        case 'a':
        case 'A':
        case 'e':
        case 'f':
        case 'w':
        case 'x':
          break;
        default:
          refuse(word);
      }
    }
    if (word.size() == (dash ? 1u : 0u)) refuse(word);
  }

  void take_list(const std::string& word, std::size_t at) {
    if (at == word.size() && next_ == words_.size()) refuse(word);
    const std::string list = at < word.size() ? word.substr(at) : words_[next_++];
    for (const std::string& name : base::split(list, ',')) columns_.push_back(name);
  }

  const std::vector<std::string>& words_;
  std::size_t next_ = 0;
  std::vector<std::string> columns_;
  bool users_ = false;
};

}  // namespace

std::vector<std::string> ps_request(const std::vector<std::string>& words) {
  return PsOptions(words).columns();
}

}  // namespace cli
