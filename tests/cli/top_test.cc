#include "tests/cli/app_fixture.h"

namespace cli {
namespace {

class TopTest : public AppTest {
 protected:
  TopTest() {
    fake::world().containers = {
        fake::container("web", engine::Running{}, before_now(90)),
        fake::container("done", engine::Exited{.code = 3}, before_now(61)),
    };
    fake::world().processes = {.memory = 64 << 20,
                               .processes = {{.pid = 1,
                                              .uid = 0,
                                              .user = "root",
                                              .terminal = 136 << 8 | 3,
                                              .state = "S",
                                              .cpu = base::Milliseconds(3'723'500),
                                              .started = before_now(90'061),
                                              .virtual_bytes = 3 << 20,
                                              .resident_bytes = 1 << 20,
                                              .name = "sh",
                                              .command = "sh -c x"},
                                             {.pid = 17,
                                              .parent = 1,
                                              .group = 17,
                                              .session = 1,
                                              .uid = 1000,
                                              .user = "dora",
                                              .state = "R",
                                              .nice = 5,
                                              .threads = 2,
                                              .cpu = base::Milliseconds(500),
                                              .started = before_now(5),
                                              .name = "sleep",
                                              .command = "sleep 600"}}};
  }
};

TEST_F(TopTest, DockerShowsWhatPsDoes) {
  const Said said = vdkr({"top", "web"});
  EXPECT_EQ(said.err, "");
  EXPECT_EQ(said.out,
            "UID                 PID                 PPID                C                   STIME "
            "       "
            "       TTY                 TIME                CMD\n"
            "root                1                   0                   4                   Jan01 "
            "       "
            "       pts/3               01:02:03            sh -c x\n"
            "dora                17                  1                   10                  03:04 "
            "       "
            "       ?                   00:00:00            sleep 600\n");
}

TEST_F(TopTest, OptionsOfPsChooseColumns) {
  struct Case {
    std::vector<std::string> words;
    const char* header;
    const char* last;
  };
  for (const Case& c : std::vector<Case>{
           {{"-o", "pid,comm"}, "PID COMMAND", "17 sleep"},
           {{"-eo", "pid,ppid,pgid,sid"}, "PID PPID PGID SID", "17 1 17 1"},
           {{"-opid", "-o", "etime,etimes,nlwp,ni"},
            "PID ELAPSED ELAPSED NLWP NI",
            "17 00:05 5 2 5"},
           {{"o", "uid,user,stat,%cpu"}, "UID USER STAT %CPU", "1000 dora R 10.0"},
           {{"aux"},
            "USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND",
            "dora 17 10.0 0.0 0 0 ? R 03:04 00:00:00 sleep 600"},
           {{"-ef"},
            "UID PID PPID C STIME TTY TIME CMD",
            "dora 17 1 10 03:04 ? 00:00:00 sleep 600"},
       }) {
    std::vector<std::string> words = {"top", "web"};
    words.insert(words.end(), c.words.begin(), c.words.end());
    const Said said = vdkr(words);
    EXPECT_EQ(said.err, "");
    std::string text;
    for (const char byte : said.out)
      if (byte != ' ' || text.back() != ' ') text += byte;
    EXPECT_TRUE(text.starts_with(std::string(c.header) + "\n")) << text;
    EXPECT_TRUE(text.ends_with(std::string("\n") + c.last + "\n")) << text;
  }
}

TEST_F(TopTest, PodmanHasNamesOfItsOwn) {
  const Said said = vpdmn({"top", "-l", "pid,user", "etime", "time", "pcpu", "comm"});
  EXPECT_EQ(said.code, 125);  // the last one does not run
  EXPECT_EQ(said.err, "Error: top can only be used on running containers\n");
  EXPECT_EQ(vpdmn({"top", "web", "pid,user", "etime", "time", "pcpu", "comm"}).out,
            "PID         USER        ELAPSED     TIME        %CPU        COMMAND\n"
            "1           root        25h1m1s     1h2m3.5s    4.134       sh\n"
            "17          dora        5s          0.5s        10.000      sleep\n");
  EXPECT_TRUE(vpdmn({"top", "web"})
                  .out.starts_with("USER        PID         PPID        %CPU        ELAPSED "));
  EXPECT_TRUE(vpdmn({"top", "web", "-eo", "pid"}).out.starts_with("PID\n1\n"));
}

TEST_F(TopTest, WhatCannotBeShownIsRefused) {
  EXPECT_EQ(vdkr({"top", "done"}).err,
            "vdkr: Container " + fake::world().containers[1].config.id + " is not running\n");
  EXPECT_EQ(vdkr({"top", "nil"}).err, "vdkr: No such container: nil\n");
  EXPECT_EQ(vdkr({"top", "web", "-o", "colour"}).err,
            "vdkr: ps: error: unknown user-defined format specifier \"colour\"\n");
  EXPECT_EQ(vpdmn({"top", "web", "colour"}).err, "Error: unknown descriptor: 'colour'\n");
  for (const char* word : {"-z", "-o", "-", "x7"})
    EXPECT_NE(vdkr({"top", "web", word}).code, 0) << word;
  EXPECT_EQ(fake::world().orders, std::vector<std::string>{});
}

}  // namespace
}  // namespace cli
