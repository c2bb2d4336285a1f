// import, vimport, and what --change makes of an image.
#include <fcntl.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "cli/wording.h"
#include "frontends/changes.h"
#include "frontends/healthcheck.h"
#include "tests/cli/app_fixture.h"

namespace cli {
namespace {

using Words = std::vector<std::string>;

class ImportTest : public AppTest {
 protected:
  ImportTest() {
    base::replace_file(file_, "a tar");
    ::unsetenv("SOURCE_DATE_EPOCH");
  }
  ~ImportTest() override { ::unsetenv("SOURCE_DATE_EPOCH"); }

  static const engine::ImportRequest& request() { return *fake::world().imported; }
  static std::string id() { return "sha256:" + std::string(64, '3') + "\n"; }

  base::TempDir directory_{testing::TempDir(), "import"};
  std::string file_ = directory_.path() + "/root.tar";
};

TEST_F(ImportTest, AnImageIsItsIdAlone) {
  const Said said = vdkr({"import", "--platform", "linux/arm64", "-m", "why", file_, "app:1"});
  EXPECT_EQ(said.out, id());
  EXPECT_EQ(said.err, "");
  EXPECT_EQ(request().name, "app:1");
  EXPECT_EQ(request().platform, "linux/arm64");
  EXPECT_EQ(request().spec.config.history,
            std::vector{(image::History{.created = test_now(), .comment = "why"})});
  EXPECT_EQ(request().spec.config.created, test_now());
  EXPECT_EQ(fake::world().orders, Words{"import a tar"});
  EXPECT_EQ(vdkr({"image", "import", file_ + ".not"}).code, 1);
  EXPECT_EQ(vdkr({"import"}).code, 1);
  EXPECT_EQ(vdkr({"import", directory_.path()}).err,
            "vdkr: " + directory_.path() + " is a directory; vimport takes one\n");
}

TEST_F(ImportTest, StandardInputAndUrls) {
  const base::UniqueFd input = base::open_file(file_, O_RDONLY);
  EXPECT_EQ(run(frontends::docker_personality("vdkr"), {"import", "-"}, input.get()).out, id());
  EXPECT_EQ(request().name, "");
  EXPECT_EQ(request().spec.config.history[0].comment, "Imported from -");
  const std::string url = "https://host.test/root.tar?x=1";
  EXPECT_EQ(vdkr({"import", url}).out, "Downloading from " + url + "\n" + id());
  EXPECT_EQ(request().spec.config.history[0].comment, "Imported from " + url);
  EXPECT_EQ(vpdmn({"import", url}).out, "Downloading from \"" + url + "\"\n" + id());
  EXPECT_EQ(fake::world().orders, (Words{"import a tar", "import " + url, "import " + url}));
}

TEST_F(ImportTest, PodmansImageIsAsOldAsItsFile) {
  const timespec times[2] = {{1000, 0}, {2000, 5}};
  ASSERT_EQ(utimensat(AT_FDCWD, file_.c_str(), times, 0), 0);
  EXPECT_EQ(
      vpdmn({"import", "-q", "--arch", "arm64", "--os", "linux", "--variant", "v8", file_}).out,
      id());
  EXPECT_EQ(request().platform, "linux/arm64/v8");
  const image::History& step = request().spec.config.history.at(0);
  EXPECT_EQ(step.created, base::WallTime(std::chrono::nanoseconds(2'000'000'000'005)));
  EXPECT_EQ(step.created_by, "/bin/sh -c #(nop) ADD file:{layer} in /");
  EXPECT_EQ(step.comment, "imported from tarball");
}

TEST_F(ImportTest, ABuildSaysHowOldItIs) {
  ::setenv("SOURCE_DATE_EPOCH", "1700000000", 1);
  vpdmn({"import", file_});
  EXPECT_EQ(request().spec.config.created, base::WallTime(std::chrono::seconds(1700000000)));
  ::setenv("SOURCE_DATE_EPOCH", "yesterday", 1);
  EXPECT_EQ(vdkr({"import", file_}).err, "vdkr: SOURCE_DATE_EPOCH is no time: yesterday\n");
}

TEST_F(ImportTest, AChangeThatCannotBeIsToldBeforeAnythingIsRead) {
  const Said said = vdkr({"import", "--change", "RUN x", file_});
  EXPECT_EQ(said.code, 1);
  EXPECT_EQ(said.err, "vdkr: run is not a valid change command\n");
  EXPECT_TRUE(fake::world().orders.empty());
  vdkr({"import", "-c", "CMD a", "--change", "USER b", file_});
  EXPECT_EQ(request().spec.config.cmd, (Words{"/bin/sh", "-c", "a"}));
  EXPECT_EQ(request().spec.config.user, "b");
}

TEST_F(ImportTest, WhatLiesAtAPathIsToldByName) {
  fake::world().loaded = {{.image = fake::image("app:1", '1', 1, test_now()),
                           .names = {image::Reference::parse("app:1")}}};
  const Said said = vdkr({"vimport", "--platform", "linux/arm64", directory_.path(), "app:1"});
  EXPECT_EQ(said.out, "Loaded image: app:1\n");
  EXPECT_EQ(fake::world().vimported->path, directory_.path());
  EXPECT_EQ(fake::world().vimported->name, "app:1");
  EXPECT_EQ(fake::world().vimported->platform, "linux/arm64");
}

TEST_F(ImportTest, WhatIsBuiltElsewhereIsRefusedWithTheWay) {
  for (const Words& words :
       {Words{"build", "-t", "x", "."}, {"provision", "x"}, {"image", "build"}}) {
    const Said said = vdkr(words);
    EXPECT_EQ(said.code, 125);
    EXPECT_EQ(said.out, "");
    EXPECT_NE(said.err.find(words[0]), std::string::npos);
    EXPECT_NE(said.err.find(": images are built elsewhere: `podman build -t NAME .`, then `podman "
                            "save NAME | vdkr load`\n"),
              std::string::npos);
  }
  EXPECT_EQ(vpdmn({"build", "."}).code, 125);
}

struct Changed {
  Words changes;
  image::ImportSpec spec;
};

image::ImportSpec with(image::ImageConfig config) { return {.config = std::move(config)}; }

std::string refusal(image::ImportSpec (*parse)(const Words&), const Words& changes) {
  try {
    parse(changes);
  } catch (const base::Error& error) {
    return error.message();
  }
  return "taken";
}

TEST(DockerChanges, AreLinesOfADockerfile) {
  const Words shell{"/bin/sh", "-c"};
  const Changed cases[] = {
      {{}, {}},
      {{"CMD [\"a\", \"b c\"]"}, with({.cmd = {"a", "b c"}})},
      {{"cmd a  b"}, with({.cmd = {"/bin/sh", "-c", "a  b"}})},
      {{"CMD [\"a\""}, with({.cmd = {"/bin/sh", "-c", "[\"a\""}})},
      {{"CMD"}, with({.cmd = shell})},
      {{"CMD []"}, {}},
      {{"ENTRYPOINT [\"e\"]", "CMD [\"c\"]"}, with({.entrypoint = {"e"}, .cmd = {"c"}})},
      {{"CMD [\"c\"]", "ENTRYPOINT [\"e\"]"}, with({.entrypoint = {"e"}, .cmd = {"c"}})},
      {{"ENV a=1 b=\"two words\" c='$a' d=\\\"x"},
       with({.env = {"a=1", "b=two words", "c=$a", "d=\"x"}})},
      {{"ENV a  one two"}, with({.env = {"a=one two"}})},
      {{"ENV a=1", "ENV b=${a}2 c=$a-${x:-y}-${a:+z}-$x", "ENV a=3 e=$a"},
       with({.env = {"a=3", "b=12", "c=1-y-z-", "e=1"}})},
      {{"ENV a=\"x\\\"y\\$z\\w\""}, with({.env = {"a=x\"y$z\\w"}})},
      {{"ENV p=/opt", "WORKDIR $p", "WORKDIR b/../c", "USER ${p:?unset}"},
       with({.env = {"p=/opt"}, .working_dir = "/opt/c", .user = "/opt"})},
      {{"EXPOSE 80 53/UDP 8000-8002", "EXPOSE 80/tcp 127.0.0.1:1:90"},
       with({.exposed_ports = {"53/udp", "80/tcp", "8000/tcp", "8001/tcp", "8002/tcp", "90/tcp"}})},
      {{"ENV p=\"80 81\"", "EXPOSE $p"},
       with({.env = {"p=80 81"}, .exposed_ports = {"80/tcp", "81/tcp"}})},
      {{"LABEL a=b \"c d\"=\"e f\"", "LABEL g h i"},
       with({.labels = {{"a", "b"}, {"c d", "e f"}, {"g", "h i"}}})},
      {{"VOLUME /a /b", "VOLUME [\"/c d\", \"/a\"]"}, with({.volumes = {"/a", "/b", "/c d"}})},
      {{"ONBUILD RUN x", "ONBUILD copy --from=y a b"},
       {.config = {}, .on_build = {"RUN x", "copy --from=y a b"}}},
      {{"HEALTHCHECK --interval=1m30s --timeout=500ms --start-period=0s --retries=3 CMD a b"},
       {.config = {},
        .healthcheck = image::Healthcheck{.test = {"CMD-SHELL", "a b"},
                                          .interval = 90'000'000'000,
                                          .timeout = 500'000'000,
                                          .retries = 3}}},
      {{"HEALTHCHECK CMD [\"a\", \"b\"]"},
       {.config = {}, .healthcheck = image::Healthcheck{.test = {"CMD", "a", "b"}}}},
      {{"HEALTHCHECK none"}, {.config = {}, .healthcheck = image::Healthcheck{.test = {"NONE"}}}},
      {{"# said\n  USER \\\n  # between\n  me\nWORKDIR /"},
       with({.working_dir = "/", .user = "me"})},
  };
  for (const Changed& one : cases)
    EXPECT_EQ(frontends::docker_changes(one.changes), one.spec)
        << (one.changes.empty() ? "" : one.changes[0]);
}

TEST(DockerChanges, AreRefusedInDockersWords) {
  struct Case {
    const char* change;
    const char* why;
  };
  const Case cases[] = {
      {"", "file with no instructions"},
      {"RUN x", "run is not a valid change command"},
      {"STOPSIGNAL 9", "stopsignal is not a valid change command"},
      {"nonsense", "nonsense is not a valid change command"},
      {"ENV", "ENV requires at least one argument"},
      {"ENV a", "ENV must have two arguments"},
      {"ENV a=1 b", "Syntax error - can't find = in \"b\". Must be of the form: name=value"},
      {"ENV =1", "ENV names can not be blank"},
      {"ENV a='x",
       "failed to process \"'x\": unexpected end of statement while looking for matching "
       "single-quote"},
      {"ENV a=${x", "failed to process \"${x\": missing ':' in substitution"},
      {"ENV a=${x:-y", "failed to process \"${x:-y\": syntax error: missing '}'"},
      {"ENV a=${}", "failed to process \"${}\": syntax error: bad substitution"},
      {"ENV a=${x:?gone}", "failed to process \"${x:?gone}\": x: gone"},
      {"ENV a=${x:!y}", "failed to process \"${x:!y}\": unsupported modifier (!) in substitution"},
      {"ENV --x a=1", "Unknown flag: x"},
      {"LABEL", "LABEL requires at least one argument"},
      {"CMD [1]", "when using JSON array syntax, arrays must be comprised of strings only"},
      {"USER", "USER requires exactly one argument"},
      {"WORKDIR", "WORKDIR requires exactly one argument"},
      {"WORKDIR $x", "cannot normalize nothing"},
      {"VOLUME", "VOLUME requires at least one argument"},
      {"VOLUME [\" \"]", "VOLUME specified can not be an empty string"},
      {"EXPOSE", "EXPOSE requires at least one argument"},
      {"EXPOSE x", "Invalid containerPort: x"},
      {"EXPOSE 70000", "Invalid containerPort: 70000"},
      {"EXPOSE 9-8", "Invalid containerPort: 9-8"},
      {"EXPOSE 80/icmp", "Invalid proto: icmp"},
      {"EXPOSE /tcp", "No port specified: /tcp<empty>"},
      {"ONBUILD", "ONBUILD requires at least one argument"},
      {"ONBUILD onbuild RUN x", "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"},
      {"ONBUILD FROM x", "FROM isn't allowed as an ONBUILD trigger"},
      {"HEALTHCHECK", "HEALTHCHECK requires at least one argument"},
      {"HEALTHCHECK NONE x", "HEALTHCHECK NONE takes no arguments"},
      {"HEALTHCHECK x y", "Unknown type \"X\" in HEALTHCHECK (try CMD)"},
      {"HEALTHCHECK CMD", "Missing command after HEALTHCHECK CMD"},
      {"HEALTHCHECK --interval=5 CMD x", "time: missing unit in duration \"5\""},
      {"HEALTHCHECK --interval=5x CMD x", "time: unknown unit \"x\" in duration \"5x\""},
      {"HEALTHCHECK --interval=x CMD x", "time: invalid duration \"x\""},
      {"HEALTHCHECK --interval=1us CMD x", "Interval \"interval\" cannot be less than 1ms"},
      {"HEALTHCHECK --interval CMD x", "Missing a value on flag: interval"},
      {"HEALTHCHECK --retries=0 CMD x", "--retries must be at least 1 (not 0)"},
      {"HEALTHCHECK --often=0 CMD x", "Unknown flag: often"},
  };
  for (const Case& one : cases)
    EXPECT_EQ(refusal(frontends::docker_changes, {one.change}), one.why);
  std::string nested = "ENV a=";
  for (int i = 0; i < 10'000; ++i) nested += "${x:-";
  EXPECT_NE(refusal(frontends::docker_changes, {nested}), "taken");
}

TEST(PodmanChanges, AreKeysAndValues) {
  const Changed cases[] = {
      {{}, {}},
      {{"CMD=/bin/sh"}, with({.cmd = {"/bin/sh", "-c", "/bin/sh"}})},
      {{"cmd [\"a\", \"b\"]"}, with({.cmd = {"a", "b"}})},
      {{"CMD="}, with({.cmd = {"/bin/sh", "-c"}})},
      {{"ENTRYPOINT [\"e\"]", "CMD=c"}, with({.entrypoint = {"e"}, .cmd = {"/bin/sh", "-c", "c"}})},
      {{"ENTRYPOINT=e", "ENTRYPOINT="}, {}},
      {{"ENV a=\"b c\"", "ENV=d=e", "ENV f"}, with({.env = {"a=b c", "d=e", "f="}})},
      {{"EXPOSE 80", "EXPOSE=53/UDP"}, with({.exposed_ports = {"53/udp", "80/tcp"}})},
      {{"LABEL a=b c", "LABEL \"d\"=\"e\""}, with({.labels = {{"a", "b c"}, {"d", "e"}}})},
      {{"VOLUME /a /b", "VOLUME=[\"/c\"]"}, with({.volumes = {"/a", "/b", "/c"}})},
      {{"WORKDIR /a", "WORKDIR=b/", "WORKDIR ../c"}, with({.working_dir = "/a/c"})},
      {{"USER me", "STOPSIGNAL SIGKILL"}, with({.user = "me", .stop_signal = "9"})},
      {{"ONBUILD RUN x"}, {.config = {}, .on_build = {"RUN x"}}},
  };
  for (const Changed& one : cases)
    EXPECT_EQ(frontends::podman_changes(one.changes), one.spec)
        << (one.changes.empty() ? "" : one.changes[0]);
}

TEST(PodmanChanges, AreRefusedInPodmansWords) {
  struct Case {
    const char* change;
    const char* why;
  };
  const Case cases[] = {
      {"CMD", "must be formatted as KEY VALUE"},
      {"RUN x", "invalid instruction RUN"},
      {"USER ", "must provide a value to USER"},
      {"EXPOSE x", "EXPOSE port must be an integer"},
      {"EXPOSE 0", "EXPOSE port must be a valid port number"},
      {"EXPOSE 80/sctp", "EXPOSE protocol must be TCP or UDP"},
      {"EXPOSE 80/tcp/x", "EXPOSE port must be formatted as PORT[/PROTO]"},
      {"ENV =x", "ENV must have at least one argument"},
      {"LABEL x", "LABEL must be formatted key=value"},
      {"LABEL =x", "LABEL must have a non-empty key"},
      {"VOLUME []", "must provide at least one argument to VOLUME"},
      {"VOLUME [\"\"]", "VOLUME paths must not be empty"},
      {"WORKDIR ", "must provide a non-empty WORKDIR"},
      {"STOPSIGNAL x", "KILLSIGNAL must be given a valid signal"},
      {"ONBUILD ", "ONBUILD must be given an argument"},
  };
  for (const Case& one : cases)
    EXPECT_EQ(refusal(frontends::podman_changes, {one.change}),
              "invalid change " + go_quoted(one.change) + " - " + one.why);
}

}  // namespace
}  // namespace cli
