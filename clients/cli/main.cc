#include <iostream>
#include <string>
#include <vector>

#include <unistd.h>

#include "clients/cli/app.h"
#include "clients/cli/session.h"

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  voucher::cli::Session session(std::cin, std::cout, std::cerr);
  session.err_is_terminal = isatty(STDERR_FILENO) == 1;
  const std::vector<std::string> words(argv + 1, argv + argc);
  return voucher::cli::RunApp(words, session);
}
