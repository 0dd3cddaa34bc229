#pragma once

namespace voucher {

// Version of voucherd, in GetStatus, --version and metrics.
inline constexpr char kServerVersion[] = "0.1.0";

}  // namespace voucher
