#include "ledger/machine/machine.h"

#include "google/protobuf/util/message_differencer.h"

#include "ledger/machine/context.h"
#include "ledger/machine/grants.h"
#include "ledger/machine/postings.h"
#include "ledger/machine/totals_history.h"
#include "ledger/machine/verbs.h"
#include "ledger/machine/waitlist.h"
#include "ledger/policy/clause.h"

namespace voucher {
namespace {

Decision DecideVerb(Context* context, const v1::Command& command) {
  switch (command.verb_case()) {
#define VOUCHER_DECIDE(Verb, verb, EventType, event_field) \
  case v1::Command::k##Verb:                               \
    return Decide(context, command.verb());
    VOUCHER_VERBS(VOUCHER_DECIDE)
#undef VOUCHER_DECIDE
    case v1::Command::kTimerDue:
      return Decide(context, command.timer_due());
    case v1::Command::VERB_NOT_SET:
      break;
  }
  VOUCHER_CHECK(false) << "command without verb";
  return MakeRefusal(v1::REASON_UNSPECIFIED);
}

void EvolveVerb(const v1::Entry& entry, EditableRows* rows) {
  const v1::Command& command = entry.command();
  switch (command.verb_case()) {
#define VOUCHER_EVOLVE(Verb, verb, EventType, event_field)                \
  case v1::Command::k##Verb:                                              \
    VOUCHER_CHECK(entry.event().has_##event_field()) << entry.sequence(); \
    return Evolve(entry, command.verb(), entry.event().event_field(), rows);
    VOUCHER_VERBS(VOUCHER_EVOLVE)
#undef VOUCHER_EVOLVE
    case v1::Command::kTimerDue:
      return EvolveTimer(entry, rows);
    case v1::Command::VERB_NOT_SET:
      break;
  }
  VOUCHER_CHECK(false) << "entry " << entry.sequence() << " without verb";
}

// Everything of an entry but its command and its outcome.
void FillHead(const View& view, const DecisionInput& input, v1::Entry* entry) {
  const rows::CountersRow* counters = view.Find<tables::Counters>({});
  entry->set_sequence(counters != nullptr ? counters->sequence() + 1 : 1);
  entry->set_recorded_unix_ns(input.recorded_at);
  entry->set_received_unix_ns(input.received_at);
  entry->set_decider_version(kDeciderVersion);
  entry->set_authority(input.number.authority);
  entry->set_principal(input.number.principal);
  if (input.number.is_new) *entry->mutable_introduced() = input.authority;
}

void IntroduceAuthority(const v1::Entry& entry, EditableRows* rows) {
  rows::CountersRow& counters = rows->Edit<tables::Counters>({});
  const v1::Authority& authority = entry.introduced();
  counters.set_authority(entry.authority());
  rows::AuthorityNumberRow& number =
      rows->Edit<tables::AuthorityNumbers>({authority.SerializeAsString()});
  number.set_authority(entry.authority());
  number.set_principal(entry.principal());
  rows::AuthorityRow& row = rows->Edit<tables::Authorities>({entry.authority()});
  *row.mutable_authority() = authority;
  row.set_principal(entry.principal());
  if (entry.principal() > counters.principal()) {
    counters.set_principal(entry.principal());
    rows->PutNumber<tables::Principals>({authority.principal()}, entry.principal());
  }
}

}  // namespace

AuthorityNumber NumberAuthority(const View& view, const v1::Authority& authority) {
  if (const auto* known = view.Find<tables::AuthorityNumbers>({authority.SerializeAsString()})) {
    return {known->authority(), known->principal(), false};
  }
  const rows::CountersRow* row = view.Find<tables::Counters>({});
  const rows::CountersRow& counters = row != nullptr ? *row : rows::CountersRow::default_instance();
  const rows::NumberRow* principal = view.Find<tables::Principals>({authority.principal()});
  return {
      counters.authority() + 1,
      principal != nullptr ? static_cast<uint32_t>(principal->number()) : counters.principal() + 1,
      true};
}

uint64_t EntryNamedBy(const v1::Command& command) {
  return command.reverse_redemption().redemption_id();
}

void DecideEntry(const View& view, const DecisionInput& input, v1::Entry* entry) {
  FillHead(view, input, entry);
  v1::Event* const event = entry->mutable_event();
  if (input.jump_ns != 0 && entry->command().has_resume_after_clock_jump()) {
    event->mutable_clock_resumed()->set_jump_ns(input.jump_ns);
    return;
  }
  VOUCHER_CHECK(input.named == nullptr || input.named->sequence() == EntryNamedBy(entry->command()))
      << input.named->sequence();
  // A timer acts as of its instant, however late it is booked.
  const UnixNanos as_of = entry->command().has_timer_due()
                              ? entry->command().timer_due().due_unix_ns()
                              : input.received_at;
  Context context(view, input.authority, as_of, event, input.named);
  Decision decision = DecideVerb(&context, entry->command());
  entry->set_program(context.program);
  entry->set_program_revision(context.revision);
  entry->set_queue_number(context.queue_number);
  if (auto* refusal = std::get_if<v1::Refusal>(&decision)) {
    FillClause(view.Find<tables::Revisions>({context.program, context.revision}), refusal);
    *entry->mutable_refusal() = std::move(*refusal);
  }
  StepWaitlist(view, entry);
}

v1::Entry Decide(const View& view, v1::Command command, const v1::Authority& authority,
                 UnixNanos received_at, UnixNanos recorded_at, const v1::Entry* named,
                 int64_t jump_ns) {
  v1::Entry entry;
  *entry.mutable_command() = std::move(command);
  const bool timer = entry.command().has_timer_due();
  DecideEntry(view,
              {.authority = authority,
               .number = timer ? AuthorityNumber() : NumberAuthority(view, authority),
               .received_at = received_at,
               .recorded_at = recorded_at,
               .jump_ns = jump_ns,
               .named = named},
              &entry);
  return entry;
}

v1::Entry Redecide(const View& view, const v1::Entry& recorded, const v1::Entry* named) {
  v1::Authority authority;
  if (recorded.has_introduced()) {
    authority = recorded.introduced();
  } else if (const auto* known = view.Find<tables::Authorities>({recorded.authority()})) {
    authority = known->authority();
  }
  return Decide(view, recorded.command(), authority, recorded.received_unix_ns(),
                recorded.recorded_unix_ns(), named, recorded.event().clock_resumed().jump_ns());
}

void Evolve(const v1::Entry& entry, EditableRows* rows) {
  rows::CountersRow& counters = rows->Edit<tables::Counters>({});
  VOUCHER_CHECK(entry.sequence() == counters.sequence() + 1)
      << "entry " << entry.sequence() << " after " << counters.sequence();
  counters.set_sequence(entry.sequence());
  counters.set_recorded_unix_ns(entry.recorded_unix_ns());
  counters.set_received_unix_ns(entry.received_unix_ns());
  if (entry.has_introduced()) IntroduceAuthority(entry, rows);
  if (const std::string& request_id = RequestIdOf(entry.command()); !request_id.empty()) {
    // Nothing to look up: no entry before had this request_id.
    rows::RequestRow request;
    request.set_sequence(entry.sequence());
    rows->Put<tables::Requests>({entry.principal(), request_id}, std::move(request));
  }
  if (entry.queue_number() != 0) {
    rows::ProgramRow& program = rows->Edit<tables::Programs>({entry.program()});
    program.set_queue_number(entry.queue_number());
    if (entry.has_refusal()) program.set_refused_submissions(program.refused_submissions() + 1);
  }
  if (entry.has_event()) {
    ApplyPostings(entry, rows);
    EvolveVerb(entry, rows);
    CountGrants(entry, rows);
    EvolveWaitlist(entry, rows);
  }
  KeepTotals(entry.sequence(), rows);
}

bool SameRequest(const v1::Command& a, const v1::Command& b) {
  // Equal bytes are the same fields, and much cheaper to find; a serialisation is not canonical, so
  // different bytes tell nothing.
  if (a.SerializeAsString() == b.SerializeAsString()) return true;
  return google::protobuf::util::MessageDifferencer::Equals(a, b);
}

uint64_t FindRequest(const View& view, uint32_t principal, const std::string& request_id) {
  const rows::RequestRow* row = view.Find<tables::Requests>({principal, request_id});
  return row != nullptr ? row->sequence() : 0;
}

std::vector<v1::TimerDue> TimersDue(const View& view, UnixNanos latest, size_t limit) {
  std::vector<v1::TimerDue> due;
  if (limit == 0) return due;
  view.Scan<tables::Timers>({INT64_MIN, 0, 0}, {latest, UINT8_MAX, UINT64_MAX},
                            [&](const tables::Timers::Key& key, const rows::PresentRow&) {
                              v1::TimerDue timer;
                              timer.set_due_unix_ns(std::get<0>(key));
                              timer.set_kind(static_cast<v1::TimerKind>(std::get<1>(key)));
                              timer.set_id(std::get<2>(key));
                              due.push_back(std::move(timer));
                              return due.size() < limit;
                            });
  return due;
}

}  // namespace voucher
