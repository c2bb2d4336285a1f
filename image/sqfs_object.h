// libsquashfs's objects as owned values, its view of a descriptor, and what its numbers mean.
#pragma once

#include <sqfs/io.h>
#include <sqfs/predef.h>

#include <cstdint>
#include <memory>
#include <string_view>

namespace image {

struct SqfsDestroy {
  template <typename Object>
  void operator()(Object* object) const {
    sqfs_destroy(object);
  }
};
template <typename Object>
using SqfsPtr = std::unique_ptr<Object, SqfsDestroy>;

struct SqfsFree {
  void operator()(void* memory) const { sqfs_free(memory); }
};
template <typename Value>
using SqfsMemory = std::unique_ptr<Value, SqfsFree>;

// A borrowed descriptor as libsquashfs reads and writes it. It remembers why the first operation
// failed, which libsquashfs itself reduces to "input/output".
class SqfsFile {
 public:
  // `size`: of the file now; nothing is read or written beyond `limit` bytes.
  SqfsFile(int fd, std::uint64_t size, std::uint64_t limit);
  ~SqfsFile();
  SqfsFile(const SqfsFile&) = delete;
  SqfsFile& operator=(const SqfsFile&) = delete;

  sqfs_file_t* get() const;
  std::uint64_t size() const;
  // Throws the first failure of this file ("WHAT: No space left on device"), else what a negative
  // `result` of libsquashfs stands for. To be asked after each call: failed writes are not told to
  // libsquashfs.
  void check(int result, std::string_view what) const;
  // The same for one that allocates.
  template <typename Object>
  Object* made(Object* object, std::string_view what) const {
    if (object == nullptr) check(-1, what);
    return object;
  }

  struct State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace image
