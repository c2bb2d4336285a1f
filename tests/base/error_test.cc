#include "base/error.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace base {
namespace {

TEST(Error, KeepsItsKindOneLevelUp) {
  const Error inner(ErrorKind::denied, "GET https://registry/: 403 Forbidden");
  const Error outer = inner.within("pulling alpine");
  EXPECT_EQ(outer.kind(), ErrorKind::denied);
  EXPECT_EQ(outer.message(), "pulling alpine: GET https://registry/: 403 Forbidden");
}

TEST(Error, ANumberOfTheSystemHasAKind) {
  struct Case {
    int number;
    ErrorKind kind;
    const char* text;
  };
  const Case cases[] = {
      {ENOENT, ErrorKind::not_found, "x: No such file or directory"},
      {EEXIST, ErrorKind::already_exists, "x: File exists"},
      {EACCES, ErrorKind::denied, "x: Permission denied"},
      {ENOSPC, ErrorKind::unavailable, "x: No space left on device"},
      {EINTR, ErrorKind::interrupted, "x: Interrupted system call"},
      {ENOSYS, ErrorKind::unsupported, "x: Function not implemented"},
      {EINVAL, ErrorKind::failure, "x: Invalid argument"},
      {99999, ErrorKind::failure, "x: unknown error 99999"},
  };
  for (const Case& c : cases) {
    const Error error = errno_error(c.number, "x");
    EXPECT_EQ(error.kind(), c.kind) << c.text;
    EXPECT_EQ(error.message(), c.text);
  }
}

TEST(Error, ThrowErrnoTellsTheCurrentNumber) {
  try {
    errno = EEXIST;
    throw_errno("making /x");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::already_exists);
    EXPECT_EQ(error.message(), "making /x: File exists");
  }
}

TEST(ErrorKind, EveryWordIsReadBack) {
  for (int i = 0; i <= static_cast<int>(ErrorKind::interrupted); ++i) {
    const auto kind = static_cast<ErrorKind>(i);
    ErrorKind read{};
    ASSERT_TRUE(parse_error_kind(to_string(kind), read)) << i;
    EXPECT_EQ(read, kind);
  }
}

TEST(ErrorKind, AnotherWordIsRefusedAndChangesNothing) {
  ErrorKind kind = ErrorKind::corrupt;
  EXPECT_FALSE(parse_error_kind("", kind));
  EXPECT_FALSE(parse_error_kind("Corrupt", kind));
  EXPECT_EQ(kind, ErrorKind::corrupt);
}

TEST(Doing, TellsTheStoryOfAFailureAndReturnsWhatWorkReturns) {
  EXPECT_EQ(doing("counting", [] { return 7; }), 7);
  int number = 1;
  doing("counting", [&]() -> int& { return number; }) = 2;
  EXPECT_EQ(number, 2);
  try {
    doing("pulling alpine", [] { throw Error(ErrorKind::corrupt, "bad layer"); });
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "pulling alpine: bad layer");
    EXPECT_EQ(error.kind(), ErrorKind::corrupt);
  }
}

}  // namespace
}  // namespace base
