#include "clients/cli/import_standing.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "google/protobuf/util/message_differencer.h"

#include "clients/cli/application_pages.h"
#include "clients/cli/field_text.h"
#include "ledger/base/civil.h"
#include "ledger/base/status_macros.h"

namespace voucher::cli {
namespace {

using google::protobuf::util::MessageDifferencer;

Standing DoneBefore(uint64_t sequence, std::string shown_by) {
  return {Standing::kDoneBefore, sequence, std::move(shown_by)};
}

// How an entry of a register stands: `known` is null if it is not there.
Standing Compared(const google::protobuf::Message* known, const google::protobuf::Message& asked) {
  if (known == nullptr) return {Standing::kNew, 0, ""};
  const bool same = MessageDifferencer::Equals(*known, asked);
  return {same ? Standing::kUnchanged : Standing::kChanged, 0, ""};
}

CivilDay Today() {
  return DayOf(absl::ToUnixNanos(absl::Now()), Zone::Shanghai());
}

bool IsBefore(const v1::CivilDate& date, CivilDay day) {
  const std::optional<CivilDay> known = FromCivilDate(date);
  return known && *known < day;
}

// Whether an entry of its own ended or withdrew the record. What is merely past its last day is not
// looked at: whether that day is over is for the ledger's clock to say.
bool IsOver(const v1::EnterpriseRecord& record) {
  return record.withdrawn() || (record.has_ended_on() && IsBefore(record.ended_on(), Today()));
}

// The newest record of that world that stands and that `is_same` finds, as an act that was done.
template <typename IsSame>
Standing FindRecord(const v1::Enterprise& enterprise, bool sandbox, const IsSame& is_same) {
  const auto& records = enterprise.records();
  const auto found = std::find_if(records.rbegin(), records.rend(), [&](const auto& record) {
    return record.sandbox() == sandbox && !IsOver(record) && is_same(record);
  });
  if (found == records.rend()) return {Standing::kNotDone, 0, ""};
  return DoneBefore(found->sequence(), "");
}

// Taking off a list, or lifting, is done where nothing of that kind stands.
template <typename IsOfKind>
Standing NothingStands(const v1::Enterprise& enterprise, bool sandbox, absl::string_view shown_by,
                       const IsOfKind& is_of_kind) {
  const auto& records = enterprise.records();
  const bool any = std::any_of(records.begin(), records.end(), [&](const auto& record) {
    return is_of_kind(record) && record.sandbox() == sandbox && !IsOver(record);
  });
  if (any) return {Standing::kNotDone, 0, ""};
  return DoneBefore(0, std::string(shown_by));
}

bool IsSame(const v1::Application& application, const v1::SubmitApplicationRequest& request) {
  std::set<absl::string_view> asked;
  for (const v1::ProductChoice& product : request.products()) asked.insert(product.provider_id());
  const std::set<absl::string_view> known(application.provider_ids().begin(),
                                          application.provider_ids().end());
  return application.program_id() == request.program_id() &&
         application.item_id() == request.item_id() && application.uscc() == request.uscc() &&
         application.delivery_mode() == request.delivery_mode() &&
         application.spend_fen() == request.spend_fen() &&
         absl::AsciiStrToLower(application.project_id()) ==
             absl::AsciiStrToLower(request.project().project_id()) &&
         known == asked;
}

std::string ShownBy(const v1::Application& application) {
  const std::string stage =
      application.next_stage().empty() ? "" : absl::StrCat(", next ", application.next_stage());
  return absl::StrCat("application ", application.application_id(), " is ",
                      ShortName(application.state()), stage);
}

// Whether the whole chain of reviews is passed.
bool IsReviewed(v1::ApplicationState state) {
  return PhaseOf(state) == Phase::kApproved || state == v1::APPLICATION_STATE_LISTED ||
         state == v1::APPLICATION_STATE_ON_NOTICE || state == v1::APPLICATION_STATE_OBJECTED;
}

// Whether the chain up to and with the stage is passed.
bool IsPast(const v1::Application& application, const v1::ProgramRules& rules,
            absl::string_view stage_id) {
  const bool scored = application.state() == v1::APPLICATION_STATE_SCORED;
  if (application.next_stage().empty() && !scored && !IsReviewed(application.state())) return false;
  for (const v1::ReviewStage& stage : rules.review_stages()) {
    if (stage.stage_id() == application.next_stage()) return false;
    if (stage.stage_id() == stage_id) return true;
    if (scored && stage.scores()) return false;
  }
  return false;
}

}  // namespace

absl::string_view WordOf(Standing::Kind kind) {
  switch (kind) {
    case Standing::kNew:
      return "new";
    case Standing::kChanged:
      return "changed";
    case Standing::kUnchanged:
      return "unchanged";
    case Standing::kNotDone:
      return "not done before";
    case Standing::kDoneBefore:
      return "done before";
    case Standing::kUnknown:
      break;
  }
  return "cannot be read";
}

absl::StatusOr<v1::Enterprise> StandingReader::Enterprise(const std::string& uscc,
                                                          uint64_t min_sequence) const {
  v1::GetEnterpriseRequest request;
  request.set_uscc(uscc);
  request.set_min_sequence(min_sequence);
  VOUCHER_ASSIGN_OR_RETURN(v1::GetEnterpriseResponse response,
                           client_.GetEnterprise(request, call_));
  return std::move(*response.mutable_enterprise());
}

absl::StatusOr<v1::Application> StandingReader::Application(uint64_t application_id,
                                                            uint64_t min_sequence) const {
  v1::GetApplicationRequest request;
  request.set_application_id(application_id);
  request.set_min_sequence(min_sequence);
  VOUCHER_ASSIGN_OR_RETURN(v1::GetApplicationResponse response,
                           client_.GetApplication(request, call_));
  return std::move(*response.mutable_application());
}

absl::StatusOr<v1::ProgramRules> StandingReader::Rules(const std::string& program_id) {
  const MutexLock lock(mutex_);
  const auto known = rules_.find(program_id);
  if (known != rules_.end()) return known->second;
  v1::GetProgramRequest request;
  request.set_program_id(program_id);
  VOUCHER_ASSIGN_OR_RETURN(const v1::GetProgramResponse response,
                           client_.GetProgram(request, call_));
  return rules_[program_id] = response.program().rules();
}

absl::StatusOr<Standing> StandingReader::Of(const v1::PutEnterpriseRequest& request,
                                            uint64_t min_sequence) {
  const absl::StatusOr<v1::Enterprise> known = Enterprise(request.facts().uscc(), min_sequence);
  if (absl::IsNotFound(known.status())) return Compared(nullptr, request.facts());
  if (!known.ok()) return known.status();
  return Compared(&known->facts(), request.facts());
}

absl::StatusOr<Standing> StandingReader::Of(const v1::PutProviderRequest& request, uint64_t) {
  const MutexLock lock(mutex_);
  if (!providers_) {
    std::map<std::string, std::string> names;
    v1::ListProvidersRequest list;
    const absl::Status status = ReadPages(
        &client::Client::ListProviders, list, client_,
        [&](const v1::ListProvidersResponse& page) {
          for (const v1::Provider& provider : page.providers()) {
            names[provider.provider_id()] = provider.name();
          }
        },
        call_);
    if (!status.ok()) return status;
    providers_ = std::move(names);
  }
  const auto known = providers_->find(request.provider_id());
  if (known == providers_->end()) return Standing{Standing::kNew, 0, ""};
  const bool same = known->second == request.name();
  return Standing{same ? Standing::kUnchanged : Standing::kChanged, 0, ""};
}

absl::StatusOr<Standing> StandingReader::Of(const v1::PutProductRequest& request, uint64_t) {
  const v1::Product& asked = request.product();
  const MutexLock lock(mutex_);
  auto catalog = catalogs_.find(asked.program_id());
  if (catalog == catalogs_.end()) {
    std::map<std::string, v1::Product> products;
    v1::ListCatalogRequest list;
    list.set_program_id(asked.program_id());
    const absl::Status status = ReadPages(
        &client::Client::ListCatalog, list, client_,
        [&](const v1::ListCatalogResponse& page) {
          for (v1::Product product : page.products()) {
            product.clear_earlier();
            products[absl::StrCat(product.provider_id(), "/", product.product_id())] = product;
          }
        },
        call_);
    if (!status.ok()) return status;
    catalog = catalogs_.emplace(asked.program_id(), std::move(products)).first;
  }
  const auto known =
      catalog->second.find(absl::StrCat(asked.provider_id(), "/", asked.product_id()));
  return Compared(known == catalog->second.end() ? nullptr : &known->second, asked);
}

absl::StatusOr<Standing> StandingReader::Of(const v1::PutClusterRequest& request,
                                            uint64_t min_sequence) {
  v1::GetClusterRequest get;
  get.set_program_id(request.cluster().program_id());
  get.set_cluster_id(request.cluster().cluster_id());
  get.set_min_sequence(min_sequence);
  const absl::StatusOr<v1::GetClusterResponse> known = client_.GetCluster(get, call_);
  if (absl::IsNotFound(known.status())) return Compared(nullptr, request.cluster());
  if (!known.ok()) return known.status();
  return Compared(&known->cluster().cluster(), request.cluster());
}

absl::StatusOr<Standing> StandingReader::Of(const v1::RecordIncidentRequest& request,
                                            uint64_t min_sequence) {
  VOUCHER_ASSIGN_OR_RETURN(const v1::Enterprise enterprise,
                           Enterprise(request.uscc(), min_sequence));
  // Also one that was ended: an incident happened once.
  const auto& records = enterprise.records();
  const auto found = std::find_if(records.rbegin(), records.rend(), [&](const auto& record) {
    return record.has_incident() && record.sandbox() == request.sandbox() && !record.withdrawn() &&
           MessageDifferencer::Equals(record.incident(), request.incident());
  });
  if (found == records.rend()) return Standing{Standing::kNotDone, 0, ""};
  return DoneBefore(found->sequence(), "");
}

absl::StatusOr<Standing> StandingReader::Of(const v1::SetListingRequest& request,
                                            uint64_t min_sequence) {
  VOUCHER_ASSIGN_OR_RETURN(const v1::Enterprise enterprise,
                           Enterprise(request.uscc(), min_sequence));
  const auto is_of_kind = [&](const v1::EnterpriseRecord& record) {
    return record.has_listing() && record.listing().kind() == request.kind();
  };
  if (!request.listed()) {
    return NothingStands(enterprise, request.sandbox(), "it stands on no such list", is_of_kind);
  }
  return FindRecord(enterprise, request.sandbox(), [&](const v1::EnterpriseRecord& record) {
    const v1::Listing& listing = record.listing();
    // Without a document, whatever puts it on the list will do.
    const bool any_end = request.reference().empty() && !request.has_until();
    return is_of_kind(record) &&
           (request.reference().empty() || listing.reference() == request.reference()) &&
           (any_end || MessageDifferencer::Equals(listing.until(), request.until())) &&
           (!request.has_from() || MessageDifferencer::Equals(listing.from(), request.from()));
  });
}

absl::StatusOr<Standing> StandingReader::Of(const v1::SetBlacklistRequest& request,
                                            uint64_t min_sequence) {
  VOUCHER_ASSIGN_OR_RETURN(const v1::Enterprise enterprise,
                           Enterprise(request.uscc(), min_sequence));
  const auto is_of_kind = [](const v1::EnterpriseRecord& record) {
    return record.has_blacklisting();
  };
  if (!request.has_blacklisting()) {
    return NothingStands(enterprise, request.sandbox(), "it is not blacklisted", is_of_kind);
  }
  v1::Blacklisting asked = request.blacklisting();
  std::sort(asked.mutable_program_ids()->begin(), asked.mutable_program_ids()->end());
  return FindRecord(enterprise, request.sandbox(), [&](const v1::EnterpriseRecord& record) {
    v1::Blacklisting known = record.blacklisting();
    std::sort(known.mutable_program_ids()->begin(), known.mutable_program_ids()->end());
    if (!asked.has_from()) known.clear_from();
    if (asked.reference().empty()) known.clear_reference();
    return is_of_kind(record) && MessageDifferencer::Equals(known, asked);
  });
}

absl::StatusOr<Standing> StandingReader::Of(const v1::SubmitApplicationRequest& request,
                                            uint64_t min_sequence) {
  v1::ListApplicationsRequest list;
  list.set_program_id(request.program_id());
  list.set_uscc(request.uscc());
  list.set_min_sequence(min_sequence);
  Standing standing{Standing::kNotDone, 0, ""};
  const absl::Status status = ReadPages(
      &client::Client::ListApplications, list, client_,
      [&](const v1::ListApplicationsResponse& page) {
        for (const v1::Application& application : page.applications()) {
          if (PhaseOf(application.state()) == Phase::kEnded) continue;
          if (!IsSame(application, request)) continue;
          standing = DoneBefore(application.submitted_sequence(), ShownBy(application));
        }
      },
      call_);
  if (!status.ok()) return status;
  return standing;
}

absl::StatusOr<Standing> StandingReader::OfNamed(const v1::SubmitApplicationRequest& request,
                                                 uint64_t application_id, uint64_t min_sequence) {
  VOUCHER_ASSIGN_OR_RETURN(const v1::Application application,
                           Application(application_id, min_sequence));
  if (!IsSame(application, request)) return Standing{Standing::kNotDone, 0, ""};
  return DoneBefore(application.submitted_sequence(), ShownBy(application));
}

absl::StatusOr<Standing> StandingReader::Of(const v1::CorrectApplicationRequest& request,
                                            uint64_t min_sequence) {
  VOUCHER_ASSIGN_OR_RETURN(const v1::Application application,
                           Application(request.application_id(), min_sequence));
  const bool done = application.state() != v1::APPLICATION_STATE_RETURNED &&
                    PhaseOf(application.state()) != Phase::kEnded &&
                    application.spend_fen() == request.spend_fen();
  if (!done) return Standing{Standing::kNotDone, 0, ""};
  return DoneBefore(0, absl::StrCat(ShownBy(application), ", with this spend"));
}

absl::StatusOr<Standing> StandingReader::Of(const v1::ReviewApplicationRequest& request,
                                            uint64_t min_sequence) {
  VOUCHER_ASSIGN_OR_RETURN(const v1::Application application,
                           Application(request.application_id(), min_sequence));
  bool done = false;
  if (request.verdict() == v1::REVIEW_VERDICT_PASS) {
    VOUCHER_ASSIGN_OR_RETURN(const v1::ProgramRules rules, Rules(application.program_id()));
    done = IsPast(application, rules, request.stage_id()) &&
           (request.score() == 0 || request.score() == application.score());
  } else if (request.verdict() == v1::REVIEW_VERDICT_REJECT) {
    done = application.state() == v1::APPLICATION_STATE_REJECTED;
  }
  if (!done) return Standing{Standing::kNotDone, 0, ""};
  return DoneBefore(0, ShownBy(application));
}

// Which objection is open, and which were dismissed, is in no answer.
absl::StatusOr<Standing> StandingReader::Of(const v1::FileObjectionRequest& request,
                                            uint64_t min_sequence) {
  VOUCHER_ASSIGN_OR_RETURN(const v1::Application application,
                           Application(request.application_id(), min_sequence));
  return Standing{Standing::kUnknown, 0, ShownBy(application)};
}

absl::StatusOr<Standing> StandingReader::Of(const v1::AcceptProjectRequest& request,
                                            uint64_t min_sequence) {
  VOUCHER_ASSIGN_OR_RETURN(const v1::Application application,
                           Application(request.application_id(), min_sequence));
  bool done = application.state() == v1::APPLICATION_STATE_ACCEPTED;
  if (application.state() == v1::APPLICATION_STATE_SETTLED) {
    VOUCHER_ASSIGN_OR_RETURN(const v1::ProgramRules rules, Rules(application.program_id()));
    done = rules.acceptance().gates_settlement();
  }
  if (!done) return Standing{Standing::kNotDone, 0, ""};
  return DoneBefore(0, ShownBy(application));
}

absl::StatusOr<Standing> StandingReader::Of(const v1::ConfirmTransferRequest& request,
                                            uint64_t min_sequence) {
  v1::GetTransferRequest get;
  get.set_transfer_id(request.transfer_id());
  get.set_min_sequence(min_sequence);
  VOUCHER_ASSIGN_OR_RETURN(const v1::GetTransferResponse known, client_.GetTransfer(get, call_));
  const v1::Transfer& transfer = known.transfer();
  if (transfer.state() != v1::TRANSFER_STATE_CONFIRMED ||
      transfer.provider_reference() != request.provider_reference()) {
    return Standing{Standing::kNotDone, 0, ""};
  }
  return DoneBefore(0, absl::StrCat("transfer ", transfer.transfer_id(), " is CONFIRMED with ",
                                    transfer.provider_reference()));
}

absl::StatusOr<Standing> StandingReader::Of(const v1::RecordDisbursementRequest& request,
                                            uint64_t min_sequence) {
  v1::GetStatementRequest get;
  get.set_statement_id(request.statement_id());
  get.set_min_sequence(min_sequence);
  VOUCHER_ASSIGN_OR_RETURN(const v1::GetStatementResponse known, client_.GetStatement(get, call_));
  for (const v1::Disbursement& payment : known.statement().disbursements()) {
    if (!MessageDifferencer::Equals(payment, request.disbursement())) continue;
    return DoneBefore(0, absl::StrCat("statement ", request.statement_id(), " has this payment"));
  }
  return Standing{Standing::kNotDone, 0, ""};
}

}  // namespace voucher::cli
