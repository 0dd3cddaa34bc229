// What touches every table is compiled here, once.
#include "ledger/state/view.h"

namespace voucher {

View::View(const RowSource* source) : source_(source) {}
View::View(const View* below) : below_(below) {}
View::~View() = default;

}  // namespace voucher
