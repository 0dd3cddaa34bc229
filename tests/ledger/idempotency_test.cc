#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "ledger/api/unavailable.h"
#include "ledger/journal/merkle.h"
#include "ledger/validation/bad_field.h"
#include "tests/ledger/test_ledger.h"

namespace voucher::testing {
namespace {

TEST(Idempotency, TheSameRequestTwiceInOneGroupIsRecordedOnce) {
  TestLedger test;
  test.Open();
  test.turnstile.Hold();
  auto first = test.Submit({PutProvider("r1")}, Platform());
  test.turnstile.AwaitHeld();
  auto second = test.Submit({PutProvider("r1")}, Platform());
  test.turnstile.Release();

  const Outcome a = first.get().at(0);
  const Outcome b = second.get().at(0);
  ASSERT_TRUE(Accepted(a)) << a.status;
  ASSERT_TRUE(Accepted(b)) << b.status;
  EXPECT_EQ(a.recorded->receipt().sequence(), 1);
  EXPECT_EQ(a.recorded->receipt().SerializeAsString(), b.recorded->receipt().SerializeAsString());
  EXPECT_EQ(test.ledger->Snapshot()->sequence(), 1);
}

TEST(Idempotency, TheSameRequestTwiceInOneUnitIsRecordedOnce) {
  TestLedger test;
  test.Open();
  const auto outcomes = test.Submit({PutProvider("r1"), PutProvider("r1")}, Platform()).get();
  EXPECT_TRUE(Accepted(outcomes.at(0)));
  EXPECT_EQ(outcomes.at(0).recorded, outcomes.at(1).recorded);
  EXPECT_EQ(test.ledger->Snapshot()->sequence(), 1);
}

TEST(Idempotency, AReplayAfterARestartGetsTheFirstOutcomeWithItsReceipt) {
  TestLedger test;
  test.Open();
  const Outcome accepted = test.Do(PutProvider("r1"));
  const Outcome refused = test.Do(WithdrawUnknown("r2"));
  ASSERT_TRUE(Accepted(accepted));
  ASSERT_TRUE(RefusedFor(refused, v1::REASON_APPLICATION_NOT_FOUND));
  test.clock.Advance(kNanosPerHour);
  test.Reopen();

  const Outcome accepted_again = test.Do(PutProvider("r1"));
  const Outcome refused_again = test.Do(WithdrawUnknown("r2"));
  ASSERT_TRUE(accepted_again.status.ok()) << accepted_again.status;
  ASSERT_TRUE(refused_again.status.ok()) << refused_again.status;
  for (const auto& [first, again] :
       {std::pair(accepted, accepted_again), std::pair(refused, refused_again)}) {
    EXPECT_EQ(first.recorded->entry.SerializeAsString(), again.recorded->entry.SerializeAsString());
    EXPECT_EQ(first.recorded->receipt().SerializeAsString(),
              again.recorded->receipt().SerializeAsString());
  }
  EXPECT_EQ(test.ledger->Snapshot()->sequence(), 2);
}

TEST(Idempotency, AnIdUsedForAnotherRequestIsRefusedAndNotRecorded) {
  TestLedger test;
  test.Open();
  test.Accept(PutProvider("r1", "acme"));
  const Outcome reused = test.Do(PutProvider("r1", "other"));
  EXPECT_EQ(reused.status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(std::string(reused.status.message()), ::testing::HasSubstr("REQUEST_ID_REUSED"));
  EXPECT_EQ(reused.recorded, nullptr);
  EXPECT_EQ(test.ledger->Snapshot()->sequence(), 1);
}

TEST(Idempotency, IdsBelongToTheirPrincipalWhateverItsRoles) {
  TestLedger test;
  test.Open();
  test.Accept(PutProvider("r1", "acme"));
  // Another principal may use the id.
  const Outcome other = test.Do(PutProvider("r1", "other"), Platform("other-platform"));
  EXPECT_TRUE(Accepted(other));
  // The same one with other roles may not.
  v1::Authority wider = Platform();
  wider.add_roles(v1::ROLE_ADMIN);
  EXPECT_TRUE(absl::IsAlreadyExists(test.Do(PutProvider("r1", "third"), wider).status));
  EXPECT_EQ(test.ledger->Snapshot()->sequence(), 2);
}

TEST(Idempotency, AReplayDoesNotEmptyTheRefusalBucket) {
  TestLedger test;
  test.options.platform_refusals_per_second = 1;
  test.options.platform_refusal_burst = 2;
  test.Open();
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(RefusedFor(test.Do(WithdrawUnknown("r1")), v1::REASON_APPLICATION_NOT_FOUND));
  }
}

// Commands with a date that the clock judges, good at noon of 2025-10-31 and malformed a day later
// or before.
v1::Command AppropriateTomorrow(const std::string& request_id) {
  v1::Command command = Appropriate(request_id, "p", 5);
  v1::CivilDate* day = command.mutable_appropriate()->mutable_opens_on();
  day->set_year(2025);
  day->set_month(11);
  day->set_day(1);
  return command;
}

v1::Command RedeemUsedUntil(const std::string& request_id, UnixNanos at) {
  v1::Command command;
  v1::RedeemRequest* request = command.mutable_redeem();
  request->set_request_id(request_id);
  request->set_program_id("p");
  request->set_account_id(1);
  request->set_product_id("server");
  request->set_order_number(request_id);
  request->set_amount_fen(1);
  *request->mutable_usage_ended_at() = ToTimestamp(at);
  return command;
}

TEST(Idempotency, ARetryGetsTheFirstOutcomeThoughItsDateIsOver) {
  TestLedger test;
  test.Open();
  test.OpenProgram("p", 1);
  const Outcome first = test.Do(AppropriateTomorrow("tranche"), Admin());
  ASSERT_TRUE(Accepted(first)) << first.status;
  for (const bool restart : {false, true}) {
    if (restart) test.Reopen();
    test.clock.Advance(48 * kNanosPerHour);
    const Outcome again = test.Do(AppropriateTomorrow("tranche"), Admin());
    ASSERT_TRUE(again.status.ok()) << again.status;
    EXPECT_EQ(again.recorded->receipt().SerializeAsString(),
              first.recorded->receipt().SerializeAsString());
  }
}

TEST(Idempotency, ADateOnTheWrongSideOfTheClockIsMalformedAndTakesNoId) {
  TestLedger test;
  test.Open();
  test.OpenProgram("p", 1);
  const uint64_t before = test.ledger->Snapshot()->sequence();
  const UnixNanos later = test.clock.WallNow() + kNanosPerHour;
  // One of a unit: the others are decided.
  const auto outcomes =
      test.Submit({WithdrawUnknown("w1"), RedeemUsedUntil("usage", later), WithdrawUnknown("w2")},
                  Platform())
          .get();
  EXPECT_TRUE(RefusedFor(outcomes.at(0), v1::REASON_APPLICATION_NOT_FOUND));
  EXPECT_TRUE(RefusedFor(outcomes.at(2), v1::REASON_APPLICATION_NOT_FOUND));
  EXPECT_EQ(outcomes.at(1).status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(outcomes.at(1).recorded, nullptr);
  const std::vector<FieldProblem> problems = BadFieldsOf(outcomes.at(1).status);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].field, "usage_ended_at");
  EXPECT_THAT(problems[0].description, ::testing::HasSubstr("lies in the future"));
  EXPECT_EQ(test.ledger->Snapshot()->sequence(), before + 2);
  // An hour later the same request is well-formed, and its id was not used.
  test.clock.Advance(kNanosPerHour);
  EXPECT_TRUE(RefusedFor(test.Do(RedeemUsedUntil("usage", later)), v1::REASON_ACCOUNT_NOT_FOUND));
}

TEST(Receipt, HashesTheStoredBytesAndTheRootIsTheTreeOverThem) {
  TestLedger test;
  test.Open();
  const Outcome first = test.Do(PutProvider("r1"));
  const Outcome second = test.Do(PutProvider("r2", "other"));
  std::string stored;
  const auto receipt = test.ledger->ReadEntry(2, &stored);
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_EQ(receipt->SerializeAsString(), second.recorded->receipt().SerializeAsString());
  EXPECT_EQ(receipt->leaf_hash(), AsBytes(LeafHash(stored)));
  EXPECT_EQ(stored, second.recorded->entry.SerializeAsString());
  const Hash left = *HashFromBytes(first.recorded->receipt().leaf_hash());
  const Hash right = *HashFromBytes(second.recorded->receipt().leaf_hash());
  EXPECT_EQ(test.ledger->Snapshot()->root(), NodeHash(left, right));
  EXPECT_TRUE(absl::IsNotFound(test.ledger->ReadEntry(0, &stored).status()));
  EXPECT_TRUE(absl::IsNotFound(test.ledger->ReadEntry(3, &stored).status()));
}

}  // namespace
}  // namespace voucher::testing
