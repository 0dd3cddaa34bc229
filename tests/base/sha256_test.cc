#include "ledger/base/sha256.h"

#include <string>
#include <thread>

#include "gtest/gtest.h"

namespace voucher {
namespace {

// FIPS 180-4 examples.
constexpr char kEmpty[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr char kAbc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr char kMillionA[] = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

std::string Hex(const Hash& hash) {
  return ToHex(AsBytes(hash));
}

TEST(Sha256Test, GivesTheStandardHashes) {
  EXPECT_EQ(Hex(Sha256Of({})), kEmpty);
  EXPECT_EQ(Hex(Sha256Of({"abc"})), kAbc);
  EXPECT_EQ(Hex(Sha256Of({std::string(1'000'000, 'a')})), kMillionA);
}

TEST(Sha256Test, PiecesCountAsOneMessage) {
  EXPECT_EQ(Hex(Sha256Of({"a", "", "bc"})), kAbc);
  Sha256 sha256;
  sha256.Update("ab");
  sha256.Update("c");
  EXPECT_EQ(Hex(sha256.Finish()), kAbc);
}

TEST(Sha256Test, StartsAfreshAfterFinish) {
  Sha256 sha256;
  sha256.Update("something else");
  sha256.Finish();
  EXPECT_EQ(Hex(sha256.Finish()), kEmpty);
  sha256.Update("abc");
  EXPECT_EQ(Hex(sha256.Finish()), kAbc);
}

TEST(Sha256Test, EveryThreadHasItsOwnContext) {
  std::string other;
  std::thread([&other] { other = Hex(Sha256Of({"abc"})); }).join();
  EXPECT_EQ(other, kAbc);
}

TEST(Sha256Test, EmptyTreeLeafOfRfc6962) {
  // SHA-256(0x00): the leaf hash of an empty entry.
  EXPECT_EQ(Hex(Sha256Of({absl::string_view("\0", 1), ""})),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
}

TEST(HashTest, ComesFromExactlyThirtyTwoBytes) {
  const Hash hash = Sha256Of({"abc"});
  EXPECT_EQ(HashFromBytes(AsBytes(hash)), hash);
  EXPECT_EQ(HashFromBytes(std::string(31, 'x')), std::nullopt);
  EXPECT_EQ(HashFromBytes(std::string(33, 'x')), std::nullopt);
}

TEST(HexTest, ReadsBothCasesAndWritesLower) {
  EXPECT_EQ(ToHex("\x0f\xA0"), "0fa0");
  EXPECT_EQ(FromHex("0fA0"), "\x0f\xA0");
  EXPECT_EQ(FromHex(""), "");
  EXPECT_EQ(FromHex("abc"), std::nullopt);
  EXPECT_EQ(FromHex("0g"), std::nullopt);
}

}  // namespace
}  // namespace voucher
