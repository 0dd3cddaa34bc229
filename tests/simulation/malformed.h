// Spoils well-formed commands.
#pragma once

#include <cstdint>
#include <string>

#include "tests/simulation/random.h"
#include "voucher/v1/entry.pb.h"

namespace voucher::simulation {

// Makes one field of a command that is well-formed at `now` malformed. Returns the field, the only
// one that ValidateCommand must name.
std::string MakeMalformed(v1::Command* command, int64_t now, Random* random);

}  // namespace voucher::simulation
