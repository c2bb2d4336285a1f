#include "oci-runtime/command_check.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"

namespace oci {
namespace {

class CommandCheck : public testing::Test {
 protected:
  CommandCheck() {
    request_.directory = directory_.path();
    request_.config.env = {"A=b", "PATH=/none:/bin:"};
    request_.config.working_directory = "/srv";
    for (const char* name : {"/real", "/srv", "/bin"}) base::make_directories(path(name));
    base::replace_file(path("/real/program"), "x", 0755);
    base::replace_file(path("/bin/data"), "x", 0644);
    base::replace_file(path("/srv/here"), "x", 0755);
    EXPECT_EQ(symlink("/real/program", path("/bin/link").c_str()), 0);
    EXPECT_EQ(symlink("../../../../../real/program", path("/bin/far").c_str()), 0);
  }
  std::string path(const std::string& name) const { return directory_.path() + name; }
  std::string why_not(const std::string& command) {
    request_.config.argv = {command};
    try {
      require_command(request_);
    } catch (const base::Error& error) {
      return error.message();
    }
    return "";
  }

  base::TempDir directory_{"/tmp", "command-test"};
  engine::DirectoryRequest request_;
};

TEST_F(CommandCheck, IsThere) {
  for (const char* command :
       {"link", "far", "here", "/bin/link", "/real/program", "./here", "here"})
    EXPECT_EQ(why_not(command), "") << command;
}

TEST_F(CommandCheck, IsNot) {
  EXPECT_EQ(why_not("nothing"), "exec: \"nothing\": executable file not found in $PATH");
  EXPECT_EQ(why_not("/nothing"), "exec: \"/nothing\": stat /nothing: no such file or directory");
  EXPECT_EQ(why_not("data"), "exec: \"data\": executable file not found in $PATH");
  EXPECT_EQ(why_not("/bin/data"), "exec: \"/bin/data\": permission denied");
  EXPECT_EQ(why_not("/bin"), "exec: \"/bin\": permission denied");
}

TEST_F(CommandCheck, ComesWithTheBundle) {
  request_.files = {{.source = "/x", .target = "/bin/added"}};
  EXPECT_EQ(why_not("/bin/added"), "");
}

}  // namespace
}  // namespace oci
