#include "tests/simulation/twins.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

#include "ledger/base/proto_enum.h"
#include "ledger/invariants/invariants.h"
#include "ledger/machine/machine.h"
#include "ledger/machine/worlds.h"
#include "ledger/state/writer_rows.h"
#include "voucher/v1/entry.pb.h"

namespace voucher::simulation {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr char kSuffix[] = "-twin";
// Added to a sequence that was nobody's, so that it is nobody's among more entries either.
constexpr uint64_t kNobodys = 1'000'000'000'000;

bool IsIn(const std::set<std::string>& names, const FieldDescriptor& field) {
  return names.count(std::string(field.name())) != 0;
}

// Numbers that each world has of its own, as commands name them.
bool IsOwnNumber(const FieldDescriptor& field) {
  static const std::set<std::string> kNames = {
      "application_id", "application_ids", "voucher_id",        "account_id",      "transfer_id",
      "statement_id",   "notice_id",       "first_transfer_id", "last_transfer_id"};
  return IsIn(kNames, field);
}

bool IsSequence(const FieldDescriptor& field) {
  static const std::set<std::string> kNames = {"sequence", "repeats", "redemption_id",
                                               "previous_redemption_id"};
  return IsIn(kNames, field);
}

bool IsProgramNumber(const FieldDescriptor& field) {
  static const std::set<std::string> kNames = {"program", "program_number"};
  return IsIn(kNames, field);
}

bool IsName(const FieldDescriptor& field) {
  static const std::set<std::string> kNames = {"program_id", "program_ids", "request_id"};
  return IsIn(kNames, field);
}

// Calls back for every field of a message, and of those in it, that has a value.
template <typename Visit>
void ForEachField(Message* message, Visit visit) {
  const Reflection& reflection = *message->GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(*message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      visit(message, *field);
    } else if (!field->is_repeated()) {
      ForEachField(reflection.MutableMessage(message, field), visit);
    } else {
      for (int i = 0; i < reflection.FieldSize(*message, field); ++i) {
        ForEachField(reflection.MutableRepeatedMessage(message, field, i), visit);
      }
    }
  }
}

// Replaces each number of a field by what `change` makes of it, and each text.
template <typename Change>
void ChangeNumbers(Message* message, const FieldDescriptor& field, Change change) {
  const Reflection& reflection = *message->GetReflection();
  const int size = field.is_repeated() ? reflection.FieldSize(*message, &field) : 0;
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_UINT32) {
    if (field.is_repeated()) return;
    const uint64_t changed = change(reflection.GetUInt32(*message, &field));
    reflection.SetUInt32(message, &field, static_cast<uint32_t>(changed));
  } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_INT64) {
    if (field.is_repeated()) return;
    const int64_t number = reflection.GetInt64(*message, &field);
    if (number < 0) return;
    reflection.SetInt64(message, &field,
                        static_cast<int64_t>(change(static_cast<uint64_t>(number))));
  } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_UINT64) {
    if (!field.is_repeated()) {
      reflection.SetUInt64(message, &field, change(reflection.GetUInt64(*message, &field)));
    }
    for (int i = 0; i < size; ++i) {
      reflection.SetRepeatedUInt64(message, &field, i,
                                   change(reflection.GetRepeatedUInt64(*message, &field, i)));
    }
  }
}

template <typename Change>
void ChangeTexts(Message* message, const FieldDescriptor& field, Change change) {
  if (field.type() != FieldDescriptor::TYPE_STRING) return;
  const Reflection& reflection = *message->GetReflection();
  if (!field.is_repeated()) {
    reflection.SetString(message, &field, change(reflection.GetString(*message, &field)));
    return;
  }
  for (int i = 0; i < reflection.FieldSize(*message, &field); ++i) {
    reflection.SetRepeatedString(message, &field, i,
                                 change(reflection.GetRepeatedString(*message, &field, i)));
  }
}

// What both worlds share happens once.
bool IsShared(const v1::Command& command) {
  return command.has_put_enterprise() || command.has_succeed_enterprise() ||
         command.has_put_provider() || command.has_set_provider_state() ||
         command.has_publish_calendar() || command.has_resume_after_clock_jump();
}

Message* RequestOf(v1::Command* command) {
  const FieldDescriptor* verb = command->GetReflection()->GetOneofFieldDescriptor(
      *command, v1::Command::descriptor()->oneof_decl(0));
  return command->GetReflection()->MutableMessage(command, verb);
}

// Sets `sandbox` in a request, or in the rules in it.
void MoveToSandbox(v1::Command* command) {
  if (command->has_publish_program()) {
    command->mutable_publish_program()->mutable_rules()->set_sandbox(true);
    return;
  }
  Message* request = RequestOf(command);
  const FieldDescriptor* sandbox = request->GetDescriptor()->FindFieldByName("sandbox");
  if (sandbox != nullptr) request->GetReflection()->SetBool(request, sandbox, true);
}

// Whether a request is about sandboxes already.
bool IsOfSandbox(v1::Command command) {
  const Message* request = RequestOf(&command);
  const FieldDescriptor* sandbox = request->GetDescriptor()->FindFieldByName("sandbox");
  return sandbox != nullptr && request->GetReflection()->GetBool(*request, sandbox);
}

class Twins {
 public:
  explicit Twins(const testing::EntryBook& life) : life_(life) {
    for (uint64_t sequence = 1; life.Find(sequence) != nullptr; ++sequence) {
      const v1::Event& event = life.Find(sequence)->event();
      if (event.has_program_published() && event.program_published().revision() == 1) ++programs_;
    }
  }

  std::string Run() {
    for (uint64_t sequence = 1; life_.Find(sequence) != nullptr; ++sequence) {
      const v1::Entry& original = *life_.Find(sequence);
      if (IsLeftOut(original)) {
        left_out_.insert(sequence);
        continue;
      }
      if (original.has_introduced()) authorities_[original.authority()] = original.introduced();
      if (!RunReal(original)) return failure_;
      const v1::Event& event = original.event();
      if (event.has_program_published() && event.program_published().revision() == 1) ++published_;
      // The numbers of programs are shared: the twins' follow those of all that are real.
      waiting_.push_back(sequence);
      if (published_ < programs_) continue;
      for (const uint64_t twin : std::exchange(waiting_, {})) {
        if (!RunTwin(*life_.Find(twin))) return failure_;
      }
    }
    return absl::StrJoin(CheckInvariants(state_, entries_.redeemed()), "\n");
  }

 private:
  // The sequence here of the entry, or of its twin, that had `sequence` there.
  static uint64_t Moved(const std::map<uint64_t, uint64_t>& moved, uint64_t sequence) {
    const auto found = moved.find(sequence);
    return found != moved.end() ? found->second : sequence + kNobodys;
  }

  // What a life says of sandboxes would be said of the twins, too.
  bool IsLeftOut(const v1::Entry& original) const {
    return IsOfSandbox(original.command()) ||
           left_out_.count(original.command().end_record().sequence()) != 0;
  }

  bool RunReal(const v1::Entry& original) {
    v1::Command command = original.command();
    ForEachField(&command, [&](Message* message, const FieldDescriptor& field) {
      if (!IsSequence(field)) return;
      ChangeNumbers(message, field, [&](uint64_t sequence) { return Moved(real_, sequence); });
    });
    return Record(original, std::move(command), authorities_[original.authority()], &real_);
  }

  bool RunTwin(const v1::Entry& original) {
    v1::Command command = original.command();
    if (IsShared(command)) return true;
    const auto rename = [](Message* message, const FieldDescriptor& field) {
      if (!IsName(field)) return;
      ChangeTexts(message, field, [](const std::string& name) {
        return name.empty() ? name : absl::StrCat(name, kSuffix);
      });
    };
    ForEachField(&command, [&](Message* message, const FieldDescriptor& field) {
      rename(message, field);
      if (IsSequence(field)) {
        ChangeNumbers(message, field, [&](uint64_t sequence) { return Moved(twins_, sequence); });
      } else if (IsOwnNumber(field)) {
        ChangeNumbers(message, field, [](uint64_t number) { return number + kSandboxNumbers; });
      }
    });
    // The first of all is the first real one.
    if (command.has_reconcile_transfers() &&
        command.reconcile_transfers().first_transfer_id() == 0) {
      command.mutable_reconcile_transfers()->set_first_transfer_id(kSandboxNumbers + 1);
    }
    MoveToSandbox(&command);
    if (command.has_timer_due()) MoveTimer(command.mutable_timer_due());
    v1::Authority authority = authorities_[original.authority()];
    ForEachField(&authority, rename);
    return Record(original, std::move(command), authority, &twins_);
  }

  void MoveTimer(v1::TimerDue* timer) const {
    switch (timer->kind()) {
      case v1::TIMER_KIND_PROGRAM_CUTOFF:
      case v1::TIMER_KIND_WAITLIST:
        timer->set_id(timer->id() + programs_);
        break;
      case v1::TIMER_KIND_PENDING_LAPSE:
        timer->set_id(timer->id() + (uint64_t{programs_} << 32));
        break;
      case v1::TIMER_KIND_TRANSFER_ANSWER:
      case v1::TIMER_KIND_VOUCHER_LAPSE:
      case v1::TIMER_KIND_CORRECTION:
      case v1::TIMER_KIND_PROJECT:
      case v1::TIMER_KIND_TRANCHE:
        timer->set_id(timer->id() + kSandboxNumbers);
        break;
      case v1::TIMER_KIND_UNSPECIFIED:
        VOUCHER_PROTO_SENTINELS(v1::TimerKind)
        break;
    }
  }

  // Decides it here and compares with the original; notes in `moved` which sequence it has.
  bool Record(const v1::Entry& original, v1::Command command, const v1::Authority& authority,
              std::map<uint64_t, uint64_t>* moved) {
    const v1::Entry* named = entries_.NamedBy(command);
    v1::Entry entry = Decide(state_, std::move(command), authority, original.received_unix_ns(),
                             original.recorded_unix_ns(), named);
    Evolve(entry, &state_);
    (*moved)[original.sequence()] = entry.sequence();
    back_[entry.sequence()] = original.sequence();
    v1::Entry expected = original;
    v1::Entry got = entry;
    entries_.Add(std::move(entry));
    // The calendar is of both worlds, and moves the notices of both.
    if (got.event().has_calendar_published()) {
      auto* notices = got.mutable_event()->mutable_calendar_published()->mutable_extended_notices();
      notices->erase(
          std::remove_if(notices->begin(), notices->end(),
                         [](const auto& notice) { return notice.notice_id() > kSandboxNumbers; }),
          notices->end());
    }
    MoveBack(&got);
    for (v1::Entry* of : {&expected, &got}) {
      of->clear_command();
      of->clear_sequence();
      of->clear_authority();
      of->clear_principal();
      of->clear_introduced();
    }
    if (expected.SerializeAsString() == got.SerializeAsString()) return true;
    failure_ = absl::StrCat(moved == &real_ ? "with twins beside it, " : "the twin of ",
                            original.ShortDebugString(), "\ncame out as ", got.ShortDebugString());
    return false;
  }

  uint64_t BackOf(uint64_t sequence) const {
    const auto found = back_.find(sequence);
    return found != back_.end() ? found->second : sequence - kNobodys;
  }

  // As if it had happened alone and been real.
  void MoveBack(v1::Entry* entry) const {
    const auto own = [](uint64_t number) {
      const uint64_t end = kSandboxNumbers + kNobodys;
      return number > kSandboxNumbers && number < end ? number - kSandboxNumbers : number;
    };
    // A refusal of what names an entry says its sequence in words.
    uint64_t named = 0;
    if ((entry->command().has_reverse_redemption() || entry->command().has_end_record()) &&
        absl::SimpleAtoi(entry->refusal().subject(), &named) && back_.count(named) != 0) {
      entry->mutable_refusal()->set_subject(absl::StrCat(back_.at(named)));
    }
    ForEachField(entry, [&](Message* message, const FieldDescriptor& field) {
      if (IsSequence(field)) {
        ChangeNumbers(message, field, [&](uint64_t sequence) { return BackOf(sequence); });
      } else if (IsProgramNumber(field)) {
        ChangeNumbers(message, field, [&](uint64_t number) {
          return number > programs_ ? number - programs_ : number;
        });
      } else {
        ChangeNumbers(message, field, own);
      }
      ChangeTexts(message, field, [&](std::string text) {
        uint64_t number = 0;
        // Numbers of invoices are longer.
        if (absl::SimpleAtoi(text, &number) && number > kNobodys &&
            number < kSandboxNumbers + kNobodys) {
          return absl::StrCat(number < kSandboxNumbers ? number - kNobodys : own(number));
        }
        return absl::StrReplaceAll(text, {{kSuffix, ""}});
      });
    });
    if (!entry->has_refusal()) return;
    for (v1::RefusalNumber& number : *entry->mutable_refusal()->mutable_numbers()) {
      if (!absl::EndsWith(number.name(), "sequence") && number.name() != "redemption_id") continue;
      number.set_value(static_cast<int64_t>(BackOf(static_cast<uint64_t>(number.value()))));
    }
  }

  const testing::EntryBook& life_;
  uint32_t programs_ = 0;
  uint32_t published_ = 0;
  std::map<uint32_t, v1::Authority> authorities_;
  // Sequences there that have no place here.
  std::set<uint64_t> left_out_;
  // Sequences there whose twins are still to come.
  std::vector<uint64_t> waiting_;
  // From sequences there to sequences here, and back from both.
  std::map<uint64_t, uint64_t> real_;
  std::map<uint64_t, uint64_t> twins_;
  std::map<uint64_t, uint64_t> back_;
  WriterRows state_{nullptr};
  testing::EntryBook entries_;
  std::string failure_;
};

}  // namespace

std::string CompareTwins(const testing::EntryBook& life) {
  return Twins(life).Run();
}

}  // namespace voucher::simulation
