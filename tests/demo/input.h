// What the demonstration works on: the files in deploy/.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "voucher/v1/application_service.pb.h"
#include "voucher/v1/program.pb.h"
#include "voucher/v1/registry_service.pb.h"

namespace voucher::demo {

struct Input {
  v1::ProgramRules rules;
  std::vector<v1::PutEnterpriseRequest> enterprises;
  std::vector<v1::PutProviderRequest> providers;
  std::vector<v1::PutProductRequest> products;
  std::vector<v1::SubmitApplicationRequest> applications;
};

// Reads deploy/programs/PROGRAM.textproto and deploy/demo/*.csv; the working directory is the
// repository root. INVALID_ARGUMENT, naming file and line, if anything is wrong or there is less
// than the demonstration promises: 3,000 enterprises, 6 providers, 60 products, 6,000 applications.
absl::StatusOr<Input> ReadInput(absl::string_view program_id);

}  // namespace voucher::demo
