// How the commands speak that tell of room on the disk and make some.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/list_style.h"
#include "engine/engine.h"

namespace cli {

// What `container prune`, `image prune` and `system prune` say.
struct PruneStyle {
  // Before they ask.
  std::string_view containers;
  std::string_view dangling_images;
  std::string_view unused_images;  // of image prune --all
  std::string_view everything;     // {volumes} {filters}
  std::string_view all;            // likewise, of system prune --all
  std::string_view volumes;        // what becomes {volumes} with --volumes
  std::string_view filters;        // {filters}: what becomes {filters} where there are any
  // Above what went.
  std::string_view container_heading;
  std::string_view image_heading;
  bool bare = false;       // of one kind of things: without heading and total
  bool spaced = false;     // an empty line after each list
  std::string_view total;  // {size}
  // The lines of an image, or of a name of it.
  std::vector<std::string> (*image)(const image::RemovedImage& removed,
                                    const image::NameDefaults& names);
};

// A line of `system df`.
struct DiskUse {
  std::string_view type;  // "Images"
  std::size_t total = 0;
  std::size_t active = 0;
  std::uint64_t bytes = 0;
  std::uint64_t reclaimable = 0;
};

// What `system df --verbose` tells of.
struct DiskUseDetails {
  struct OfImage {
    image::Image image;
    image::ImageSpace space;
    std::size_t containers = 0;
  };
  struct OfContainer {
    engine::Container container;
    std::uint64_t bytes = 0;
  };
  std::vector<OfImage> images;
  std::vector<OfContainer> containers;
};

// One table of `system df --verbose`.
struct DiskUseSection {
  std::string_view heading;
  std::string_view member;  // of the document
  ListTexts texts;
};

struct DiskUseStyle {
  ListStyle<DiskUse> lines;
  // An object of arrays of rows.
  base::Json (*details)(const DiskUseDetails& details, const RowContext& context);
  std::span<const DiskUseSection> sections;
  std::string_view no_format;  // why --verbose takes no --format; empty: it does
};

}  // namespace cli
