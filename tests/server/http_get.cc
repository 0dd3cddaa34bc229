#include "tests/server/http_get.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/config/config.h"

namespace voucher::testing {

absl::StatusOr<std::string> HttpGet(const std::string& address, const std::string& path) {
  const auto at = ParseListenAddress(address);
  if (!at) return absl::UnavailableError(absl::StrCat("no address: ", address));
  sockaddr_in peer{};
  peer.sin_family = AF_INET;
  peer.sin_port = htons(at->port);
  inet_pton(AF_INET, at->host.c_str(), &peer.sin_addr);
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto* generic = reinterpret_cast<const sockaddr*>(&peer);
  if (connect(socket, generic, sizeof(peer)) != 0) {
    close(socket);
    return absl::UnavailableError(absl::StrCat("cannot connect to ", address));
  }
  const std::string request =
      absl::StrCat("GET ", path, " HTTP/1.0\r\nHost: ", address, "\r\nConnection: close\r\n\r\n");
  send(socket, request.data(), request.size(), MSG_NOSIGNAL);
  std::string reply;
  char buffer[4'096];
  for (ssize_t n = 0; (n = recv(socket, buffer, sizeof(buffer), 0)) > 0;) {
    reply.append(buffer, static_cast<size_t>(n));
  }
  close(socket);
  const size_t body = reply.find("\r\n\r\n");
  if (!absl::StrContains(reply.substr(0, reply.find('\r')), " 200 ") || body == std::string::npos) {
    return absl::UnavailableError(reply.substr(0, reply.find('\r')));
  }
  return reply.substr(body + 4);
}

}  // namespace voucher::testing
