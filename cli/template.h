// `--format`: the part of Go's text/template (and docker's functions for it) that people use on
// lists and documents. Documented for users in docs/cli.md.
//
//   {{.Field}} {{.Outer.Inner}} {{$.Field}} {{json .}} {{.A | upper}} {{join .List ", "}}
//   {{"text"}}
//   {{if X}} … {{else if Y}} … {{else}} … {{end}}  {{range .List}} … {{end}}  {{with X}} … {{end}}
//   {{- trims -}}  {{/* comments */}}
//   {{.Label "NAME"}} where there are labels
//   functions: json join split upper lower title pad truncate print println printf len index
//              eq ne and or not
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace cli {

struct TemplateNode;

class Template {
 public:
  // Throws usage, "template parsing error: …".
  explicit Template(std::string_view text);
  ~Template();

  // What {{.Label "NAME"}} is.
  using LabelOf = std::function<std::string(const std::string& name)>;

  // How a field looks where it is all that is shown, if not as any value.
  using ShowField =
      std::function<std::optional<std::string>(const std::string& name, const base::Json& value)>;

  // Throws usage for a field that `data` does not have and for what a function does not take.
  std::string render(const base::Json& data, const LabelOf& label_of = nullptr,
                     const ShowField& show_field = nullptr) const;

 private:
  std::vector<TemplateNode> nodes_;
};

// What docker does to a format from the command line: the two characters \t are a tab, \n a
// newline.
std::string unescaped_format(std::string_view format);

}  // namespace cli
