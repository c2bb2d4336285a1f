#include "guest-init/protocol/spec.h"

#include <algorithm>

#include "guest-init/protocol/spec_tags.h"

namespace protocol {
namespace {

// How a field's bytes become a member. Each returns false where they are not such a value.
bool take(std::string_view bytes, std::string& value) {
  value = bytes;
  return bytes.find('\0') == bytes.npos;
}

bool take(std::string_view bytes, bool& value) {
  value = bytes == std::string_view("\1", 1);
  return value || bytes == std::string_view("\0", 1);
}

bool take(std::string_view bytes, std::uint32_t& value) {
  Reader reader(bytes_of(bytes));
  value = reader.u32();
  return reader.finished();
}

bool take(std::string_view bytes, std::uint64_t& value) {
  Reader reader(bytes_of(bytes));
  value = reader.u64();
  return reader.finished();
}

bool take(std::string_view bytes, std::int32_t& value) {
  std::uint32_t number = 0;
  const bool taken = take(bytes, number);
  value = static_cast<std::int32_t>(number);
  return taken;
}

bool take(std::string_view bytes, TmpfsMount& value) {
  Reader reader(bytes_of(bytes));
  value.flags = reader.u32();
  value.target = reader.text(reader.u32());
  value.options = reader.text(reader.left());
  const bool texts =
      value.target.find('\0') == std::string::npos && value.options.find('\0') == std::string::npos;
  return reader.finished() && texts && value.target.starts_with('/');
}

bool take(std::string_view bytes, ResourceLimit& value) {
  Reader reader(bytes_of(bytes));
  value = {.resource = reader.u32(), .soft = reader.u64(), .hard = reader.u64()};
  return reader.finished();
}

template <typename Value>
bool take(std::string_view bytes, std::vector<Value>& values) {
  return take(bytes, values.emplace_back());
}

bool take_filter(std::string_view bytes, ProcessSpec& spec) {
  constexpr std::size_t instruction_size = 8;
  constexpr std::size_t most_instructions = 4096;  // BPF_MAXINSNS
  spec.seccomp = bytes;
  return !bytes.empty() && bytes.size() % instruction_size == 0 &&
         bytes.size() <= most_instructions * instruction_size;
}

bool take(std::string_view bytes, DiskId& value) {
  if (bytes.size() != value.size()) return false;
  std::copy(bytes.begin(), bytes.end(), value.begin());
  return true;
}

bool take(std::string_view bytes, WindowSize& value) { return decode(bytes_of(bytes), value); }

template <typename Value>
bool take(std::string_view bytes, std::optional<Value>& value) {
  return take(bytes, value.emplace());
}

template <typename Spec>
struct Field {
  std::uint16_t tag;
  const char* name;
  bool list;
  bool (*take)(std::string_view bytes, Spec& spec);
};

template <typename Spec, auto Member>
bool take_member(std::string_view bytes, Spec& spec) {
  return take(bytes, spec.*Member);
}

template <auto Member>
constexpr auto container_member = take_member<ContainerSpec, Member>;
template <auto Member>
constexpr auto process_member = take_member<ProcessSpec, Member>;

constexpr Field<ContainerSpec> container_fields[] = {
    {tag_hostname, "hostname", false, container_member<&ContainerSpec::hostname>},
    {tag_layers, "layers", false, container_member<&ContainerSpec::layers>},
    {tag_read_only_disk, "read-only disk", false, container_member<&ContainerSpec::read_only_disk>},
    {tag_writable_disk, "writable disk", false, container_member<&ContainerSpec::writable_disk>},
    {tag_read_only_root, "read-only root", false, container_member<&ContainerSpec::read_only_root>},
    {tag_hosts, "hosts entry", true, container_member<&ContainerSpec::hosts>},
    {tag_memory, "memory limit", false, container_member<&ContainerSpec::memory_limit>},
    {tag_cpu_quota, "CPU quota", false, container_member<&ContainerSpec::cpu_quota>},
    {tag_pids_limit, "pids limit", false, container_member<&ContainerSpec::pids_limit>},
    {tag_shm_size, "size of /dev/shm", false, container_member<&ContainerSpec::shm_size>},
    {tag_tmpfs, "tmpfs", true, container_member<&ContainerSpec::tmpfs>},
    {tag_sysctl, "sysctl", true, container_member<&ContainerSpec::sysctls>},
    {tag_unmasked, "unmasked paths", false, container_member<&ContainerSpec::unmasked>},
    {tag_user_entry, "user's entry", false, container_member<&ContainerSpec::user_entry>},
};

constexpr Field<ProcessSpec> process_fields[] = {
    {tag_argument, "argument", true, process_member<&ProcessSpec::argv>},
    {tag_environment, "environment", true, process_member<&ProcessSpec::env>},
    {tag_working_directory, "working directory", false,
     process_member<&ProcessSpec::working_directory>},
    {tag_user, "user", false, process_member<&ProcessSpec::user>},
    {tag_group, "supplementary group", true, process_member<&ProcessSpec::groups>},
    {tag_terminal, "terminal", false, process_member<&ProcessSpec::terminal>},
    {tag_standard_input, "stdin", false, process_member<&ProcessSpec::standard_input>},
    {tag_init, "init", false, process_member<&ProcessSpec::init>},
    {tag_capabilities, "capabilities", false, process_member<&ProcessSpec::capabilities>},
    {tag_no_new_privileges, "no new privileges", false,
     process_member<&ProcessSpec::no_new_privileges>},
    {tag_seccomp, "seccomp filter", false, take_filter},
    {tag_limit, "resource limit", true, process_member<&ProcessSpec::limits>},
    {tag_oom_score_adj, "OOM score", false, process_member<&ProcessSpec::oom_score_adj>},
    {tag_tool, "tool", false, process_member<&ProcessSpec::tool>},
    {tag_beside, "beside", false, process_member<&ProcessSpec::beside>},
    {tag_umask, "umask", false, process_member<&ProcessSpec::umask>},
};

template <typename Spec, std::size_t size>
bool decode_fields(std::span<const std::byte> bytes, const Field<Spec> (&fields)[size], Spec& spec,
                   std::string& why) {
  Reader reader(bytes);
  std::uint32_t seen = 0;
  spec = Spec{};
  while (reader.left() > 0) {
    const std::uint16_t tag = reader.u16();
    const std::uint16_t reserved = reader.u16();
    const std::string_view value = reader.text(reader.u32());
    if (!reader.ok() || reserved != 0) {
      why = "the fields are damaged";
      return false;
    }
    const auto* field =
        std::find_if(fields, fields + size, [&](const auto& f) { return f.tag == tag; });
    if (field == fields + size) {
      why = "field " + std::to_string(tag) + " is not known here";
      return false;
    }
    const std::uint32_t bit = 1u << (field - fields);
    if ((seen & bit) != 0 && !field->list) {
      why = std::string("the field \"") + field->name + "\" is there twice";
      return false;
    }
    seen |= bit;
    if (!field->take(value, spec)) {
      why = std::string("the field \"") + field->name + "\" has no such value";
      return false;
    }
  }
  return true;
}

}  // namespace

bool decode(std::span<const std::byte> bytes, ContainerSpec& spec, std::string& why) {
  return decode_fields(bytes, container_fields, spec, why);
}

bool decode(std::span<const std::byte> bytes, ProcessSpec& spec, std::string& why) {
  return decode_fields(bytes, process_fields, spec, why);
}

bool decode_disks(std::span<const std::byte> payload, std::vector<DiskId>& disks) {
  disks.clear();
  Reader reader(payload);
  DiskId disk{};
  while (reader.left() >= disk.size()) {
    if (!take(reader.text(disk.size()), disk)) return false;
    disks.push_back(disk);
  }
  return reader.finished();
}

}  // namespace protocol
