// The main job's state for tests that only read.
#pragma once

#include "gtest/gtest.h"

#include "ledger/query/entry_reader.h"
#include "tests/support/ledger_story.h"

namespace voucher::testing {

// Each test has its own ledger after TellMainJob.
class ToldLedger : public ::testing::Test {
 protected:
  ToldLedger() { TellMainJob(&story_); }

  const View& view() const { return story_.view(); }
  // Of the story.
  query::EntryReader Entries() const {
    return [this](uint64_t first, uint64_t last, auto visit) {
      for (uint64_t sequence = first; sequence <= last; ++sequence) {
        if (!visit(sequence, story_.stored().at(sequence - 1))) break;
      }
      return absl::OkStatus();
    };
  }
  // Number of entries, which every answer must carry.
  uint64_t end() const { return story_.stored().size(); }

  LedgerStory story_;
};

}  // namespace voucher::testing
