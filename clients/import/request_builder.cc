#include "clients/import/request_builder.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

#include "ledger/base/check.h"
#include "ledger/base/text.h"

namespace voucher::client {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

const FieldDescriptor* Step(const Descriptor& type, absl::string_view name) {
  const FieldDescriptor* field = type.FindFieldByName(std::string(name));
  VOUCHER_CHECK(field != nullptr) << type.full_name() << " has no " << std::string(name);
  return field;
}

// A step of a column's path: "documents[CONTRACT]" is `name` and `kind`.
struct PathStep {
  explicit PathStep(absl::string_view step)
      : name(step.substr(0, step.find('['))), is_list(name.size() < step.size()) {
    if (is_list) kind = absl::StripSuffix(step.substr(name.size() + 1), "]");
  }

  absl::string_view name;
  bool is_list;
  absl::string_view kind;
};

// What columns of one list have in common, as in "evidence.documents[CONTRACT]"; empty for others.
std::string ListOf(const ImportColumn& column) {
  const size_t end = column.field.find(']');
  return end == std::string::npos ? "" : column.field.substr(0, end + 1);
}

// The message within an element of a list that the column is of, as in "evidence.invoices[].order";
// empty for others.
absl::string_view MessageInElementOf(const ImportColumn& column) {
  const absl::string_view path = absl::string_view(column.field).substr(0, column.field.rfind('.'));
  const size_t end = path.find("].");
  return end == absl::string_view::npos ? absl::string_view() : path;
}

// Whether every row of a run may fill it again.
bool Grows(const ImportColumn& column) {
  return absl::StrContains(column.field, "[]");
}

// A cell as shown in a complaint: short, even if somebody pasted a novel.
std::string Shown(absl::string_view cell) {
  constexpr size_t kMost = 40;
  if (cell.empty()) return "it is empty";
  if (cell.size() <= kMost) return absl::StrCat("got '", cell, "'");
  absl::string_view rest = cell;
  while (cell.size() - rest.size() < kMost && TakeCodePoint(&rest)) continue;
  return absl::StrCat("got '", cell.substr(0, cell.size() - rest.size()), "…'");
}

std::string HelpOf(const CsvImport& import, const ImportColumn& column) {
  const std::string names = NamesOf(FieldOf(import, column));
  return absl::StrCat(column.help, names.empty() ? "" : ": ", names);
}

}  // namespace

const FieldDescriptor* FieldOf(const CsvImport& import, const ImportColumn& column) {
  if (column.field.empty()) return nullptr;
  const Descriptor* type = import.request->GetDescriptor();
  const FieldDescriptor* field = nullptr;
  for (const absl::string_view step : absl::StrSplit(column.field, '.')) {
    field = Step(*type, PathStep(step).name);
    type = field->message_type();
  }
  return field;
}

absl::string_view RequestBuilder::CellOf(const CsvRow& row, absl::string_view column) const {
  const auto found = table_.columns.find(column);
  if (found == table_.columns.end()) return "";
  return absl::StripSuffix(row.cells[found->second], "\t");
}

absl::string_view RequestBuilder::Cell(absl::string_view column) const {
  return CellOf(*first_row_, column);
}

void RequestBuilder::Complain(absl::string_view column, std::string description) {
  problems_.push_back({first_row_->line, std::string(column), std::move(description)});
}

void RequestBuilder::ComplainOf(const Place& place, absl::string_view what,
                                absl::string_view help) {
  problems_.push_back({place.line, import_.columns[place.column].name,
                       absl::StrCat(what, "; ", Shown(place.cell), " (", help, ")")});
}

void RequestBuilder::ReadRow(const CsvRow& row) {
  if (first_row_ == nullptr) first_row_ = &row;
  elements_.clear();
  for (size_t i = 0; i < import_.columns.size(); ++i) Read(i, row);
}

void RequestBuilder::ReadFurtherRow(const CsvRow& row) {
  elements_.clear();
  for (size_t i = 0; i < import_.columns.size(); ++i) {
    const ImportColumn& column = import_.columns[i];
    if (Grows(column)) {
      Read(i, row);
      continue;
    }
    const absl::string_view cell = CellOf(row, column.name);
    if (cell.empty() || cell == Cell(column.name)) continue;
    problems_.push_back(
        {row.line, column.name,
         absl::StrCat("differs from the first row of its request; leave it empty or repeat '",
                      Cell(column.name), "'")});
  }
}

bool RequestBuilder::AddsTo(const std::string& list, const CsvRow& row) const {
  return std::any_of(import_.columns.begin(), import_.columns.end(), [&](const auto& column) {
    return ListOf(column) == list &&
           (column.presence == Presence::kRequired || !CellOf(row, column.name).empty());
  });
}

bool RequestBuilder::FillsMessageOf(const ImportColumn& column, const CsvRow& row) const {
  return std::any_of(import_.columns.begin(), import_.columns.end(), [&](const auto& other) {
    return MessageInElementOf(other) == MessageInElementOf(column) &&
           !CellOf(row, other.name).empty();
  });
}

Message* RequestBuilder::ElementOf(const std::string& list, absl::string_view kind, Message* parent,
                                   const FieldDescriptor* field) {
  const google::protobuf::Reflection& reflection = *parent->GetReflection();
  const auto [index, is_new] = elements_.emplace(list, reflection.FieldSize(*parent, field));
  if (!is_new) return reflection.MutableRepeatedMessage(parent, field, index->second);
  Message* element = reflection.AddMessage(parent, field);
  if (!kind.empty()) {
    const std::string wrong = ReadByType(kind, Step(*element->GetDescriptor(), "kind"), element);
    VOUCHER_CHECK(wrong.empty()) << wrong;
  }
  return element;
}

void RequestBuilder::Read(size_t index, const CsvRow& row) {
  const ImportColumn& column = import_.columns[index];
  const absl::string_view cell = CellOf(row, column.name);
  const std::string list = ListOf(column);
  const bool adds = list.empty() || AddsTo(list, row);
  if (!MessageInElementOf(column).empty() && !FillsMessageOf(column, row)) return;
  Message* parent = &request_;
  const FieldDescriptor* field = nullptr;
  std::string path;
  if (column.field.empty()) path = absl::StrCat("(", column.name, ")");  // no field is called so
  for (const absl::string_view text : absl::StrSplit(column.field, '.', absl::SkipEmpty())) {
    const PathStep step(text);
    // Also where the cell is empty: a message is there if one of its columns is.
    if (field != nullptr) parent = parent->GetReflection()->MutableMessage(parent, field);
    field = Step(*parent->GetDescriptor(), step.name);
    absl::StrAppend(&path, path.empty() ? "" : ".", step.name);
    if (!step.is_list) continue;
    if (!adds) return;
    if (field->message_type() == nullptr) {
      absl::StrAppend(&path, "[", parent->GetReflection()->FieldSize(*parent, field), "]");
      continue;
    }
    parent = ElementOf(list, step.kind, parent, field);
    absl::StrAppend(&path, "[", elements_[list], "]");
    field = nullptr;
  }
  Place place{index, row.line, std::string(cell)};
  if (!cell.empty() || column.presence == Presence::kRequired) {
    const std::string expected = column.read(cell, field, parent);
    place.unread = !expected.empty();
    if (place.unread) ComplainOf(place, absl::StrCat("must be ", expected), column.help);
  }
  places_[path] = std::move(place);
}

void RequestBuilder::Validate(UnixNanos now) {
  for (const FieldProblem& problem : ProblemsOf(request_, now)) TakeProblem(problem);
  for (const auto& by_path : places_) {
    const Place& place = by_path.second;
    const ImportColumn& column = import_.columns[place.column];
    if (column.presence != Presence::kRequired || !place.cell.empty()) continue;
    const bool known = std::any_of(problems_.begin(), problems_.end(), [&](const auto& problem) {
      return problem.line == place.line && problem.column == column.name;
    });
    if (!known) ComplainOf(place, "must be filled", column.help);
  }
}

void RequestBuilder::TakeProblem(const FieldProblem& problem) {
  if (Place* place = FindPlace(problem.field)) {
    if (place->unread) return;  // what was not read is missing, too
    ComplainOf(*place, problem.description, HelpOf(import_, import_.columns[place->column]));
  } else if (const Place* last = LastPlaceUnder(problem.field)) {
    problems_.push_back({last->line, import_.columns[last->column].name,
                         absl::StrCat(problem.field, " ", problem.description)});
  } else {
    problems_.push_back({0, "", absl::StrCat(problem.field, ": ", problem.description)});
  }
}

// The cell that filled the field, or a field that it is part of.
RequestBuilder::Place* RequestBuilder::FindPlace(absl::string_view field) {
  while (true) {
    const auto place = places_.find(field);
    if (place != places_.end()) return &place->second;
    const size_t end = field.find_last_of(".[");
    if (end == absl::string_view::npos) return nullptr;
    field = field.substr(0, end);
  }
}

// The first of the last row's cells that filled a part of the field.
RequestBuilder::Place* RequestBuilder::LastPlaceUnder(absl::string_view field) {
  Place* last = nullptr;
  for (auto place = places_.lower_bound(field);
       place != places_.end() && absl::StartsWith(place->first, field); ++place) {
    const char next = place->first[field.size()];
    if (next != '.' && next != '[') continue;
    const std::pair at(-place->second.line, place->second.column);
    if (last == nullptr || at < std::pair(-last->line, last->column)) last = &place->second;
  }
  return last;
}

void RequestBuilder::SortProblems() {
  std::map<absl::string_view, size_t> order;  // from 1; a row as a whole comes first
  for (const ImportColumn& column : import_.columns) order.emplace(column.name, order.size() + 1);
  std::stable_sort(problems_.begin(), problems_.end(), [&](const auto& a, const auto& b) {
    return std::pair(a.line, order[a.column]) < std::pair(b.line, order[b.column]);
  });
}

}  // namespace voucher::client
