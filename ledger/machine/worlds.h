// Real programs and sandboxes are two worlds. They share enterprises, providers, calendars and the
// approval of providers, and nothing else: invoices, orders, accounts, records of enterprises and
// numbers are each world's own.
#pragma once

#include <cstdint>

#include "ledger/machine/context.h"
#include "ledger/state/view.h"
#include "ledger/state/writer_rows.h"

namespace voucher {

// The world of a program, which never changes.
inline World WorldOf(const rows::ProgramRow& program) {
  return program.sandbox() ? World::kSandbox : World::kReal;
}
World WorldOf(const View& view, uint32_t program);
inline World WorldOf(const Context::Program& program) {
  return WorldOf(*program.row);
}
// The world whose credit a cloud account takes.
inline World WorldOf(const rows::AccountRow& account) {
  return account.sandbox() ? World::kSandbox : World::kReal;
}

// As the first element of a key.
inline uint8_t Key(World world) {
  return static_cast<uint8_t>(world);
}

// What a sandbox numbers begins after this, so that a number tells its world and none of a sandbox
// makes a gap in those of real programs. Exact in a double, as JSON clients need.
inline constexpr uint64_t kSandboxNumbers = uint64_t{1} << 52;

inline World WorldOfNumber(uint64_t number) {
  return number > kSandboxNumbers ? World::kSandbox : World::kReal;
}

// The number that comes next in a world: NextNumber(*context, world, &rows::DenseNumbers::voucher).
uint64_t NextNumber(const Context& context, World world,
                    uint64_t (rows::DenseNumbers::*last)() const);

// Notes, when an entry is evolved, that a number was given:
// KeepNumber(id, &rows::DenseNumbers::set_voucher, rows).
void KeepNumber(uint64_t number, void (rows::DenseNumbers::*set)(uint64_t), EditableRows* rows);

}  // namespace voucher
