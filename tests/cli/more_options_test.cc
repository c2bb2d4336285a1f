// Options that docker's and podman's users bring along, command by command.
#include <fcntl.h>

#include "base/file.h"
#include "tests/cli/app_fixture.h"

namespace cli {
namespace {

using Words = std::vector<std::string>;

class MoreOptionsTest : public AppTest {
 protected:
  MoreOptionsTest() : directory_("/tmp", "vxn-options") {
    fake::world().containers = {
        fake::container("web", engine::Running{.started = before_now(60)}, before_now(60)),
        fake::container("done", engine::Exited{.code = 3}, before_now(61)),
    };
    fake::world().images = {fake::image("busybox:latest", '1', 1000, before_now(100)),
                            fake::image("alpine:3", '2', 9000, before_now(50))};
    fake::world().images[1].config.labels = {{"tier", "edge"}};
    for (engine::Container& container : fake::world().containers)
      container.config.image_id = fake::world().images[0].id.text();
  }

  std::string file(const std::string& name, const std::string& text) const {
    base::replace_file(directory_.path() + "/" + name, text);
    return directory_.path() + "/" + name;
  }
  static Words orders() { return std::exchange(fake::world().orders, {}); }
  static const std::string& id(std::size_t at) { return fake::world().containers[at].config.id; }
  static const engine::CreateRequest& created(const Words& options) {
    fake::world().created.reset();
    Words words = {"create"};
    words.insert(words.end(), options.begin(), options.end());
    words.emplace_back("busybox");
    const Said said = vpdmn(words);
    EXPECT_EQ(said.code, 0) << said.err;
    return fake::world().created.value();
  }

  base::TempDir directory_;
};

TEST_F(MoreOptionsTest, APlatformIsSaidWholeOrInParts) {
  EXPECT_EQ(created({"--platform=linux/arm64"}).platform, "linux/arm64");
  EXPECT_EQ(created({"--arch", "arm64"}).platform, "linux/arm64");
  EXPECT_EQ(created({"--arch=arm", "--variant=v6"}).platform, "linux/arm/v6");
  EXPECT_EQ(created({"--os", "linux", "--arch", "riscv64"}).platform, "linux/riscv64");
  EXPECT_EQ(vpdmn({"pull", "--arch", "arm", "--variant", "v7", "--os=linux", "alpine"}).code, 0);
  EXPECT_EQ(fake::world().pull->platform, "linux/arm/v7");
  EXPECT_EQ(created({"--pull", "never"}).pull, engine::PullPolicy::never);
}

TEST_F(MoreOptionsTest, ARegistryIsReachedAsOneCommandSays) {
  EXPECT_EQ(vpdmn({"pull", "--authfile", "/auth.json", "--creds", "me:secret:x", "--cert-dir",
                   directory_.path(), "--tls-verify=false", "alpine"})
                .code,
            0);
  const engine::RegistryAccess& access = fake::world().pull->access;
  EXPECT_EQ(access.credentials_file, "/auth.json");
  EXPECT_EQ(access.login, "me:secret:x");
  EXPECT_EQ(access.certificates, directory_.path());
  EXPECT_TRUE(access.insecure);
  EXPECT_TRUE(created({"--tls-verify=false", "--authfile=/x"}).access.insecure);
  EXPECT_FALSE(created({"--tls-verify"}).access.insecure);
  EXPECT_EQ(vpdmn({"pull", "--creds", "me", "alpine"}).code, 125);
  EXPECT_EQ(vpdmn({"pull", "--cert-dir", "/nonexistent", "alpine"}).code, 125);
}

TEST_F(MoreOptionsTest, VariablesAreTakenAwayAndPassedOn) {
  ::setenv("VXN_TEST_HOST", "yes", 1);
  const engine::CreateRequest& request =
      created({"--env-host", "--unsetenv", "PATH", "--unsetenv", "TERM", "-e", "VXN_TEST_HOST=no"});
  EXPECT_EQ(request.unset_env, (Words{"PATH", "TERM"}));
  EXPECT_EQ(request.env.back(), "VXN_TEST_HOST=no");
  EXPECT_GT(request.env.size(), 1u);
  EXPECT_TRUE(created({"--unsetenv-all"}).unset_all_env);
  EXPECT_EQ(created({}).env, Words{});
}

TEST_F(MoreOptionsTest, PodmansReadOnlyRootLeavesSomePlacesWritable) {
  EXPECT_EQ(created({"--read-only"}).tmpfs.size(), 3u);
  EXPECT_EQ(created({"--read-only", "--tmpfs", "/tmp:size=1m"}).tmpfs.size(), 3u);
  EXPECT_EQ(created({"--read-only", "--read-only-tmpfs=false"}).tmpfs.size(), 0u);
  EXPECT_EQ(created({}).tmpfs.size(), 0u);
  ASSERT_EQ(vdkr({"create", "--read-only", "busybox"}).code, 0);
  EXPECT_EQ(fake::world().created->tmpfs.size(), 0u);
}

TEST_F(MoreOptionsTest, PodmanGivesAUserANameUnlessItIsTold) {
  EXPECT_TRUE(created({}).user_entry);
  EXPECT_FALSE(created({"--passwd=false"}).user_entry);
  ASSERT_EQ(vdkr({"create", "busybox"}).code, 0);
  EXPECT_FALSE(fake::world().created->user_entry);
  ASSERT_EQ(vdkr({"create", "--passwd", "busybox"}).code, 0);
  EXPECT_TRUE(fake::world().created->user_entry);
  EXPECT_EQ(vpdmn({"create", "--passwd=maybe", "busybox"}).code, 125);
}

TEST_F(MoreOptionsTest, AContainerMakesWayForAnotherOfItsName) {
  const Said said = vpdmn({"create", "--replace", "--name", "web", "busybox"});
  EXPECT_EQ(fake::world().removals, Words{"web force"});
  EXPECT_TRUE(said.out.starts_with("web\n")) << said.out;
  created({"--replace", "--name", "free"});
  EXPECT_EQ(vpdmn({"create", "--replace", "busybox"}).err,
            "Error: cannot replace container without --name being set\n");
}

TEST_F(MoreOptionsTest, AnImageGoesWithItsContainer) {
  fake::world().failure.reset();
  EXPECT_EQ(vpdmn({"run", "--rmi", "busybox", "true"}).code, 0);
  EXPECT_TRUE(fake::world().created->auto_remove);
  EXPECT_EQ(fake::world().removals.size(), 1u);
  EXPECT_EQ(vpdmn({"run", "-d", "--rmi", "busybox"}).code, 125);
}

TEST_F(MoreOptionsTest, IdsComeFromFiles) {
  const std::string web = file("web.id", id(0) + "\n");
  for (const char* verb : {"stop", "kill", "pause", "unpause", "restart", "rm"}) {
    const Said said = vpdmn({verb, "--cidfile", web});
    EXPECT_EQ(said.out, std::string(verb) == "rm" ? "" : id(0) + "\n") << verb << said.err;
  }
  EXPECT_EQ(vpdmn({"stop", "--cidfile", web, "done"}).out, "done\n" + id(0) + "\n");
  EXPECT_EQ(vpdmn({"stop", "--cidfile", "/nonexistent"}).code, 125);
}

TEST_F(MoreOptionsTest, NamesThatNothingHasAreForgivenWhereThatIsWanted) {
  for (const Words& words : std::vector<Words>{{"rm", "--ignore", "nil"},
                                               {"rm", "-i", "nil"},
                                               {"stop", "--ignore", "nil"},
                                               {"wait", "--ignore", "nil"}}) {
    const Said said = vpdmn(words);
    EXPECT_EQ(said.code, 0);
    EXPECT_EQ(said.err, "");
  }
  EXPECT_NE(vpdmn({"stop", "nil"}).code, 0);
  EXPECT_EQ(vdkr({"rm", "--depend", "-v", "done"}).code, 0);
  EXPECT_EQ(vpdmn({"rm", "--volumes", "done"}).code, 0);
  orders();
  EXPECT_EQ(vpdmn({"rm", "-f", "--time", "3", "web"}).code, 0);
  EXPECT_EQ(orders(), Words{"stop web"});
  EXPECT_EQ(fake::world().stop.seconds, 3);
}

TEST_F(MoreOptionsTest, TheLastContainerNeedsNoName) {
  EXPECT_EQ(vpdmn({"wait", "--latest"}).out, "0\n");
  EXPECT_EQ(vpdmn({"wait", "--condition", "stopped", "--interval", "250ms", "done"}).out, "3\n");
  EXPECT_EQ(vpdmn({"wait", "--condition", "healthy", "done"}).code, 125);
  EXPECT_EQ(vpdmn({"attach", "-l"}).code, 0);
  EXPECT_EQ(vpdmn({"exec", "--latest", "true"}).code, 0);
  EXPECT_EQ(fake::world().exec.command, Words{"true"});
  EXPECT_EQ(vpdmn({"exec", "--latest"}).code, 125);
  EXPECT_EQ(vpdmn({"inspect", "-l", "-f", "{{.Name}}"}).out, "web\n");
  EXPECT_EQ(vpdmn({"logs", "-l", "-n", "--color"}).code, 0);
  EXPECT_EQ(vpdmn({"restart", "--latest"}).out, id(0) + "\n");
  EXPECT_EQ(vpdmn({"restart", "--running"}).out, id(0) + "\n");
  EXPECT_EQ(vpdmn({"port", "--latest"}).out, "");
  fake::world().containers.clear();
  EXPECT_EQ(vpdmn({"wait", "--latest"}).err, "Error: there are no containers\n");
}

TEST_F(MoreOptionsTest, NoPortIsPublished) {
  EXPECT_EQ(vdkr({"port", "web"}).out, "");
  EXPECT_EQ(vpdmn({"port", "--all"}).code, 0);
  EXPECT_EQ(vdkr({"port", "web", "80"}).err, "vdkr: No public port '80/tcp' published for web\n");
  EXPECT_EQ(vpdmn({"port", "web", "53/udp"}).err,
            "Error: failed to find published port \"53/udp\"\n");
  EXPECT_EQ(vdkr({"port", "web", "http"}).err, "vdkr: invalid port: 'http'\n");
  EXPECT_EQ(vdkr({"port", "nil"}).err, "vdkr: No such container: nil\n");
}

TEST_F(MoreOptionsTest, ListsAreSortedAndBare) {
  EXPECT_EQ(
      vpdmn({"ps", "-a", "--sort", "names", "--noheading", "--format", "table {{.Names}}"}).out,
      "done\nweb\n");
  EXPECT_EQ(vpdmn({"ps", "-a", "--sort=created", "--format", "{{.Names}}"}).out, "done\nweb\n");
  EXPECT_EQ(vpdmn({"ps", "--sort", "colour"}).err, "Error: \"colour\" is nothing to sort by\n");
  EXPECT_EQ(vpdmn({"images", "--sort", "repository", "-n", "--format", "table {{.Tag}}"}).out,
            "3\nlatest\n");
  const Said sized = vdkr({"ps", "-s", "--format", "{{.Names}} {{.Size}}"});
  EXPECT_EQ(sized.out, "web 1MB (virtual 1MB)\n");
  EXPECT_TRUE(vpdmn({"ps", "--size"}).out.find("SIZE") != std::string::npos);
  EXPECT_EQ(vdkr({"inspect", "--size", "-f", "{{.SizeRw}} {{.SizeRootFs}}", "web"}).out,
            "1000000 1001000\n");
}

TEST_F(MoreOptionsTest, ImagesAreFiltered) {
  const std::string name = "{{.Repository}}";
  struct Case {
    Words options;
    const char* names;
  };
  for (const Case& c :
       std::vector<Case>{{{"-f", "label=tier"}, "alpine\n"},
                         {{"-f", "label=tier=core"}, ""},
                         {{"--filter", "reference=alp*"}, "alpine\n"},
                         {{"-f", "reference=*:latest"}, "busybox\n"},
                         {{"-f", "before=alpine:3"}, "busybox\n"},
                         {{"-f", "since=busybox"}, "alpine\n"},
                         {{"-f", "dangling=true"}, ""},
                         {{"-f", "dangling=false", "-f", "label=tier"}, "alpine\n"}}) {
    Words words = {"images", "--format", name};
    words.insert(words.end(), c.options.begin(), c.options.end());
    EXPECT_EQ(vdkr(words).out, c.names) << testing::PrintToString(c.options);
  }
  EXPECT_EQ(vdkr({"images", "-f", "colour=red"}).code, 125);
  EXPECT_EQ(vdkr({"images", "-f", "dangling=perhaps"}).code, 125);
  EXPECT_EQ(vdkr({"images", "-f", "since=nil"}).err, "vdkr: No such image: nil\n");
}

TEST_F(MoreOptionsTest, ImagesAreInspected) {
  EXPECT_EQ(vdkr({"inspect", "-f", "{{.RepoTags}} {{.Config.Labels.tier}}", "alpine:3"}).out,
            "[alpine:3] edge\n");
  EXPECT_EQ(vpdmn({"image", "inspect", "-f", "{{.Id}} {{index .RepoTags 0}}", "alpine:3"}).out,
            fake::world().images[1].id.hex + " docker.io/library/alpine:3\n");
  EXPECT_EQ(vdkr({"inspect", "--type", "container", "alpine:3"}).code, 1);
  EXPECT_EQ(vpdmn({"inspect", "-t", "image", "web"}).code, 125);
}

TEST_F(MoreOptionsTest, AllImagesAreShownAnyway) {
  EXPECT_EQ(vdkr({"images", "-a"}).out, vdkr({"images"}).out);
}

TEST_F(MoreOptionsTest, AllUnusedImagesGo) {
  EXPECT_EQ(vpdmn({"rmi", "--all"}).code, 0);
  EXPECT_EQ(fake::world().removals.size(), 1u);
  EXPECT_EQ(vpdmn({"rmi", "-a", "alpine"}).code, 125);
}

TEST_F(MoreOptionsTest, DetailsOfALogAreNone) {
  fake::world().records = {{.stream = 1, .time = test_now(), .text = "a\nb\n"}};
  EXPECT_EQ(vdkr({"logs", "--details", "web"}).out, " a\n b\n");
}

TEST_F(MoreOptionsTest, ExecTakesAFileOfVariablesAndOtherKeys) {
  const std::string variables = file("env", "A=1\n");
  EXPECT_EQ(vdkr({"exec", "--env-file", variables, "--detach-keys", "ctrl-a", "web", "true"}).code,
            0);
  EXPECT_EQ(fake::world().exec.env, Words{"A=1"});
}

TEST_F(MoreOptionsTest, AGuestsShellStandsBeside) {
  EXPECT_EQ(vdkr({"vshell", "web"}).code, 0);
  EXPECT_TRUE(fake::world().exec.beside);
  EXPECT_EQ(fake::world().exec.command, Words{"/bin/sh"});
  EXPECT_EQ(fake::world().exec.user, "0:0");
  EXPECT_EQ(vdkr({"vshell", "-u", "dora", "web", "id"}).code, 0);
  EXPECT_EQ(fake::world().exec.user, "dora");
  EXPECT_EQ(vdkr({"vrun", "busybox", "id"}).code, 0);
  EXPECT_TRUE(fake::world().created->auto_remove);
  EXPECT_EQ(fake::world().created->entrypoint, Words{});
  EXPECT_EQ(vdkr({"vrun", "busybox"}).code, 0);
  EXPECT_FALSE(fake::world().created->entrypoint);
}

}  // namespace
}  // namespace cli
