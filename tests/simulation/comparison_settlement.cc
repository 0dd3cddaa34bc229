// Whether the machine's rows of settlement and waitlists say what the model says.
#include <cstdlib>
#include <limits>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "tests/simulation/differences.h"

namespace voucher::simulation {
namespace {

constexpr uint32_t kEnd = std::numeric_limits<uint32_t>::max();

// Programs and ends of times to mend.
std::multimap<std::string, int64_t> MendedBy(const rows::EnterpriseRow& row) {
  std::multimap<std::string, int64_t> ends;
  const auto add = [&](const v1::Reminder& reminder) {
    ends.emplace(reminder.program_id(), *FromTimestamp(reminder.cure_ends_at()));
  };
  if (row.has_reminder()) add(row.reminder());
  for (const v1::Reminder& reminder : row.other_reminders()) add(reminder);
  return ends;
}

void ComparePayables(const View& view, const Model& model, Differences* differences) {
  for (const auto& [key, fen] : model.payable_fen) {
    const auto& [program, kind, party, application] = key;
    differences->Equal(
        absl::StrCat("payable of kind ", kind, " for application ", application), party, fen,
        BalanceFen(view, program, static_cast<v1::AccountKind>(kind), party, application));
  }
  for (const auto& [key, month] : model.months) {
    const auto& [program, provider, number] = key;
    const auto* row = view.Find<tables::PayableMonths>(
        {program, static_cast<uint8_t>(v1::ACCOUNT_KIND_PAYABLE_PROVIDER), provider,
         static_cast<uint32_t>(number)});
    if (row == nullptr) return differences->Missing("month of provider", provider);
    differences->Equal("booked in a month of provider", provider, month.booked_fen,
                       row->booked_fen());
    differences->Equal("reversed in a month of provider", provider, month.reversed_fen,
                       row->reversed_fen());
  }
  differences->Equal("open months", 0, model.months.size(),
                     CountRows<tables::PayableMonths>(view, {0, 0, 0, 0}, {kEnd, 0, 0, 0}));
  for (const auto& [key, unpaid] : model.unpaid) {
    const auto& [program, enterprise, application] = key;
    const auto* row = view.Find<tables::UnpaidApplications>({program, enterprise, application});
    if (row == nullptr) return differences->Missing("unpaid application", application);
    differences->Equal("unpaid for application", application, unpaid.fen, row->fen());
    differences->Equal("unpaid since, application", application, unpaid.month,
                       static_cast<int>(row->month()));
  }
  differences->Equal("unpaid applications", 0, model.unpaid.size(),
                     CountRows<tables::UnpaidApplications>(view, {0, 0, 0}, {kEnd, 0, 0}));
}

void CompareStatements(const View& view, const Model& model, Differences* differences) {
  for (uint64_t number = 1; number <= model.statements.size(); ++number) {
    const Statement& statement = model.statements[number - 1];
    const auto& [program, provider, division] = statement.party;
    const auto* row = view.Find<tables::Statements>({number});
    if (row == nullptr) return differences->Missing("statement", number);
    const v1::Statement& other = row->statement();
    auto equal = [&](absl::string_view what, int64_t want, int64_t got) {
      differences->Equal(absl::StrCat(what, " of statement"), number, want, got);
    };
    equal("program", program, row->program());
    equal("provider", static_cast<int64_t>(provider), static_cast<int64_t>(row->provider()));
    differences->Equal("division of statement", number, division, other.division());
    equal("month", statement.month, other.period().year() * 100 + other.period().month());
    equal("booked", statement.booked_fen, other.booked_fen());
    equal("reversed", statement.reversed_fen, other.reversed_fen());
    equal("brought forward", statement.brought_forward_fen, other.brought_forward_fen());
    equal("set off", statement.set_off_fen, other.set_off_fen());
    equal("due", statement.due_fen, other.due_fen());
    equal("carried forward", statement.carried_forward_fen, other.carried_forward_fen());
    equal("paid", statement.paid_fen, other.paid_fen());
    equal("state", statement.state, other.state());
    equal("balance", statement.due_fen - statement.paid_fen,
          BalanceFen(view, program, v1::ACCOUNT_KIND_DUE, number));
    for (const auto& [application, due, set_off] : statement.lines) {
      const auto* line =
          view.Find<tables::StatementLines>({number, static_cast<uint64_t>(application)});
      if (line == nullptr) return differences->Missing("line of statement", number);
      equal("due on a line", due, line->due_fen());
      equal("set off on a line", set_off, line->set_off_fen());
    }
    equal("lines", static_cast<int64_t>(statement.lines.size()),
          static_cast<int64_t>(
              CountRows<tables::StatementLines>(view, {number, 0}, {number + 1, 0})));
  }
  for (const auto& [key, party] : model.parties) {
    const auto& [program, provider, division] = key;
    const bool is_provider = provider != 0;
    const auto* row = view.Find<tables::Parties>(
        {program,
         static_cast<uint8_t>(is_provider ? v1::ACCOUNT_KIND_PAYABLE_PROVIDER
                                          : v1::ACCOUNT_KIND_PAYABLE_ENTERPRISE),
         is_provider ? provider : std::strtoull(division.c_str(), nullptr, 10)});
    if (row == nullptr) return differences->Missing("party", provider);
    differences->Equal("closed month of party", provider, party.closed_month,
                       static_cast<int>(row->closed_month()));
    differences->Equal("carried by party", provider, party.carried_fen, row->carried_fen());
  }
}

// What is on record, and its days: "42 listing 3 from 20200 to 20300;".
void AppendRecord(uint64_t sequence, const v1::Incident* incident, int listing,
                  const v1::Blacklisting* blacklisting, std::string* text) {
  absl::StrAppend(text, sequence);
  if (incident != nullptr) absl::StrAppend(text, " incident ", incident->ShortDebugString());
  if (listing != 0) absl::StrAppend(text, " listing ", listing);
  if (blacklisting != nullptr) {
    absl::StrAppend(text, " blacklisted ", blacklisting->reason(), " for ",
                    absl::StrJoin(blacklisting->program_ids(), ","));
  }
}

void AppendDays(int64_t first, int64_t last, bool sandbox, bool withdrawn, std::string* text) {
  absl::StrAppend(text, " from ", first, " to ", last, sandbox ? " sandbox" : "",
                  withdrawn ? " withdrawn;" : ";");
}

std::string RecordsOf(const Enterprise& enterprise) {
  std::string text;
  for (const OnRecord& record : enterprise.records) {
    AppendRecord(record.sequence, record.incident ? &*record.incident : nullptr, record.listing,
                 record.blacklisting ? &*record.blacklisting : nullptr, &text);
    AppendDays(record.first, record.last(), record.sandbox, record.withdrawn, &text);
  }
  return text;
}

std::string RecordsOf(const rows::EnterpriseRow& row) {
  std::string text;
  for (const v1::EnterpriseRecord& record : row.records()) {
    const v1::Listing& listing = record.listing();
    const v1::Blacklisting& blacklisting = record.blacklisting();
    AppendRecord(record.sequence(), record.has_incident() ? &record.incident() : nullptr,
                 listing.kind(), record.has_blacklisting() ? &blacklisting : nullptr, &text);
    const v1::CivilDate& first = record.has_incident()  ? record.incident().date()
                                 : record.has_listing() ? listing.from()
                                                        : blacklisting.from();
    int64_t last = OnRecord::kNever;
    if (listing.has_until()) last = DayNumber(listing.until());
    if (blacklisting.has_until()) last = DayNumber(blacklisting.until());
    if (record.has_ended_on()) last = std::min(last, DayNumber(record.ended_on()));
    AppendDays(DayNumber(first), last, record.sandbox(), record.withdrawn(), &text);
  }
  return text;
}

void CompareDebts(const View& view, const Model& model, Differences* differences) {
  for (uint64_t number = 1; number <= model.enterprises.size(); ++number) {
    const auto* row = view.Find<tables::Enterprises>({number});
    if (row == nullptr) return differences->Missing("enterprise", number);
    int64_t owed = 0;
    std::vector<uint32_t> debtors;
    for (auto debt = model.receivable_fen.lower_bound({number, 0});
         debt != model.receivable_fen.end() && debt->first.first == number; ++debt) {
      if (!model.programs[debt->first.second - 1].rules().sandbox()) owed += debt->second;
      debtors.push_back(debt->first.second);
    }
    differences->Equal("owed by enterprise, over all", number, owed, row->receivable_fen());
    differences->Equal("programs in which it owes, enterprise", number, absl::StrJoin(debtors, ","),
                       absl::StrJoin(row->receivable_programs(), ","));
    const Enterprise& enterprise = model.enterprises[number - 1];
    differences->Equal("newest reminder of enterprise", number, enterprise.reminded_by,
                       row->reminder().program_id());
    differences->Equal("ends of times to mend of enterprise", number,
                       absl::StrJoin(enterprise.mended_by, ",", absl::PairFormatter("=")),
                       absl::StrJoin(MendedBy(*row), ",", absl::PairFormatter("=")));
    differences->Equal("records of enterprise", number, RecordsOf(enterprise), RecordsOf(*row));
  }
}

}  // namespace

void CompareSettlement(const View& view, const Model& model, Differences* differences) {
  ComparePayables(view, model, differences);
  CompareStatements(view, model, differences);
  CompareDebts(view, model, differences);
}

void CompareWaitlists(const View& view, const Model& model, Differences* differences) {
  for (uint32_t number = 1; number <= model.programs.size(); ++number) {
    const Program& program = model.programs[number - 1];
    const auto* row = view.Find<tables::Programs>({number});
    if (row == nullptr) return differences->Missing("program", number);
    // By the list of each pool of the newest rules, the budget's first.
    std::map<LimitKey, std::vector<uint64_t>> lines;
    for (const uint64_t id : program.waiting) {
      lines[{number, 0, 0, 0}].push_back(id);
      for (const v1::Pool& pool : program.rules().pools()) {
        if (!model.CountsIn(model.applications[id - 1], pool)) continue;
        lines[model.PoolKey(pool, number)].push_back(id);
      }
    }
    for (const auto& [limit, line] : lines) {
      const auto [of, kind, id, sub] = limit;
      std::vector<uint64_t> other;
      view.Scan<tables::Waitlist>({of, static_cast<uint8_t>(kind), id, sub, 0},
                                  {of, static_cast<uint8_t>(kind), id, sub, UINT64_MAX},
                                  [&](const auto&, const auto& place) {
                                    other.push_back(place.number());
                                    return true;
                                  });
      differences->Equal(absl::StrCat("line of kind ", kind, " at pool ", id, " of program"),
                         number, absl::StrJoin(line, ","), absl::StrJoin(other, ","));
    }
    differences->Equal("waiters of program", number, program.waiting.size(), row->waitlisted());
    differences->Equal("waitlist timer of program", number, program.waitlist_due,
                       row->waitlist_as_of_unix_ns());
    differences->Equal("unopened tranches of program", number, program.unopened_fen,
                       row->unopened_fen());
  }
}

}  // namespace voucher::simulation
