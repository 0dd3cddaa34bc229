#include "tests/support/scratch_directory.h"

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <system_error>

#include "absl/strings/str_cat.h"
#include <stdlib.h>

#include "ledger/base/check.h"

namespace voucher::testing {

ScratchDirectory::ScratchDirectory(absl::string_view name) {
  const char* base = std::getenv("TMPDIR");
  path_ =
      absl::StrCat(base != nullptr && *base != '\0' ? base : "/tmp", "/voucher-", name, "-XXXXXX");
  VOUCHER_CHECK(mkdtemp(path_.data()) != nullptr) << "cannot make " << path_;
}

ScratchDirectory::~ScratchDirectory() {
  if (std::getenv("VOUCHER_KEEP_SCRATCH") != nullptr) {
    std::cerr << "kept " << path_ << std::endl;
    return;
  }
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string ScratchDirectory::Path(absl::string_view file) const {
  return absl::StrCat(path_, "/", file);
}

}  // namespace voucher::testing
