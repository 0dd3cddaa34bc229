#include "ledger/machine/waitlist_index.h"

#include "absl/algorithm/container.h"

namespace voucher {

tables::Waitlist::Key WaitlistKey(uint32_t program, const LimitId& pool, uint64_t queue_number) {
  return {program, static_cast<uint8_t>(pool.kind), pool.id, pool.sub, queue_number};
}

std::vector<LimitId> ListsOf(const rows::ApplicationRow& application) {
  std::vector<LimitId> lists = {LimitId{}};
  const auto add = [&](const LimitId& list) {
    if (!absl::c_linear_search(lists, list)) lists.push_back(list);
  };
  const uint64_t division = application.division();
  for (const uint64_t area : {division, division / 100 * 100, division / 10'000 * 10'000}) {
    add({v1::LIMIT_KIND_DIVISION, area});
  }
  for (const uint64_t provider : application.providers()) {
    add({v1::LIMIT_KIND_PROVIDER, provider});
  }
  add({v1::LIMIT_KIND_ITEM, application.item()});
  if (application.cluster() != 0) add({v1::LIMIT_KIND_CLUSTER, application.cluster()});
  return lists;
}

uint64_t FirstOnWaitlist(const View& view, uint32_t program, const LimitId& pool) {
  uint64_t first = 0;
  view.Scan<tables::Waitlist>(WaitlistKey(program, pool, 0),
                              WaitlistKey(program, pool, kLastQueueNumber),
                              [&](const tables::Waitlist::Key& key, const rows::NumberRow&) {
                                first = std::get<4>(key);
                                return false;
                              });
  return first;
}

void JoinWaitlist(uint64_t application_id, const rows::ApplicationRow& application,
                  EditableRows* rows) {
  const uint32_t program = application.program();
  for (const LimitId& list : ListsOf(application)) {
    rows->PutNumber<tables::Waitlist>(WaitlistKey(program, list, application.queue_number()),
                                      application_id);
  }
  rows::ProgramRow& row = rows->Edit<tables::Programs>({program});
  row.set_waitlisted(row.waitlisted() + 1);
}

void LeaveWaitlist(const rows::ApplicationRow& application, EditableRows* rows) {
  const uint32_t program = application.program();
  for (const LimitId& list : ListsOf(application)) {
    rows->Erase<tables::Waitlist>(WaitlistKey(program, list, application.queue_number()));
  }
  rows::ProgramRow& row = rows->Edit<tables::Programs>({program});
  row.set_waitlisted(row.waitlisted() - 1);
}

}  // namespace voucher
