// Names of enterprises as a public notice shows them.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace voucher::cli {

// A name whose middle is replaced by four asterisks, always four, so that its length does not show:
// of 8 characters or more the first 3 and the last 2 stay, of 4 to 7 the first and the last, of
// fewer the first. "武汉测试科技有限公司" is "武汉测****公司". Spaces around the name do not count.
std::string MaskedName(absl::string_view name);

}  // namespace voucher::cli
