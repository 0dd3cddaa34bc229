#include "clients/cli/quote_line.h"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include <nlohmann/json.hpp>

#include "clients/cli/failure.h"
#include "clients/cli/field_text.h"

namespace voucher::cli {
namespace {

using google::protobuf::Message;
using nlohmann::json;

// Reads the members of one JSON object, keeping the first complaint of the whole line.
class ObjectReader {
 public:
  ObjectReader(const json& object, std::string path, absl::Status* status)
      : object_(object), path_(std::move(path)), status_(*status) {
    if (!object_.is_object()) Complain("", "expected an object");
  }

  // Complains about members that are not named here.
  void AllowOnly(std::initializer_list<absl::string_view> names) {
    if (!object_.is_object()) return;
    for (const auto& [name, value] : object_.items()) {
      if (std::find(names.begin(), names.end(), name) == names.end()) {
        Complain(name, absl::StrCat("unknown; names here are ", absl::StrJoin(names, ", ")));
      }
    }
  }

  // The member, or null if there is none; complains if it must be there.
  const json* Find(const char* name, bool required) {
    const auto member = object_.find(name);
    if (object_.is_object() && member != object_.end()) return &*member;
    if (required) Complain(name, "missing");
    return nullptr;
  }

  std::string Text(const char* name, bool required) {
    const json* value = Find(name, required);
    if (value == nullptr) return "";
    if (value->is_string()) return value->get<std::string>();
    Complain(name, "expected a string");
    return "";
  }

  bool Flag(const char* name) {
    const json* value = Find(name, false);
    if (value == nullptr) return false;
    if (value->is_boolean()) return value->get<bool>();
    Complain(name, "expected true or false");
    return false;
  }

  int64_t Fen(const char* name, bool required) {
    const json* value = Find(name, required);
    if (value == nullptr) return 0;
    constexpr auto kMost = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
    const bool fits = value->is_number_integer() &&
                      (!value->is_number_unsigned() || value->get<uint64_t>() <= kMost);
    if (fits) return value->get<int64_t>();
    Complain(name, "expected a whole number of fen");
    return 0;
  }

  // Sets a field of `message` from the text of a member: an enum, a day, an instant.
  void Fill(const char* name, const char* field, bool required, Message* message) {
    const std::string text = Text(name, required);
    if (!status_.ok() || Find(name, false) == nullptr) return;
    const absl::Status status = SetField(field, text, message);
    if (!status.ok()) Complain(name, status.message());
  }

  // The elements of a list member.
  std::vector<json> List(const char* name) {
    const json* value = Find(name, false);
    if (value == nullptr) return {};
    if (value->is_array()) return value->get<std::vector<json>>();
    Complain(name, "expected a list");
    return {};
  }

  std::string PathOf(absl::string_view name) const {
    return path_.empty() || name.empty() ? absl::StrCat(path_, name)
                                         : absl::StrCat(path_, ".", name);
  }

  void Complain(absl::string_view name, absl::string_view what) {
    if (!status_.ok()) return;
    const std::string path = PathOf(name);
    status_ = absl::InvalidArgumentError(path.empty() ? std::string(what)
                                                      : absl::StrCat(path, ": ", what));
  }

 private:
  const json& object_;
  const std::string path_;
  absl::Status& status_;
};

void ReadIncident(const json& object, std::string path, absl::Status* status,
                  v1::Incident* incident) {
  ObjectReader reader(object, std::move(path), status);
  reader.AllowOnly({"kind", "date", "severity"});
  reader.Fill("kind", "kind", true, incident);
  reader.Fill("date", "date", true, incident);
  reader.Fill("severity", "severity", false, incident);
}

void ReadEnterprise(const json& object, absl::Status* status, v1::QuoteRequest* request) {
  ObjectReader reader(object, "enterprise", status);
  reader.AllowOnly({"uscc", "division", "size", "industry", "registered_on", "is_cloud_provider",
                    "prior_year_revenue_fen", "incidents", "listings", "blacklisted"});
  v1::EnterpriseFacts& facts = *request->mutable_facts();
  facts.set_uscc(reader.Text("uscc", true));
  request->set_uscc(facts.uscc());
  facts.set_division(reader.Text("division", true));
  reader.Fill("size", "size", true, &facts);
  reader.Fill("industry", "industry", true, &facts);
  reader.Fill("registered_on", "registered_on", true, &facts);
  facts.set_is_cloud_provider(reader.Flag("is_cloud_provider"));
  facts.set_prior_year_revenue_fen(reader.Fen("prior_year_revenue_fen", false));
  request->set_blacklisted(reader.Flag("blacklisted"));

  int index = 0;
  for (const json& incident : reader.List("incidents")) {
    ReadIncident(incident, reader.PathOf(absl::StrCat("incidents[", index++, "]")), status,
                 request->add_incidents());
  }
  for (const json& listing : reader.List("listings")) {
    if (!listing.is_string()) {
      reader.Complain("listings", "expected names of lists");
    } else if (absl::Status set = SetField("listings", listing.get<std::string>(), request);
               !set.ok()) {
      reader.Complain("listings", set.message());
    }
  }
}

void ReadProject(const json& object, absl::Status* status, v1::Project* project) {
  ObjectReader reader(object, "project", status);
  reader.AllowOnly({"other_funding", "completed_prior_year"});
  project->set_other_funding(reader.Flag("other_funding"));
  project->set_completed_prior_year(reader.Flag("completed_prior_year"));
}

}  // namespace

absl::StatusOr<QuoteLine> ParseQuoteLine(absl::string_view line) {
  const json object = json::parse(line.begin(), line.end(), nullptr, /*allow_exceptions=*/false);
  if (object.is_discarded()) return absl::InvalidArgumentError("not a JSON object");

  QuoteLine quote;
  absl::Status status;
  ObjectReader reader(object, "", &status);
  reader.AllowOnly({"id", "program", "item", "received_at", "enterprise", "project", "spend_fen",
                    "already_granted_fen", "expect"});
  if (const json* id = reader.Find("id", true)) quote.id_json = id->dump();
  v1::QuoteRequest& request = quote.request;
  request.set_program_id(reader.Text("program", true));
  request.set_item_id(reader.Text("item", true));
  reader.Fill("received_at", "received_at", true, &request);
  request.set_spend_fen(reader.Fen("spend_fen", true));
  request.set_already_granted_fen(reader.Fen("already_granted_fen", false));
  if (const json* enterprise = reader.Find("enterprise", true)) {
    ReadEnterprise(*enterprise, &status, &request);
  }
  request.mutable_project();
  if (const json* project = reader.Find("project", false)) {
    ReadProject(*project, &status, request.mutable_project());
  }
  if (!status.ok()) return status;
  return quote;
}

std::string QuoteAnswer(const std::string& id_json, int64_t grant_fen) {
  return absl::StrCat(R"({"id":)", id_json, R"(,"grant_fen":)", grant_fen, "}");
}

std::string QuoteAnswer(const std::string& id_json, const v1::Refusal& refusal) {
  std::string rules;
  if (refusal.reason() == v1::REASON_NOT_ELIGIBLE) {
    std::vector<std::string> names;
    for (const int rule : refusal.rules()) {
      names.push_back(absl::StrCat("\"", RuleText(static_cast<v1::EligibilityRule>(rule)), "\""));
    }
    rules = absl::StrCat(R"(,"rules":[)", absl::StrJoin(names, ","), "]");
  }
  return absl::StrCat(R"({"id":)", id_json, R"(,"reject":")", ReasonText(refusal.reason()), "\"",
                      rules, "}");
}

}  // namespace voucher::cli
