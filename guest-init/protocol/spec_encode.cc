#include "guest-init/protocol/spec.h"
#include "guest-init/protocol/spec_tags.h"

namespace protocol {
namespace {

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

std::string encode_disks(const std::vector<DiskId>& disks) {
  std::string out;
  for (const DiskId& disk : disks) out.append(disk.begin(), disk.end());
  return out;
}

}  // namespace protocol
