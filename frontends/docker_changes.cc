#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "cli/wording.h"
#include "frontends/changes.h"
#include "frontends/dockerfile_words.h"
#include "frontends/healthcheck.h"

namespace frontends {
namespace {

using image::ImportSpec;

constexpr int largest_port = 65535;

[[noreturn]] void refuse(const std::string& why) { throw base::Error(base::ErrorKind::usage, why); }

// One line, taken apart.
struct Instruction {
  std::string name;   // upper case
  std::string rest;   // what follows, flags apart
  std::string whole;  // what follows, flags and all
  std::vector<std::string> flags;
};

// What the instructions have made so far.
struct State {
  ImportSpec spec;
  bool has_command = false;  // ENTRYPOINT takes away one that came with something else
};

using Pairs = std::vector<std::pair<std::string, std::string>>;

// "NAME VALUE", where the value is all that is left, or "NAME=VALUE …"; variables are what they
// were before.
Pairs pairs_of(const State& state, const Instruction& instruction) {
  const std::vector<std::string> words = split_words(instruction.rest);
  if (words.empty()) refuse(instruction.name + " requires at least one argument");
  Pairs pairs;
  if (words[0].find('=') == std::string::npos) {
    const std::size_t end = instruction.rest.find_first_of(" \t\v\f\r");
    if (end == std::string::npos) refuse(instruction.name + " must have two arguments");
    pairs.emplace_back(instruction.rest.substr(0, end),
                       base::trim(std::string_view(instruction.rest).substr(end)));
  } else {
    for (const std::string& word : words) {
      const std::size_t equals = word.find('=');
      if (equals == std::string::npos)
        refuse("Syntax error - can't find = in " + cli::go_quoted(word) +
               ". Must be of the form: name=value");
      pairs.emplace_back(word.substr(0, equals), word.substr(equals + 1));
    }
  }
  for (auto& [name, value] : pairs) {
    if (name.empty()) refuse(instruction.name + " names can not be blank");
    name = expand_word(name, state.spec.config.env);
    value = expand_word(value, state.spec.config.env);
  }
  return pairs;
}

std::string argument_of(const State& state, const Instruction& instruction) {
  if (instruction.rest.empty()) refuse(instruction.name + " requires exactly one argument");
  return expand_word(instruction.rest, state.spec.config.env);
}

// A JSON array is the words of a command, anything else a line for a shell.
std::vector<std::string> command_of(const Instruction& instruction) {
  const auto words = json_words(instruction.rest);
  return words ? *words : shell_command(instruction.rest);
}

void set_variables(State& state, const Instruction& instruction) {
  std::vector<std::string>& env = state.spec.config.env;
  for (const auto& [name, value] : pairs_of(state, instruction)) {
    const std::string begin = name + "=";
    const auto known =
        std::ranges::find_if(env, [&](const std::string& one) { return one.starts_with(begin); });
    if (known != env.end())
      *known = begin + value;
    else
      env.push_back(begin + value);
  }
}

void set_labels(State& state, const Instruction& instruction) {
  for (const auto& [name, value] : pairs_of(state, instruction))
    state.spec.config.labels[name] = value;
}

void set_command(State& state, const Instruction& instruction) {
  state.spec.config.cmd = command_of(instruction);
  if (!instruction.rest.empty()) state.has_command = true;
}

void set_entrypoint(State& state, const Instruction& instruction) {
  state.spec.config.entrypoint = command_of(instruction);
  if (!state.has_command) state.spec.config.cmd.clear();
}

void set_user(State& state, const Instruction& instruction) {
  state.spec.config.user = argument_of(state, instruction);
}

void set_directory(State& state, const Instruction& instruction) {
  const std::string wanted = argument_of(state, instruction);
  if (wanted.empty()) refuse("cannot normalize nothing");
  std::string& directory = state.spec.config.working_dir;
  if (wanted[0] == '/') {
    directory = wanted;
    return;
  }
  std::vector<std::string> parts;
  for (const std::string& part : base::split(directory + "/" + wanted, '/')) {
    if (part == ".." && !parts.empty()) parts.pop_back();
    if (!part.empty() && part != "." && part != "..") parts.push_back(part);
  }
  directory = "/" + base::join(parts, "/");
}

void add_volumes(State& state, const Instruction& instruction) {
  const auto words = json_words(instruction.rest);
  const std::vector<std::string> volumes = words ? *words : split_blanks(instruction.rest);
  if (volumes.empty()) refuse("VOLUME requires at least one argument");
  for (const std::string& volume : volumes) {
    const std::string path = expand_word(base::trim(volume), state.spec.config.env);
    if (path.empty()) refuse("VOLUME specified can not be an empty string");
    add_to_set(state.spec.config.volumes, path);
  }
}

// "PORT", "FIRST-LAST", either with "/PROTOCOL"; what "-p" has before it means nothing here.
void add_ports(State& state, std::string_view text) {
  const std::string shown = base::printable(text);
  text.remove_prefix(text.rfind(':') == std::string_view::npos ? 0 : text.rfind(':') + 1);
  const std::size_t slash = text.find('/');
  const std::string_view range = text.substr(0, slash);
  if (range.empty()) refuse("No port specified: " + shown + "<empty>");
  std::string protocol = slash == std::string_view::npos ? "" : base::lower(text.substr(slash + 1));
  if (protocol.empty()) protocol = "tcp";
  const std::size_t dash = range.find('-');
  const auto first = base::parse_number<int>(range.substr(0, dash));
  const auto last =
      dash == std::string_view::npos ? first : base::parse_number<int>(range.substr(dash + 1));
  if (!first || !last || *first < 0 || *last > largest_port || *last < *first)
    refuse("Invalid containerPort: " + base::printable(range));
  if (protocol != "tcp" && protocol != "udp" && protocol != "sctp")
    refuse("Invalid proto: " + base::printable(protocol));
  for (int port = *first; port <= *last; ++port)
    add_to_set(state.spec.config.exposed_ports, std::to_string(port) + "/" + protocol);
}

void expose(State& state, const Instruction& instruction) {
  const std::vector<std::string> words = split_blanks(instruction.rest);
  if (words.empty()) refuse("EXPOSE requires at least one argument");
  for (const std::string& word : words)
    for (const std::string& port : expand_words(word, state.spec.config.env))
      add_ports(state, port);
}

void add_trigger(State& state, const Instruction& instruction) {
  std::string_view rest = instruction.whole;
  const std::string name(base::trim(rest.substr(0, rest.find_first_of(" \t"))));
  if (name.empty()) refuse("ONBUILD requires at least one argument");
  const std::string lower = base::lower(name);
  if (lower == "onbuild") refuse("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
  if (lower == "maintainer" || lower == "from")
    refuse((lower == "from" ? "FROM" : "MAINTAINER") +
           std::string(" isn't allowed as an ONBUILD trigger"));
  state.spec.on_build.push_back(instruction.whole);
}

void set_healthcheck(State& state, const Instruction& instruction) {
  state.spec.healthcheck = parse_healthcheck(instruction.rest, instruction.flags);
}

struct Known {
  std::string_view name;
  void (*apply)(State& state, const Instruction& instruction);
  bool takes_flags = false;
};
// Those that docker lets a commit or an import say (validCommitCommands).
constexpr Known known[] = {
    {"cmd", set_command},
    {"entrypoint", set_entrypoint},
    {"env", set_variables},
    {"expose", expose},
    {"healthcheck", set_healthcheck, true},
    {"label", set_labels},
    {"onbuild", add_trigger, true},
    {"user", set_user},
    {"volume", add_volumes},
    {"workdir", set_directory},
};

std::string without(std::string text, std::string_view characters) {
  std::erase_if(text, [&](char c) { return characters.find(c) != std::string_view::npos; });
  return text;
}

Instruction take_apart(std::string_view line) {
  const std::size_t end = std::min(line.find_first_of(" \t\v\f\r"), line.size());
  std::string_view rest = base::trim(line.substr(end));
  Instruction instruction{.name = std::string(line.substr(0, end)),
                          .rest = {},
                          .whole = std::string(rest),
                          .flags = {}};
  while (rest.starts_with("--")) {
    const std::string flag = without(take_word(rest), "'\"");
    if (flag == "--") break;
    instruction.flags.push_back(flag);
  }
  instruction.rest = rest;
  return instruction;
}

void apply(State& state, std::string_view line) {
  Instruction instruction = take_apart(line);
  const std::string name = base::lower(instruction.name);
  const auto* found = std::ranges::find_if(known, [&](const Known& k) { return k.name == name; });
  if (found == std::end(known)) refuse(base::printable(name) + " is not a valid change command");
  if (!instruction.flags.empty() && !found->takes_flags)
    refuse("Unknown flag: " + base::printable(instruction.flags[0].substr(2)));
  instruction.name = upper(instruction.name);
  found->apply(state, instruction);
}

// Comments are left out, and lines that a backslash continues are joined.
std::vector<std::string> lines_of(const std::vector<std::string>& changes) {
  std::vector<std::string> lines;
  bool continues = false;
  for (std::string line : base::split(base::join(changes, "\n"), '\n')) {
    const std::string_view bare = base::trim(line);
    if (bare.starts_with('#') || bare.empty()) continue;
    const std::size_t last = line.find_last_not_of(" \t");
    const bool goes_on = line[last] == '\\';
    if (goes_on) line.resize(last);
    if (continues)
      lines.back() += line;
    else
      lines.push_back(std::move(line));
    continues = goes_on;
  }
  if (!changes.empty() && lines.empty()) refuse("file with no instructions");
  return lines;
}

}  // namespace

image::ImportSpec docker_changes(const std::vector<std::string>& changes) {
  State state;
  for (const std::string& line : lines_of(changes)) apply(state, base::trim(line));
  return std::move(state.spec);
}

}  // namespace frontends
