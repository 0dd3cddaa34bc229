#include "clients/import/imports.h"

namespace voucher::client {

const ImportOf<v1::ReviewApplicationRequest>& ReviewImport() {
  static const auto* const kImport = new ImportOf<v1::ReviewApplicationRequest>({
      .kind = "reviews",
      .help = "decide review stages in batches",
      .key = {"application_id", "stage_id"},
      .columns = {{"application_id", Presence::kRequired, "application_id",
                   "number of the application"},
                  {"stage_id", Presence::kRequired, "stage_id", "stage of the review"},
                  {"verdict", Presence::kRequired, "verdict", "what was decided"},
                  {"score", Presence::kOptional, "score", "points, as in 88.5, with PASS only",
                   &ReadPoints},
                  {"opinion", Presence::kOptional, "opinion", "why; needed to reject"}},
  });
  return *kImport;
}

const ImportOf<v1::FileObjectionRequest>& ObjectionImport() {
  static const auto* const kImport = new ImportOf<v1::FileObjectionRequest>({
      .kind = "objections",
      .help = "record objections to applications on notice",
      .key = {"application_id", "reference"},
      .columns = {{"application_id", Presence::kRequired, "application_id",
                   "number of the application"},
                  {"reference", Presence::kRequired, "reference", "number of the objection"},
                  {"reason", Presence::kRequired, "reason", "what it says"}},
  });
  return *kImport;
}

}  // namespace voucher::client
