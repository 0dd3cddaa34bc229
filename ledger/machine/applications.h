#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"

#include "ledger/machine/application_states.h"
#include "ledger/machine/context.h"
#include "ledger/policy/limits.h"
#include "ledger/state/writer_rows.h"
#include "voucher/v1/application.pb.h"
#include "voucher/v1/entry.pb.h"

namespace voucher {

// What the verbs on applications share.

v1::Refusal ApplicationNotFound(uint64_t application_id);

// ILLEGAL_STATE that says more than the state: "ON_NOTICE, the notice is over".
v1::Refusal IllegalState(v1::ApplicationState state, absl::string_view why,
                         absl::string_view why_zh,
                         std::initializer_list<std::pair<absl::string_view, int64_t>> numbers = {});

// The rules that judge an application: of the revision in force when it was submitted. Notes
// program and revision for the entry.
const CompiledRules& JudgingRules(Context* context, const rows::ApplicationRow& application);

// The review stage that comes next; nullptr if all are passed.
const v1::ReviewStage* NextStage(const CompiledRules& rules,
                                 const rows::ApplicationRow& application);

// ITEM_ALREADY_CLAIMED if the item can be claimed only once by the rules of `item` and another
// application claims it, for the enterprise or for the project (in lower case).
std::optional<v1::Refusal> RefuseIfItemClaimed(const Context& context, uint32_t program,
                                               const v1::Item& item, uint64_t enterprise,
                                               absl::string_view project_id);

// What a submission, a quote or an award asks for.
struct GrantRequest {
  Context::Program program;
  Context::Enterprise enterprise;
  const v1::Item* item = nullptr;
  // In lower case.
  std::string project_id;
  // 0 for an award, which is of a fixed amount.
  int64_t spend_fen = 0;
  // Providers of the chosen products; an award chooses none.
  std::vector<absl::string_view> provider_ids;
  // True for an award. It is granted at once or not at all: a pool that lets others wait refuses
  // it, also while somebody waits there, and a competitive program does not rank it.
  bool awarded = false;
};

// What can be granted; of a competitive program, which reserves nothing before the ranking, what
// the caps leave. Refusals in order of precedence: ITEM_ALREADY_CLAIMED, SUPERSEDED_BY_HIGHER,
// AMOUNT_TOO_SMALL, those of FitLimits. Reserves nothing.
std::variant<FittingGrant, v1::Refusal> OfferGrant(const Context& context,
                                                   const GrantRequest& request);

// Begins application `id` with the entry: indexes, claims, waitlist and counts. The caller has
// filled `row`: state, enterprise, item, delivery_mode, spend_fen, granted_fen, wanted_fen,
// invoice_keys, orders, project_id, division, cluster, providers, awarded. The entry has a queue
// number.
void BookApplication(const v1::Entry& entry, uint64_t id, rows::ApplicationRow row,
                     EditableRows* rows);

// Puts an application into `to`: counts it, and keeps what depends on its state: claims of its
// invoices (freed or taken again as HoldsInvoices says), its place on the waitlist and among the
// scored, and its timers: the correction deadline goes with RETURNED, the project deadline of an
// extended project with APPROVED.
void MoveApplication(uint64_t application_id, v1::ApplicationState to, EditableRows* rows);

// Counts an application from one state to another; UNSPECIFIED stands for outside.
void CountApplication(uint32_t program, v1::ApplicationState from, v1::ApplicationState to,
                      EditableRows* rows);

}  // namespace voucher
