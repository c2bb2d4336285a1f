#include "cli/template.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "cli/template_functions.h"
#include "cli/template_syntax.h"

namespace cli {
namespace {

[[noreturn]] void refuse(std::string why) {
  throw base::Error(base::ErrorKind::usage, "template: " + std::move(why));
}

const base::Json* member(const base::Json& object, const std::string& name) {
  if (const auto exact = object.find(name); exact != object.end()) return &*exact;
  for (const auto& [key, value] : object.items())
    if (base::lower(key) == base::lower(name)) return &value;
  return nullptr;
}

base::Json follow(base::Json value, const std::vector<std::string>& path) {
  for (const std::string& name : path) {
    if (!value.is_object()) refuse(fmt::format("can't evaluate field {} in a single value", name));
    const base::Json* found = member(value, name);
    if (found == nullptr) {
      std::vector<std::string> names;
      for (const auto& entry : value.items()) names.push_back(entry.key());
      refuse(fmt::format("can't evaluate field {} (there are {})", name, base::join(names, ", ")));
    }
    base::Json next = *found;
    value = std::move(next);
  }
  return value;
}

bool asks_for_label(const TemplateOperand& function, const std::vector<base::Json>& arguments) {
  return function.kind == TemplateOperand::Kind::field && function.path.size() == 1 &&
         function.path.front() == "Label" && arguments.size() == 1 && arguments.front().is_string();
}

class Renderer {
 public:
  Renderer(const base::Json& root, const Template::LabelOf& label_of,
           const Template::ShowField& show_field)
      : root_(root), label_of_(label_of), show_field_(show_field) {}

  std::string render(const std::vector<TemplateNode>& nodes, const base::Json& dot) const {
    std::string text;
    for (const TemplateNode& node : nodes) text += render_node(node, dot);
    return text;
  }

 private:
  std::string render_node(const TemplateNode& node, const base::Json& dot) const {
    if (node.kind == TemplateNode::Kind::text) return node.text;
    const base::Json value = evaluate(node.pipeline, dot);
    if (node.kind == TemplateNode::Kind::action) return shown(node.pipeline, value);
    if (!template_truth(value)) return render(node.otherwise, dot);
    if (node.kind == TemplateNode::Kind::range) return render_each(node, value);
    return render(node.body, node.kind == TemplateNode::Kind::with ? value : dot);
  }

  std::string shown(const TemplatePipeline& pipeline, const base::Json& value) const {
    std::optional<std::string> text;
    if (show_field_ && pipeline.size() == 1 && pipeline.front().words.size() == 1) {
      const TemplateOperand& word = pipeline.front().words.front();
      if (!word.path.empty()) text = show_field_(word.path.back(), value);
    }
    return text ? *text : template_text(value);
  }

  std::string render_each(const TemplateNode& node, const base::Json& list) const {
    if (!list.is_structured()) refuse("range can't iterate over " + template_text(list));
    std::string text;
    for (const base::Json& item : list) text += render(node.body, item);
    return text;
  }

  base::Json evaluate(const TemplatePipeline& pipeline, const base::Json& dot) const {
    std::optional<base::Json> last;
    for (const TemplateCall& call : pipeline) last = evaluate(call, dot, last);
    return last.value_or(base::Json());
  }

  base::Json evaluate(const TemplateCall& call, const base::Json& dot,
                      const std::optional<base::Json>& last) const {
    const TemplateOperand& first = call.words.front();
    std::vector<base::Json> arguments;
    for (std::size_t i = 1; i < call.words.size(); ++i)
      arguments.push_back(evaluate(call.words[i], dot));
    if (last) arguments.push_back(*last);
    if (first.kind == TemplateOperand::Kind::function)
      return call_template_function(first.text, arguments);
    if (label_of_ && asks_for_label(first, arguments))
      return label_of_(arguments.front().get<std::string>());
    if (!arguments.empty()) refuse("a value is no function and takes no arguments");
    return evaluate(first, dot);
  }

  base::Json evaluate(const TemplateOperand& operand, const base::Json& dot) const {
    switch (operand.kind) {
      case TemplateOperand::Kind::field:
        return follow(dot, operand.path);
      case TemplateOperand::Kind::root_field:
        return follow(root_, operand.path);
      case TemplateOperand::Kind::literal:
        return base::Json::parse(operand.text);
      case TemplateOperand::Kind::function:
        return call_template_function(operand.text, {});
      case TemplateOperand::Kind::parenthesis:
        return follow(evaluate(operand.inner, dot), operand.path);
    }
    return {};
  }

  const base::Json& root_;
  const Template::LabelOf& label_of_;
  const Template::ShowField& show_field_;
};

}  // namespace

Template::Template(std::string_view text) : nodes_(parse_template(text)) {}
Template::~Template() = default;

std::string Template::render(const base::Json& data, const LabelOf& label_of,
                             const ShowField& show_field) const {
  return Renderer(data, label_of, show_field).render(nodes_, data);
}

std::string unescaped_format(std::string_view format) {
  std::string text;
  for (std::size_t i = 0; i < format.size(); ++i) {
    const std::string_view two = format.substr(i, 2);
    const bool escape = two == "\\t" || two == "\\n";
    text += escape ? (two[1] == 't' ? '\t' : '\n') : format[i];
    if (escape) ++i;
  }
  return text;
}

}  // namespace cli
