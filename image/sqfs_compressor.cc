#include "image/sqfs_compressor.h"

#include <new>
#include <utility>

namespace image {

namespace {

struct Wrapper {
  sqfs_compressor_t base{};  // first: libsquashfs hands a pointer to it back
  SqfsPtr<sqfs_compressor_t> inner;
};

Wrapper* wrapper_of(void* object) { return static_cast<Wrapper*>(object); }

sqfs_compressor_t* wrap(SqfsPtr<sqfs_compressor_t> wrapped) {
  auto* wrapper = new (std::nothrow) Wrapper;
  if (wrapper == nullptr) return nullptr;
  wrapper->inner = std::move(wrapped);
  wrapper->base.base.destroy = [](sqfs_object_t* self) { delete wrapper_of(self); };
  wrapper->base.base.copy = [](const sqfs_object_t* self) -> sqfs_object_t* {
    const auto* from = reinterpret_cast<const Wrapper*>(self);
    auto* copy = static_cast<sqfs_compressor_t*>(sqfs_copy(from->inner.get()));
    return copy == nullptr
               ? nullptr
               : reinterpret_cast<sqfs_object_t*>(wrap(SqfsPtr<sqfs_compressor_t>(copy)));
  };
  wrapper->base.get_configuration = [](const sqfs_compressor_t* self,
                                       sqfs_compressor_config_t* config) {
    const auto& inner = reinterpret_cast<const Wrapper*>(self)->inner;
    inner->get_configuration(inner.get(), config);
  };
  wrapper->base.write_options = [](sqfs_compressor_t* self, sqfs_file_t* file) {
    const auto& inner = wrapper_of(self)->inner;
    return inner->write_options(inner.get(), file);
  };
  wrapper->base.read_options = [](sqfs_compressor_t* self, sqfs_file_t* file) {
    const auto& inner = wrapper_of(self)->inner;
    return inner->read_options(inner.get(), file);
  };
  wrapper->base.do_block = [](sqfs_compressor_t* self, const sqfs_u8* in, sqfs_u32 size,
                              sqfs_u8* out, sqfs_u32 room) {
    const auto& inner = wrapper_of(self)->inner;
    const sqfs_s32 result = inner->do_block(inner.get(), in, size, out, room);
    return result >= 0 && static_cast<sqfs_u32>(result) >= size ? 0 : result;
  };
  return &wrapper->base;
}

}  // namespace

SqfsPtr<sqfs_compressor_t> never_growing(SqfsPtr<sqfs_compressor_t> inner) {
  sqfs_compressor_t* wrapped = wrap(std::move(inner));
  if (wrapped == nullptr) throw std::bad_alloc();
  return SqfsPtr<sqfs_compressor_t>(wrapped);
}

}  // namespace image
