// The main job's state for tests that only read.
#ifndef TESTS_QUERY_TOLD_LEDGER_H_
#define TESTS_QUERY_TOLD_LEDGER_H_

#include "gtest/gtest.h"

#include "tests/support/ledger_story.h"

namespace voucher::testing {

// Each test has its own ledger after TellMainJob.
class ToldLedger : public ::testing::Test {
 protected:
  ToldLedger() { TellMainJob(&story_); }

  const View& view() const { return story_.view(); }
  // Number of entries, which every answer must carry.
  uint64_t end() const { return story_.stored().size(); }

  LedgerStory story_;
};

}  // namespace voucher::testing

#endif  // TESTS_QUERY_TOLD_LEDGER_H_
