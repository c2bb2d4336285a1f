#include "engine/placement.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace engine {
namespace {

TEST(PlacementLine, IsReadAsItWasWritten) {
  const Placement placement{.kind = InstanceKind::memres,
                            .domain = base::Uuid::random(),
                            .slot = 7,
                            .instance = "builds",
                            .read_only_disk = base::Uuid::random()};
  const Placement read = parse_placement(placement_line(placement), "placement");
  EXPECT_EQ(read.kind, InstanceKind::memres);
  EXPECT_EQ(read.domain, placement.domain);
  EXPECT_EQ(read.slot, 7u);
  EXPECT_EQ(read.instance, "builds");
  EXPECT_EQ(read.read_only_disk, placement.read_only_disk);
}

TEST(PlacementLine, IsRefusedWhereItIsNone) {
  const std::string id = base::Uuid::random().text();
  for (const std::string& line :
       {std::string(), "builds " + id, "builds x 1 " + id, "builds " + id + " -1 " + id,
        "builds " + id + " 1", "builds " + id + " 1 x", "builds " + id + " 1 " + id + " 2"})
    EXPECT_THROW(parse_placement(line, "placement"), base::Error) << line;
}

}  // namespace
}  // namespace engine
