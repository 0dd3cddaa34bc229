#include "ledger/machine/worlds.h"

#include <algorithm>

#include "ledger/base/check.h"

namespace voucher {

World WorldOf(const View& view, uint32_t program) {
  const rows::ProgramRow* row = view.Find<tables::Programs>({program});
  VOUCHER_CHECK(row != nullptr) << "program " << program;
  return WorldOf(*row);
}

uint64_t NextNumber(const Context& context, World world,
                    uint64_t (rows::DenseNumbers::*last)() const) {
  const rows::CountersRow& counters = context.counters();
  if (world == World::kReal) return (counters.real().*last)() + 1;
  return std::max(kSandboxNumbers, (counters.sandbox().*last)()) + 1;
}

void KeepNumber(uint64_t number, void (rows::DenseNumbers::*set)(uint64_t), EditableRows* rows) {
  rows::CountersRow& counters = rows->Edit<tables::Counters>({});
  rows::DenseNumbers* numbers =
      WorldOfNumber(number) == World::kReal ? counters.mutable_real() : counters.mutable_sandbox();
  (numbers->*set)(number);
}

}  // namespace voucher
