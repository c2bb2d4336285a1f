// The columns of `top`, by the names that ps(1) and podman have for them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "engine/processes.h"

namespace cli {

// What a cell is made of.
struct ProcessFacts {
  const engine::ProcessInfo& process;
  std::int64_t memory = 0;  // of the guest, in bytes
  base::WallTime now{};
};

struct ProcessColumn {
  std::string_view names;  // "pcpu,%cpu"
  std::string_view header;
  std::string (*text)(const ProcessFacts& facts);
};

// Of ps(1), and the few that podman shows in another way.
std::span<const ProcessColumn> ps_columns();
std::span<const ProcessColumn> podman_columns();

// Lists of columns, as names with commas between them.
inline constexpr std::string_view full_format = "uid_name,pid,ppid,c,stime,tty,time,cmd";  // ps -f
inline constexpr std::string_view user_format =
    "user,pid,%cpu,%mem,vsz,rss,tty,stat,start,time,args";

// nullptr: none has that name.
const ProcessColumn* find_column(std::span<const ProcessColumn> columns, std::string_view name);

// What `top CONTAINER WORD…` wants to see: the columns' names, by options of ps(1) (-ef, aux,
// -o LIST). Throws usage for what is none of those.
std::vector<std::string> ps_request(const std::vector<std::string>& words);

}  // namespace cli
