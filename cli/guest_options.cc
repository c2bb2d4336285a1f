#include "cli/guest_options.h"

#include "base/text.h"

namespace cli {
namespace {

std::optional<std::string> set_vcpus(std::optional<unsigned>& vcpus, std::string_view value) {
  const auto count = base::parse_number<unsigned>(value);
  if (!count || *count == 0) return "not a number above 0";
  vcpus = count;
  return std::nullopt;
}

std::optional<std::string> set_guest_type(std::string& guest_type, std::string_view value) {
  if (value != "pv" && value != "pvh") return "neither pv nor pvh";
  guest_type = value;
  return std::nullopt;
}

}  // namespace

void declare_guest_options(Options& options, std::optional<unsigned>& vcpus,
                           std::string& guest_type, std::string& kernel) {
  options.add({.name = "vcpus",
               .type = "int",
               .meaning = "Virtual CPUs of the guest",
               .set = [&vcpus](std::string_view value) { return set_vcpus(vcpus, value); }});
  options.add(
      {.name = "xen-type",
       .type = "string",
       .meaning = "Type of the guest: pv or pvh",
       .set = [&guest_type](std::string_view value) { return set_guest_type(guest_type, value); }});
  options.add_text(kernel, "kernel", 0, "string", "Guest kernel, as `vxn-kernel list` names it");
}

}  // namespace cli
