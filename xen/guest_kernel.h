// The guest's kernel with its initial ramdisk, kept as a pair of our own (made by vxn-kernel).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "xen/domain.h"

namespace xen {

// What differs between processor architectures: one table.
struct GuestArchitecture {
  std::string_view name;          // as OCI says it: "amd64", "arm64"
  std::string_view machine;       // as uname -m says it
  std::string_view image;         // file that xl boots: "vmlinux" (ELF), "Image"
  std::vector<GuestType> types;   // that it can run as, best first where the host allows
  std::string_view console;       // "hvc0"
  std::string_view command_line;  // what every guest's kernel is told
};
const std::vector<GuestArchitecture>& guest_architectures();
// Of this host; throws unsupported where there is none in the table.
const GuestArchitecture& host_architecture();

struct GuestKernel {
  std::string id;                    // hash of what it was made from
  std::string version;               // the kernel's, "6.1.0-37-amd64"
  std::string architecture;          // OCI's word
  std::string kernel;                // path to give xl
  std::string initrd;                // path
  std::string command_line;          // whole, console included
  std::uint64_t own_memory_mib = 0;  // what kernel and init need beside the container
};
// DATA_DIRECTORY/kernels/ID, or the one there of that version; without an ID what the link
// "current" there leads to. A directory with the image, "initrd", "about" (KEY=VALUE lines:
// version, architecture, own_memory_mib) and "command-line" (what this kernel is told beside the
// table's; may be absent). Throws not_found with the remedy (vxn-kernel update), corrupt where it
// is incomplete.
GuestKernel guest_kernel(const std::string& data_directory, std::string_view id = "");

}  // namespace xen
