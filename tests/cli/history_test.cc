#include "tests/cli/app_fixture.h"

namespace cli {
namespace {

class HistoryTest : public AppTest {
 protected:
  HistoryTest() {
    image::Image image = fake::image("app:1", '1', 3'000'000, before_now(60));
    image.config.history = {
        {.created = before_now(7200), .created_by = "ADD rootfs.tar.xz /", .comment = "base"},
        {.created = before_now(3600), .created_by = "CMD [\"sh\"]", .empty_layer = true},
        {.created = before_now(60),
         .created_by = "RUN /bin/sh -c\tapt-get update && apt-get install -y everything"}};
    image.layers = {{.tar_bytes = 2'048'000, .content_bytes = 2'000'000},
                    {.tar_bytes = 1'010'000, .content_bytes = 1'000'000}};
    fake::world().images = {image};
  }
};

TEST_F(HistoryTest, TheLatestStepIsFirstAndHasTheId) {
  EXPECT_EQ(vdkr({"history", "app:1"}).out,
            "IMAGE          CREATED              CREATED BY                                      "
            "SIZE      COMMENT\n"
            "111111111111   About a minute ago   RUN /bin/sh -c apt-get update && apt-get ins…   "
            "1MB       \n"
            "<missing>      About an hour ago    CMD [\"sh\"]                                      "
            "0B        \n"
            "<missing>      2 hours ago          ADD rootfs.tar.xz /                             "
            "2MB       base\n");
  const std::string podman = vpdmn({"image", "history", "app:1"}).out;
  EXPECT_EQ(podman.substr(0, 3), "ID ");
  EXPECT_NE(podman.find("apt-get i...  1.01 MB"), std::string::npos) << podman;
}

TEST_F(HistoryTest, ItCanBeWholeAndExact) {
  const Said said = vdkr({"history", "--no-trunc", "-H=false", "app:1"});
  EXPECT_NE(said.out.find("sha256:" + std::string(64, '1')), std::string::npos);
  EXPECT_NE(said.out.find("install -y everything   1000000 "), std::string::npos) << said.out;
  EXPECT_NE(said.out.find("2026-01-02T02:04:05Z"), std::string::npos) << said.out;
  EXPECT_EQ(vdkr({"history", "--human=false", "--format", "{{.Size}}", "app:1"}).out,
            "1000000\n0\n2000000\n");
  EXPECT_EQ(vpdmn({"history", "-q", "app:1"}).out, "111111111111\n<missing>\n<missing>\n");
  EXPECT_EQ(vdkr({"history", "--quiet", "--no-trunc", "app:1"}).out.substr(0, 7), "sha256:");
  EXPECT_EQ(vpdmn({"history", "--quiet", "--no-trunc", "app:1"}).out.substr(0, 7), "1111111");
}

TEST_F(HistoryTest, PodmansJsonIsOneDocument) {
  const std::string text = vpdmn({"history", "--format", "json", "app:1"}).out;
  EXPECT_TRUE(text.starts_with(
      R"([{"id":")" + std::string(64, '1') +
      R"(","created":"2026-01-02T03:03:05Z","CreatedBy":"RUN /bin/sh -c apt-get update \u0026\u0026 )"
      R"(apt-get install -y everything","size":1010000,"Created":"2026-01-02T03:03:05Z"},)"
      R"({"id":"\u003cmissing\u003e",)"))
      << text;
  EXPECT_NE(text.find(R"("comment":"base")"), std::string::npos) << text;
}

TEST_F(HistoryTest, WhatIsNotThereIsTold) {
  EXPECT_EQ(vdkr({"history", "none"}).code, 1);
  EXPECT_EQ(vpdmn({"history", "none"}).code, 125);
}

}  // namespace
}  // namespace cli
