#include "clients/import/imports.h"

namespace voucher::client {
namespace {

std::string ReadDayKind(absl::string_view cell, const google::protobuf::FieldDescriptor* field,
                        google::protobuf::Message* parent) {
  parent->GetReflection()->SetBool(parent, field, cell == "workday");
  return cell == "workday" || cell == "holiday" ? "" : "holiday or workday";
}

}  // namespace

const ImportOf<v1::PublishCalendarRequest>& CalendarImport() {
  static const auto* const kImport = new ImportOf<v1::PublishCalendarRequest>({
      .kind = "calendar",
      .help = "publish days that differ from the weekday rule",
      .columns = {{"date", Presence::kRequired, "days[].date", "day"},
                  {"kind", Presence::kRequired, "days[].working", "holiday or workday",
                   &ReadDayKind},
                  {"name", Presence::kMayBeEmpty, "days[].name", "name of the holiday"}},
  });
  return *kImport;
}

}  // namespace voucher::client
