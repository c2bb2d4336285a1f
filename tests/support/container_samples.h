// A container's record with every field set, for tests.
#pragma once

#include "engine/container.h"

namespace samples {

inline engine::Container container(const std::string& name = "web") {
  engine::Container container;
  engine::ContainerConfig& config = container.config;
  config.id = base::random_hex(32);
  config.name = name;
  config.image = "registry.test:5000/busybox";
  config.image_id = "sha256:" + std::string(64, 'a');
  config.created = base::wall_now();
  config.platform = "linux/amd64";
  config.layers = {"one.v1.squashfs", "two.v1.squashfs"};
  config.argv = {"sh", "-c", "a \"b\"\n$(c)", "", "\xff\xfe"};
  config.env = {"PATH=/bin", "RAW=\xc3\x28"};
  config.working_directory = "/srv";
  config.user = "nobody:users";
  config.hostname = "box";
  config.labels = {{"k", "v"}};
  config.interactive = true;
  config.read_only = true;
  config.init = true;
  config.user_entry = true;
  config.auto_remove = true;
  config.provisional = true;
  config.tied = true;
  config.own_layers = {"root.squashfs"};
  config.stop_signal = 10;
  config.stop_timeout = -1;
  config.restart = {.when = engine::RestartPolicy::When::always, .most = 4};
  config.policy = {.capabilities = ~std::uint64_t{0},
                   .no_new_privileges = true,
                   .unmasked = true,
                   .filtered = true,
                   .groups = {"audio", "7"},
                   .limits = {{.resource = 7, .soft = 10, .hard = ~std::uint64_t{0}}},
                   .oom_score_adj = -17,
                   .umask = 0077,
                   .privileged = true,
                   .added_capabilities = {"ALL"},
                   .dropped_capabilities = {"CAP_CHOWN"},
                   .security_options = {"no-new-privileges"}};
  config.tmpfs = {{.target = "/run", .flags = 6, .options = "size=1m"}};
  config.sysctls = {{"net.core.somaxconn", "7"}};
  config.annotations = {{"a", "b"}};
  config.memory = 64u << 20;
  config.shm_size = 1u << 20;
  config.pids_limit = 99;
  config.nano_cpus = 1'500'000'000;
  config.cpuset = "0-1";
  config.guest_memory = 96u << 20;
  config.vcpus = 2;
  config.storage_size = 1u << 30;
  config.guest_type = "pv";
  config.kernel = "k1";
  config.kernel_arguments = "debug";
  config.placement = {.kind = engine::InstanceKind::own, .domain = base::Uuid::random(), .slot = 0};
  config.read_only_disk = base::Uuid::random();
  config.writable_disk = base::Uuid::random();
  return container;
}

}  // namespace samples
