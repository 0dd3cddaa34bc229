#ifndef SERVER_VERSION_H_
#define SERVER_VERSION_H_

namespace voucher {

// Version of voucherd, in GetStatus, --version and metrics.
inline constexpr char kServerVersion[] = "0.1.0";

}  // namespace voucher

#endif  // SERVER_VERSION_H_
