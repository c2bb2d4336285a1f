#include "guest-init/users.h"

#include <algorithm>
#include <optional>

#include "guest-init/text.h"

namespace guest_init {
namespace {

constexpr unsigned largest_id = 0x7fffffff;

struct User {
  std::string_view name;
  unsigned uid = 0;
  unsigned gid = 0;
  std::string_view home;
};

struct Group {
  std::string_view name;
  unsigned gid = 0;
  std::string_view members;
};

// Calls `visit` with each entry of a file until it returns true.
template <typename Entry, typename Parse, typename Visit>
void for_each_line(std::string_view file, Parse parse, Visit visit) {
  while (!file.empty()) {
    Entry entry;
    if (parse(cut(file, '\n'), entry) && visit(entry)) return;
  }
}

// name:password:uid:gid:comment:home:shell, passwd(5)
bool parse_user(std::string_view line, User& user) {
  user.name = cut(line, ':');
  cut(line, ':');
  const auto uid = to_number<unsigned>(cut(line, ':'));
  const auto gid = to_number<unsigned>(cut(line, ':'));
  cut(line, ':');
  user.home = cut(line, ':');
  user.uid = uid.value_or(0);
  user.gid = gid.value_or(0);
  return !user.name.empty() && uid && gid;
}

// name:password:gid:member,member, group(5)
bool parse_group(std::string_view line, Group& group) {
  group.name = cut(line, ':');
  cut(line, ':');
  const auto gid = to_number<unsigned>(cut(line, ':'));
  group.gid = gid.value_or(0);
  group.members = cut(line, ':');
  return !group.name.empty() && gid;
}

std::optional<User> find_user(std::string_view passwd, std::string_view name,
                              std::optional<unsigned> uid) {
  std::optional<User> found;
  for_each_line<User>(passwd, parse_user, [&](const User& user) {
    if (user.name == name || (uid && user.uid == *uid)) found = user;
    return found.has_value();
  });
  return found;
}

std::optional<unsigned> find_group(std::string_view file, std::string_view name) {
  const auto number = to_number<unsigned>(name);
  std::optional<unsigned> found;
  for_each_line<Group>(file, parse_group, [&](const Group& group) {
    if (group.name == name || (number && group.gid == *number)) found = group.gid;
    return found.has_value();
  });
  return found ? found : number;
}

bool has_group(std::string_view file, unsigned gid) {
  bool found = false;
  for_each_line<Group>(file, parse_group, [&](const Group& group) {
    found = group.gid == gid;
    return found;
  });
  return found;
}

// What a new line of the file begins with.
std::string line_after(std::string_view file) {
  return file.empty() || file.ends_with('\n') ? "" : "\n";
}

bool is_member(std::string_view members, std::string_view name) {
  while (!members.empty()) {
    if (cut(members, ',') == name) return true;
  }
  return false;
}

void add(std::vector<unsigned>& groups, unsigned gid) {
  if (std::find(groups.begin(), groups.end(), gid) == groups.end()) groups.push_back(gid);
}

bool out_of_range(Failure& failure) {
  return fail_with(failure, FailureStage::user, "uids and gids must be in range 0-2147483647");
}

bool resolve_user(std::string_view name, std::string_view passwd, Identity& identity,
                  std::string_view& login, Failure& failure) {
  const std::string wish(name.empty() ? "0" : name);
  const auto number = to_number<unsigned>(wish);
  const auto user = find_user(passwd, wish, number);
  if (user) {
    identity.uid = user->uid;
    identity.gid = user->gid;
    if (!user->home.empty()) identity.home = user->home;
    login = user->name;
  } else if (number) {
    identity.uid = *number;
  } else if (wish.find_first_not_of("0123456789") == wish.npos) {
    return out_of_range(failure);
  } else {
    return fail_with(failure, FailureStage::user,
                     "unable to find user " + wish + ": no matching entries in passwd file");
  }
  return identity.uid <= largest_id || out_of_range(failure);
}

bool resolve_group(std::string_view name, std::string_view file, unsigned& gid, Failure& failure) {
  const auto found = find_group(file, name);
  if (!found) {
    return fail_with(
        failure, FailureStage::user,
        "unable to find group " + std::string(name) + ": no matching entries in group file");
  }
  gid = *found;
  return gid <= largest_id || out_of_range(failure);
}

}  // namespace

bool resolve_identity(std::string_view user, const std::vector<std::string>& groups,
                      std::string_view passwd, std::string_view group, Identity& identity,
                      Failure& failure) {
  identity = Identity{};
  std::string_view group_name = user;
  const std::string_view user_name = cut(group_name, ':');
  std::string_view login;
  if (!resolve_user(user_name, passwd, identity, login, failure)) return false;
  if (!group_name.empty() && !resolve_group(group_name, group, identity.gid, failure)) return false;
  add(identity.groups, identity.gid);
  if (group_name.empty() && !login.empty()) {
    for_each_line<Group>(group, parse_group, [&](const Group& entry) {
      if (is_member(entry.members, login)) add(identity.groups, entry.gid);
      return false;
    });
  }
  for (const std::string& name : groups) {
    unsigned gid = 0;
    if (!resolve_group(name, group, gid, failure)) return false;
    add(identity.groups, gid);
  }
  return true;
}

// Podman's generateUserPasswdEntry and generateUserGroupEntry
// (libpod/container_internal_common.go).
UserEntries missing_entries(std::string_view user, unsigned gid, std::string_view directory,
                            std::string_view passwd, std::string_view group) {
  std::string_view group_name = user;
  const std::string name(cut(group_name, ':'));
  if (group_name.empty()) group_name = name;
  UserEntries entries;
  const auto uid = to_number<unsigned>(name);
  if (directory.empty()) directory = "/";
  if (uid && !find_user(passwd, name, uid))
    entries.passwd = line_after(passwd) + name + ":*:" + name + ":" + std::to_string(gid) +
                     ":container user:" + std::string(directory) + ":/bin/sh\n";
  const auto number = to_number<unsigned>(group_name);
  if (number && !has_group(group, *number))
    entries.group = line_after(group) + std::string(group_name) + ":x:" + std::string(group_name) +
                    ":" + name + "\n";
  return entries;
}

}  // namespace guest_init
