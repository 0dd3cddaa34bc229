// The progress bar, on a real terminal and without one.
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/server/running_server.h"
#include "tests/support/sample_program.h"
#include "tests/support/server_process.h"

extern char** environ;

namespace voucher::cli {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

// What a program wrote to a terminal, or to a pipe, as its stderr.
class Screen {
 public:
  explicit Screen(bool terminal) {
    if (terminal) {
      ours_ = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
      EXPECT_EQ(grantpt(ours_), 0);
      EXPECT_EQ(unlockpt(ours_), 0);
      char name[128];
      EXPECT_EQ(ptsname_r(ours_, name, sizeof(name)), 0);
      theirs_ = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    } else {
      int ends[2];
      EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
      ours_ = ends[0];
      theirs_ = ends[1];
    }
    EXPECT_GE(theirs_, 0);
  }

  ~Screen() {
    close(ours_);
    if (theirs_ >= 0) close(theirs_);
  }

  // Runs it to its end; stdout goes nowhere.
  std::string Show(std::vector<std::string> words, int* exit_code) {
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, theirs_, STDERR_FILENO);
    pid_t pid = 0;
    EXPECT_EQ(posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), environ), 0) << argv[0];
    posix_spawn_file_actions_destroy(&actions);
    close(theirs_);
    theirs_ = -1;

    // A terminal whose other end is closed reads as an error, a pipe as its end.
    std::string shown;
    char buffer[4096];
    for (ssize_t size = 0; (size = read(ours_, buffer, sizeof(buffer))) > 0;) {
      shown.append(buffer, static_cast<size_t>(size));
    }
    int status = 0;
    EXPECT_EQ(waitpid(pid, &status, 0), pid);
    *exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return shown;
  }

 private:
  int ours_ = -1;
  int theirs_ = -1;
};

class ProgressBarTest : public ::testing::Test {
 protected:
  // Quotes three lines, one at a time.
  std::string Quote(bool terminal) {
    testing::ApiClient client = running_.Client("platform");
    EXPECT_TRUE(testing::PrepareProgram(&client, 1'000'000, 0).ok());
    const std::string file = running_.directory.Path("quotes.jsonl");
    std::ofstream stream(file);
    for (int i = 0; i < 3; ++i) {
      stream << R"({"id":")" << i << R"(","program":"hubei-2025","item":"resource",)"
             << R"("received_at":"2025-04-29T22:10:18+08:00",)"
             << R"("enterprise":{"uscc":"914403001922038216","division":"420100","size":"MICRO",)"
             << R"("industry":"INDUSTRIAL","registered_on":"2020-03-15"},"project":{},)"
             << R"("spend_fen":5})"
             << "\n";
    }
    stream.close();
    Screen screen(terminal);
    int exit_code = -1;
    std::string shown = screen.Show({absl::StrCat(testing::BinDirectory(), "/voucherctl"),
                                     "--server", running_.server->address(), "--principal",
                                     "platform", "quote", "--file", file, "--concurrency", "1"},
                                    &exit_code);
    EXPECT_EQ(exit_code, 0) << shown;
    return shown;
  }

  testing::RunningServer running_;
};

TEST_F(ProgressBarTest, DrawsOverItselfOnATerminalAndClearsTheLine) {
  const std::string shown = Quote(true);
  // The first step is drawn at once, the last one always.
  EXPECT_THAT(shown, HasSubstr(absl::StrCat("\rquoting [", std::string(13, '#'),
                                            std::string(27, ' '), "] 1/3\033[K")));
  EXPECT_THAT(shown, HasSubstr(absl::StrCat("\rquoting [", std::string(40, '#'), "] 3/3\033[K")));
  EXPECT_THAT(shown, EndsWith("\r\033[K"));
  EXPECT_THAT(shown, Not(HasSubstr("\n")));
}

TEST_F(ProgressBarTest, DrawsNothingElsewhere) {
  EXPECT_EQ(Quote(false), "");
}

}  // namespace
}  // namespace voucher::cli
