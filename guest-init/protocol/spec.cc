#include "guest-init/protocol/spec.h"

#include <algorithm>

namespace protocol {
namespace {

enum ContainerTag : std::uint16_t {
  tag_hostname = 1,
  tag_layers = 2,
  tag_read_only_disk = 3,
  tag_writable_disk = 4,
  tag_read_only_root = 5,
  tag_hosts = 6,
  tag_memory = 7,
  tag_cpu_quota = 8,
  tag_pids_limit = 9,
  tag_shm_size = 10,
  tag_tmpfs = 11,
  tag_sysctl = 12,
  tag_unmasked = 13,
  tag_user_entry = 14,
};

enum ProcessTag : std::uint16_t {
  tag_argument = 1,
  tag_environment = 2,
  tag_working_directory = 3,
  tag_user = 4,
  tag_group = 5,
  tag_terminal = 6,
  tag_standard_input = 7,
  tag_init = 8,
  tag_capabilities = 9,
  tag_no_new_privileges = 10,
  tag_seccomp = 11,
  tag_limit = 12,
  tag_oom_score_adj = 13,
  tag_tool = 14,
  tag_beside = 15,
  tag_umask = 16,
};

void append_field(std::string& out, std::uint16_t tag, std::string_view value) {
  append_u16(out, tag);
  append_u16(out, 0);
  append_u32(out, static_cast<std::uint32_t>(value.size()));
  out.append(value);
}

void append_texts(std::string& out, std::uint16_t tag, const std::vector<std::string>& values) {
  for (const std::string& value : values) append_field(out, tag, value);
}

void append_flag(std::string& out, std::uint16_t tag, bool value) {
  if (value) append_field(out, tag, std::string_view("\1", 1));
}

void append_disk(std::string& out, std::uint16_t tag, const DiskId& disk) {
  append_field(out, tag, {reinterpret_cast<const char*>(disk.data()), disk.size()});
}

void append_word(std::string& out, std::uint16_t tag, std::uint32_t value) {
  std::string bytes;
  append_u32(bytes, value);
  append_field(out, tag, bytes);
}

void append_number(std::string& out, std::uint16_t tag, std::uint64_t value) {
  std::string bytes;
  append_u64(bytes, value);
  append_field(out, tag, bytes);
}

// Of those of which 0 says nothing.
void append_count(std::string& out, std::uint16_t tag, std::uint64_t value) {
  if (value != 0) append_number(out, tag, value);
}

void append_tmpfs(std::string& out, const TmpfsMount& mount) {
  std::string bytes;
  append_u32(bytes, mount.flags);
  append_u32(bytes, static_cast<std::uint32_t>(mount.target.size()));
  append_field(out, tag_tmpfs, bytes.append(mount.target).append(mount.options));
}

void append_limit(std::string& out, const ResourceLimit& limit) {
  std::string bytes;
  append_u32(bytes, limit.resource);
  append_u64(bytes, limit.soft);
  append_u64(bytes, limit.hard);
  append_field(out, tag_limit, bytes);
}

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

std::string encode(const ContainerSpec& spec) {
  std::string out;
  append_field(out, tag_hostname, spec.hostname);
  append_word(out, tag_layers, spec.layers);
  append_disk(out, tag_read_only_disk, spec.read_only_disk);
  if (spec.writable_disk) append_disk(out, tag_writable_disk, *spec.writable_disk);
  append_flag(out, tag_read_only_root, spec.read_only_root);
  append_texts(out, tag_hosts, spec.hosts);
  append_count(out, tag_memory, spec.memory_limit);
  append_count(out, tag_cpu_quota, spec.cpu_quota);
  append_count(out, tag_pids_limit, spec.pids_limit);
  append_count(out, tag_shm_size, spec.shm_size);
  for (const TmpfsMount& mount : spec.tmpfs) append_tmpfs(out, mount);
  append_texts(out, tag_sysctl, spec.sysctls);
  append_flag(out, tag_unmasked, spec.unmasked);
  append_flag(out, tag_user_entry, spec.user_entry);
  return out;
}

bool decode(std::span<const std::byte> bytes, ContainerSpec& spec, std::string& why) {
  return decode_fields(bytes, container_fields, spec, why);
}

std::string encode(const ProcessSpec& spec) {
  std::string out;
  append_texts(out, tag_argument, spec.argv);
  append_texts(out, tag_environment, spec.env);
  append_field(out, tag_working_directory, spec.working_directory);
  append_field(out, tag_user, spec.user);
  append_texts(out, tag_group, spec.groups);
  if (spec.terminal) append_field(out, tag_terminal, encode(*spec.terminal));
  append_flag(out, tag_standard_input, spec.standard_input);
  append_flag(out, tag_init, spec.init);
  append_number(out, tag_capabilities, spec.capabilities);
  append_flag(out, tag_no_new_privileges, spec.no_new_privileges);
  if (!spec.seccomp.empty()) append_field(out, tag_seccomp, spec.seccomp);
  for (const ResourceLimit& limit : spec.limits) append_limit(out, limit);
  if (spec.oom_score_adj)
    append_word(out, tag_oom_score_adj, static_cast<std::uint32_t>(*spec.oom_score_adj));
  if (!spec.tool.empty()) append_field(out, tag_tool, spec.tool);
  append_flag(out, tag_beside, spec.beside);
  if (spec.umask != default_umask) append_word(out, tag_umask, spec.umask);
  return out;
}

bool decode(std::span<const std::byte> bytes, ProcessSpec& spec, std::string& why) {
  return decode_fields(bytes, process_fields, spec, why);
}

}  // namespace protocol
