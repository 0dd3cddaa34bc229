// A directory for one test.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace voucher::testing {

// A new, empty directory under $TMPDIR (or /tmp), removed with everything in it on destruction
// unless VOUCHER_KEEP_SCRATCH is set in the environment; its path is then printed.
class ScratchDirectory {
 public:
  // `name` becomes part of the path. Aborts if the directory cannot be made.
  explicit ScratchDirectory(absl::string_view name);
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  const std::string& path() const { return path_; }
  // Path of a file in it.
  std::string Path(absl::string_view file) const;

 private:
  std::string path_;
};

}  // namespace voucher::testing
