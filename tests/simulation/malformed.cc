#include "tests/simulation/malformed.h"

#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

#include "ledger/base/clock.h"

namespace voucher::simulation {

std::string MakeMalformed(v1::Command* command, int64_t now, Random* random) {
  using google::protobuf::FieldDescriptor;
  const google::protobuf::Reflection& outer = *command->GetReflection();
  std::vector<const FieldDescriptor*> verbs;
  outer.ListFields(*command, &verbs);
  google::protobuf::Message* request = outer.MutableMessage(command, verbs.front());
  const google::protobuf::Descriptor& descriptor = *request->GetDescriptor();
  const google::protobuf::Reflection& fields = *request->GetReflection();
  auto field = [&](const char* name) { return descriptor.FindFieldByName(name); };
  // What this verb has to spoil.
  std::vector<std::string> ways = {"request_id"};
  for (const char* name :
       {"uscc", "program_id", "provider_id", "application_id", "voucher_id", "account_id",
        "transfer_id", "redemption_id", "amount_fen", "spend_fen", "approved_fen", "usage_ended_at",
        "product_id", "order_number", "stage_id", "state", "statement_id", "division", "ground"}) {
    if (field(name) != nullptr) ways.emplace_back(name);
  }
  const std::string way = random->Pick(ways);
  if (way == "application_id" && command->has_record_recovery()) {
    // A provider pays back no grant.
    command->mutable_record_recovery()->set_provider_id("huaweicloud");
    command->mutable_record_recovery()->set_application_id(1);
    return way;
  }
  if (way == "provider_id" && command->has_record_recovery()) {
    command->mutable_record_recovery()->clear_application_id();
  }
  if (way == "usage_ended_at") {
    *command->mutable_redeem()->mutable_usage_ended_at() = ToTimestamp(now + 1);
    return way;
  }
  switch (field(way.c_str())->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      if (way == "order_number" && random->Percent(40)) {
        const char* const unstable[] = {" O-1", "O-1 ", "O  1", "\xEF\xBC\xAF-1",
                                        "O-1\xE2\x80\x8B"};
        fields.SetString(request, field(way.c_str()), random->Pick(unstable));
        break;
      }
      fields.SetString(request, field(way.c_str()),
                       random->Percent(50) && way != "uscc" ? "" : std::string(65, '\x01'));
      break;
    case FieldDescriptor::CPPTYPE_UINT64:
      fields.SetUInt64(request, field(way.c_str()), 0);
      break;
    case FieldDescriptor::CPPTYPE_ENUM:
      fields.SetEnumValue(request, field(way.c_str()), 0);
      break;
    default: {
      // Approval takes 0, appropriation a negative amount.
      const int64_t bad[] = {0, -1, INT64_MIN, INT64_MAX, 1'000'000'000'000'001};
      const uint64_t first = way == "approved_fen" ? 1 : 0;
      int64_t fen = bad[first + random->Below(5 - first)];
      if (command->has_appropriate() && fen == -1) fen = 0;
      // A cut cannot wait for a day.
      if (command->has_appropriate()) command->mutable_appropriate()->clear_opens_on();
      fields.SetInt64(request, field(way.c_str()), fen);
    }
  }
  return way;
}

}  // namespace voucher::simulation
