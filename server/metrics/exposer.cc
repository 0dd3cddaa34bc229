#include "server/metrics/exposer.h"

#include <atomic>
#include <chrono>
#include <exception>
#include <optional>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/config/config.h"

namespace voucher {

namespace {

constexpr std::chrono::milliseconds kBetweenConnections{10};

// Connects and hangs up; whether that works does not matter. The wildcard addresses reach this
// machine.
void Connect(const std::string& host, int port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), absl::StrCat(port).c_str(), &hints, &found) != 0) return;
  const int socket = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket >= 0) {
    static_cast<void>(connect(socket, found->ai_addr, found->ai_addrlen));
    close(socket);
  }
  freeaddrinfo(found);
}

}  // namespace

absl::StatusOr<std::unique_ptr<prometheus::Exposer>> StartExposer(
    const std::string& listen_address) {
  // The library reports an address that it cannot have by an exception only.
  try {
    return std::make_unique<prometheus::Exposer>(listen_address);
  } catch (const std::exception& error) {
    return absl::UnavailableError(absl::StrCat("cannot serve metrics on ", listen_address, ": ",
                                               error.what(), "; is another server there?"));
  }
}

void StopExposer(std::unique_ptr<prometheus::Exposer> exposer, const std::string& listen_address) {
  const std::optional<ListenAddress> address = ParseListenAddress(listen_address);
  const int port = exposer->GetListeningPorts().front();
  std::atomic<bool> ended = false;
  std::thread ending([&exposer, &ended] {
    exposer.reset();
    ended = true;
  });
  while (address && !ended) {
    Connect(address->host, port);
    std::this_thread::sleep_for(kBetweenConnections);
  }
  ending.join();
}

}  // namespace voucher
