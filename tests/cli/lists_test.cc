#include <nlohmann/json.hpp>

#include "base/json.h"
#include "tests/cli/app_fixture.h"
#include "tests/cli/golden.h"

namespace cli {
namespace {

const std::string golden = VXN_GOLDEN_DIR "/";

class ListTest : public AppTest {
 protected:
  ListTest() {
    constexpr int minute = 60;
    constexpr int week = 7 * 24 * 3600;
    fake::World& world = fake::world();
    world.images = {
        fake::image("alpine:3.20", '1', 7'050'000, before_now(3 * week)),
        fake::image("registry.example:5000/team/tool:v1", '2', 1'240'000'000, before_now(90)),
        fake::image("", '3', 512, before_now(3600)),
    };
    world.images[0].tags.push_back(image::Reference::parse("alpine:latest"));
    world.containers = {
        fake::container("first", engine::Created{}, before_now(2 * week)),
        fake::container("server", engine::Running{.boot_id = "", .started = before_now(5 * minute)},
                        before_now(6 * minute)),
        fake::container(
            "done", engine::Exited{.code = 3, .started = before_now(90), .finished = before_now(5)},
            before_now(91)),
    };
    world.containers[1].config.argv = {"sh", "-c", "while :; do echo \"x\"; sleep 1; done"};
    world.containers[1].config.labels = {{"a", "1"}, {"b", ""}};
    world.containers[1].config.image = "registry.example:5000/team/tool";
    world.containers[2].config.argv = {"printf", "\x1b[31m\n"};
  }
};

struct Filtered {
  std::vector<std::string> options;
  std::string names;  // of what is shown, each with a newline
};

TEST_F(ListTest, ContainersAreFilteredAsDockerDoes) {
  const std::string id = fake::world().containers[1].config.id;
  const Filtered cases[] = {
      {{}, "server\n"},
      {{"-f", "status=exited"}, "done\n"},
      {{"-f", "status=exited", "-f", "status=created"}, "done\nfirst\n"},
      {{"-f", "exited=3"}, "done\n"},
      {{"-f", "exited=4"}, ""},
      {{"-a", "-f", "name=.*s.*"}, "server\nfirst\n"},
      {{"-a", "-f", "name=^/done$"}, "done\n"},
      {{"-f", "name=done"}, ""},
      {{"-f", "id=" + id.substr(0, 4)}, "server\n"},
      {{"-f", "label=a"}, "server\n"},
      {{"-f", "label=a=1", "-f", "label=b="}, "server\n"},
      {{"-f", "label=a", "-f", "label=c"}, ""},
      {{"-a", "--filter=ancestor=busybox:latest"}, "done\nfirst\n"},
      {{"-a", "-f", "before=server"}, "first\n"},
      {{"-a", "-f", "since=server"}, "done\n"},
      {{"-n", "2"}, "done\nserver\n"},
      {{"-n", "0"}, ""},
      {{"--last=-1"}, "server\n"},
      {{"-l"}, "done\n"},
  };
  for (const Filtered& c : cases) {
    std::vector<std::string> words = {"ps", "--format", "{{.Names}}"};
    words.insert(words.end(), c.options.begin(), c.options.end());
    const Said said = vdkr(words);
    EXPECT_EQ(said.err, "") << testing::PrintToString(c.options);
    EXPECT_EQ(said.out, c.names) << testing::PrintToString(c.options);
  }
  for (const std::vector<std::string>& wrong : std::vector<std::vector<std::string>>{
           {"ps", "-f", "colour=red"}, {"ps", "-f", "name"}, {"ps", "-n", "x"}})
    EXPECT_EQ(vdkr(wrong).code, 125) << testing::PrintToString(wrong);
  EXPECT_EQ(vdkr({"ps", "-f", "name=("}).code, 1);
  EXPECT_EQ(vdkr({"ps", "-f", "since=nil"}).err, "vdkr: No such container: nil\n");
}

TEST_F(ListTest, TheTablesLookAsEachToolsDo) {
  const std::vector<std::vector<std::string>> commands = {
      {"ps"},
      {"ps", "-a"},
      {"ps", "-a", "--no-trunc"},
      {"images"},
      {"images", "--digests"},
      {"images", "--no-trunc"},
      {"images", "alpine"},
      {"ps", "-a", "--format", "table {{.Names}}\\t{{.State}}"},
  };
  for (const auto& [name, run] :
       {std::pair{"docker", &ListTest::vdkr}, std::pair{"podman", &ListTest::vpdmn}}) {
    std::string text;
    for (const std::vector<std::string>& command : commands) {
      text += "$ " + testing::PrintToString(command) + "\n";
      const Said said = run(command);
      EXPECT_EQ(said.code, 0) << said.err;
      text += said.out;
    }
    expect_golden(golden + "tables." + name + ".txt", text);
  }
}

TEST_F(ListTest, NothingIsAHeaderAlone) {
  fake::world().images.clear();
  fake::world().containers.clear();
  EXPECT_EQ(vdkr({"ps"}).out,
            "CONTAINER ID   IMAGE     COMMAND   CREATED   STATUS    PORTS     NAMES\n");
  EXPECT_EQ(vdkr({"images"}).out, "REPOSITORY   TAG       IMAGE ID   CREATED   SIZE\n");
  EXPECT_EQ(vpdmn({"ps"}).out,
            "CONTAINER ID  IMAGE       COMMAND     CREATED     STATUS      PORTS       NAMES\n");
  EXPECT_EQ(vpdmn({"images"}).out, "REPOSITORY  TAG         IMAGE ID    CREATED     SIZE\n");
  EXPECT_EQ(vpdmn({"images", "--format", "json"}).out, "[]\n");
  EXPECT_EQ(vdkr({"images", "--format", "json"}).out, "");
}

TEST_F(ListTest, QuietGivesIdsAndPodmanEachOnce) {
  EXPECT_EQ(vdkr({"ps", "-q"}).out, "666666666666\n");
  EXPECT_EQ(vpdmn({"ps", "-aq"}).out, "444444444444\n666666666666\n555555555555\n");
  EXPECT_EQ(vdkr({"images", "-q"}).out, "111111111111\n111111111111\n222222222222\n333333333333\n");
  EXPECT_EQ(vpdmn({"images", "-q"}).out, "111111111111\n222222222222\n333333333333\n");
  EXPECT_EQ(vdkr({"images", "-q", "--no-trunc", "registry.example:5000/team/tool:v1"}).out,
            "sha256:" + std::string(64, '2') + "\n");
}

TEST_F(ListTest, FormatsAreTemplatesOverTheRows) {
  EXPECT_EQ(vdkr({"ps", "--format", "{{.ID}} {{.Names}}\\t{{.Image}}"}).out,
            "666666666666 server\tregistry.example:5000/team/tool\n");
  EXPECT_EQ(vdkr({"images", "--format", "{{.Repository}}:{{.Tag}}", "alpine:3.20"}).out,
            "alpine:3.20\n");
  const Said refused = vdkr({"ps", "--format", "{{.Foo}}"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_TRUE(refused.err.starts_with("vdkr: template: can't evaluate field Foo")) << refused.err;
  EXPECT_EQ(refused.out, "");
}

TEST_F(ListTest, JsonIsALineForEachRowWithDockerAndADocumentWithPodman) {
  const Said docker = vdkr({"ps", "-a", "--format", "json"});
  const std::string first = docker.out.substr(0, docker.out.find('\n'));
  const base::Json row = base::parse_json(first, "row");
  EXPECT_EQ(row.at("Names"), "done");
  EXPECT_EQ(row.at("Status"), "Exited (3) 5 seconds ago");
  EXPECT_EQ(row.at("CreatedAt"), "2026-01-02 03:02:34 +0000 UTC");
  EXPECT_EQ(vdkr({"ps", "-a", "--format", "{{json .}}"}).out, docker.out);

  const base::Json all = base::parse_json(vpdmn({"ps", "-a", "--format", "json"}).out, "all");
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].at("Id"), std::string(64, '4'));
  EXPECT_EQ(all[0].at("Exited"), true);
  EXPECT_EQ(all[0].at("ExitCode"), 3);
  EXPECT_EQ(all[1].at("Image"), "registry.example:5000/team/tool:latest");
  EXPECT_EQ(all[1].at("State"), "running");
  EXPECT_EQ(all[1].at("Command").size(), 3u);
  const base::Json images = base::parse_json(vpdmn({"images", "--format", "json"}).out, "images");
  ASSERT_EQ(images.size(), 3u);
  EXPECT_EQ(images[0].at("Names").size(), 2u);
  EXPECT_EQ(images[1].at("Size"), 1'240'000'000);
  EXPECT_TRUE(images[0].at("RepoTags").is_null());
  EXPECT_EQ(images[0].at("History"), images[0].at("Names"));
}

TEST_F(ListTest, AnImagesNameIsAPattern) {
  const std::vector<std::string> names{"images", "--format", "{{.Repository}}:{{.Tag}}"};
  const auto with = [&](const std::string& pattern) {
    std::vector<std::string> words = names;
    words.push_back(pattern);
    return words;
  };
  EXPECT_EQ(vdkr(with("alp*:3*")).out, "alpine:3.20\n");
  EXPECT_EQ(vdkr(with("tool")).out, "") << "docker wants the whole of it";
  EXPECT_EQ(vpdmn(with("tool")).out, "registry.example:5000/team/tool:v1\n");
  EXPECT_EQ(vpdmn(with("team/tool:v1")).out, "registry.example:5000/team/tool:v1\n");
  EXPECT_EQ(vpdmn(with("alpine:3.20")).out,
            "docker.io/library/alpine:3.20\ndocker.io/library/alpine:latest\n")
      << "podman shows all names of an image that fits";
}

TEST_F(ListTest, ARowInJsonIsSafeInHtmlAsDockersIs) {
  const std::string tool = "registry.example:5000/team/tool";
  const std::string row = vdkr({"images", "--format", "json", tool}).out;
  EXPECT_NE(row.find(R"("Digest":"\u003cnone\u003e")"), std::string::npos) << row;
  EXPECT_EQ(vdkr({"images", "--format", "{{.Tag}} {{.Digest}}", tool}).out,
            "v1 sha256:" + std::string(63, '2') + "0\n");
}

TEST_F(ListTest, SpacesInPodmansTablesAreColumns) {
  EXPECT_EQ(vpdmn({"images", "--format", "table {{.ID}} {{.Tag}}", "team/tool"}).out,
            "IMAGE ID      TAG\n222222222222  v1\n");
  EXPECT_EQ(vdkr({"images", "--format", "table {{.Tag}} {{.ID}}", "alpine:3.20"}).out,
            "TAG IMAGE ID\n3.20 111111111111\n");
}

TEST_F(ListTest, OneLabelIsShown) {
  const std::string format = "{{.Names}}:{{.Label \"a\"}}{{.Label \"b\" | len}}{{.Label \"c\"}}";
  EXPECT_EQ(vdkr({"ps", "--format", format}).out, "server:10\n");
  EXPECT_EQ(vpdmn({"ps", "--format", format}).out, "server:10\n");
  EXPECT_EQ(vdkr({"ps", "--format", "table {{.Label \"com.example.my-thing_x\"}}"}).out,
            "my thing x\n\n");
  EXPECT_EQ(vdkr({"ps", "--format", "json"}).out.find("\"Label\""), std::string::npos);
  EXPECT_EQ(vdkr({"ps", "--format", "{{.Label}}"}).code, 1);
  EXPECT_EQ(vdkr({"ps", "--format", "{{.Label 1}}"}).code, 1);
  EXPECT_EQ(vdkr({"images", "--format", "{{.Label \"a\"}}"}).code, 1);
}

TEST_F(ListTest, PodmanLeavesOutWhoIsPaused) {
  std::vector<engine::Container>& containers = fake::world().containers;
  for (engine::Container& container : containers)
    if (auto* running = std::get_if<engine::Running>(&container.state)) running->paused = true;
  EXPECT_EQ(vdkr({"ps", "--format", "{{.Names}} {{.State}}"}).out, "server paused\n");
  EXPECT_EQ(vpdmn({"ps", "--format", "{{.Names}}"}).out, "");
  EXPECT_EQ(vpdmn({"ps", "-f", "status=paused", "--format", "{{.Names}} {{.State}}"}).out,
            "server Paused\n");
}

TEST_F(ListTest, VersionAndInfoAreDocuments) {
  fake::world().host = {.containers = 3,
                        .running = 1,
                        .stopped = 2,
                        .images = 4,
                        .hypervisor = "Xen 4.17.5",
                        .guest_kernel = "6.1.0-30-amd64",
                        .operating_system = "Debian GNU/Linux 12 (bookworm)",
                        .kernel = "6.1.0-29-amd64",
                        .architecture = "x86_64",
                        .host_name = "box",
                        .cpus = 2,
                        .memory_total = 8200000000,
                        .memory_free = 1073741824};
  for (const auto& [name, run] :
       {std::pair{"docker", &ListTest::vdkr}, std::pair{"podman", &ListTest::vpdmn}}) {
    std::string text;
    for (const char* command : {"version", "info"}) {
      const Said said = run({"--data-root", "/data", "--run-root", "/runtime",
                             "--insecure-registry", "localhost:5000", command});
      EXPECT_EQ(said.code, 0) << said.err;
      text += std::string("$ ") + command + "\n" + said.out;
      const Said json = run({command, "--format", "json"});
      EXPECT_TRUE(base::parse_json(json.out, "json").is_object());
    }
    expect_golden(golden + "documents." + name + ".txt", text);
  }
  EXPECT_EQ(vdkr({"version", "--format", "{{.Server.Version}}"}).out, VXN_VERSION "\n");
  EXPECT_EQ(vdkr({"info", "-f", "{{.ContainersRunning}}/{{.NCPU}}"}).out, "1/2\n");
  EXPECT_EQ(vpdmn({"info", "-f", "{{.Host.Arch}}"}).out,
            vpdmn({"info", "-f", "{{.host.arch}}"}).out);
}

}  // namespace
}  // namespace cli
