#include "tests/support/shipped_program.h"

#include <fstream>
#include <sstream>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"

namespace voucher {

absl::StatusOr<v1::ProgramRules> ReadShippedProgram(const std::string& program_id) {
  const std::string path = absl::StrCat("deploy/programs/", program_id, ".textproto");
  std::ifstream file(path);
  if (!file) return absl::NotFoundError(absl::StrCat("cannot open ", path));
  std::ostringstream text;
  text << file.rdbuf();
  v1::ProgramRules rules;
  if (!google::protobuf::TextFormat::ParseFromString(text.str(), &rules)) {
    return absl::InvalidArgumentError(absl::StrCat("cannot parse ", path));
  }
  return rules;
}

}  // namespace voucher
