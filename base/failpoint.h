// Named points at which a test can end or stop a process; nothing at all in release builds.
#pragma once

namespace base {

#ifdef VXN_FAILPOINTS
// Where VXN_FAILPOINT is "NAME" (or one of several with commas), says so on standard error and
// kills this process with SIGKILL; "NAME:error" throws base::Error; "NAME:sleep" pauses 2 s. The
// name is "process.step".
void failpoint(const char* name);
// True every other time where VXN_FAILPOINT has "NAME:again": the caller does as if it had to begin
// anew.
bool failpoint_again(const char* name);
// Who starts a successor of a process that died calls it first, so that the successor lives.
void forget_failpoints();
#else
inline void failpoint(const char*) {}
inline bool failpoint_again(const char*) { return false; }
inline void forget_failpoints() {}
#endif

}  // namespace base
