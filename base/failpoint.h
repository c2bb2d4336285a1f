// Named points at which a test can end or stop a process; nothing at all in release builds.
#pragma once

namespace base {

#ifdef VXN_FAILPOINTS
// Where VXN_FAILPOINT is "NAME" (or one of several with commas), kills this process with SIGKILL;
// "NAME:error" throws base::Error; "NAME:sleep" pauses 2 s. The name is "process.step".
void failpoint(const char* name);
#else
inline void failpoint(const char*) {}
#endif

}  // namespace base
