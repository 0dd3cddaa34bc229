#pragma once

#include <cstddef>

#include <pthread.h>

namespace voucher {

// What the system's tools (top -H, perf, a debugger) call the calling thread.
template <size_t kSize>
void NameThisThread(const char (&name)[kSize]) {
  static_assert(kSize <= 16, "Linux keeps 15 characters");
  pthread_setname_np(pthread_self(), name);
}

}  // namespace voucher
