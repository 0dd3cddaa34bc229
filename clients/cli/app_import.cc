// voucherctl import: which files there are, and their columns.
#include <memory>

#include "absl/strings/str_cat.h"

#include "clients/cli/app_commands.h"
#include "clients/cli/import_command.h"

namespace voucher::cli {
namespace {

constexpr char kFileFooter[] =
    "UTF-8 with or without byte order mark, commas between, RFC 4180 quotes; the first line names\n"
    "the columns, in any order. Amounts are whole fen, days 2025-10-31. If a row is wrong every "
    "wrong\n"
    "row is named and nothing is sent. Safe to repeat: the same file again gets the first answers.";

constexpr char kEvidenceColumns[] =
    "  contract_number contract_sha256 payment_number payment_sha256 item_list_number\n"
    "  item_list_sha256; optional document_kind document_number document_sha256 (any other\n"
    "  document); further rows with the same key add invoices and documents\n";

// One kind of file.
struct ImportSpec {
  const char* name;
  const char* help;
  std::string columns;
  int (*import)(const ImportOptions&, Session&);
  bool has_program = false;
  size_t concurrency = 8;  // calls at a time unless said otherwise
  size_t batch_size = 0;   // rows in one call unless said otherwise; 0: no batches
  size_t most_rows = 0;    // in one call
};

std::vector<ImportSpec> ImportSpecs() {
  return {
      {"enterprises", "register enterprises",
       "  uscc name division size industry registered_on is_cloud_provider "
       "prior_year_revenue_fen;\n"
       "  optional uscc_check_waived staff platform_updated_on\n",
       &ImportEnterprises},
      {"catalog", "register providers and products",
       "  provider_id provider_name product_id product_name item_ids (; between) category\n"
       "  effective_from effective_until\n",
       &ImportCatalog, true},
      {"clusters", "put plans of clusters in",
       "  cluster_id cluster_name lead_uscc lead_name requested_fen member_uscc planned_cost_fen;\n"
       "  optional document_kind document_number document_sha256; further rows with the same\n"
       "  cluster_id add members and documents\n",
       &ImportClusters, true},
      {"incidents", "add incidents to enterprises' records",
       "  uscc kind (SAFETY ENVIRONMENT QUALITY ADMIN_SANCTION CRIMINAL) date reference;\n"
       "  optional severity (GENERAL LARGER MAJOR ESPECIALLY_MAJOR)\n",
       &ImportIncidents},
      {"listings", "put enterprises on lists, or take them off",
       "  uscc kind (SERIOUS_DISHONESTY ABNORMAL_OPERATION JOINT_PUNISHMENT) listed (true false)\n",
       &ImportListings},
      {"blacklist", "blacklist enterprises, or lift blacklistings",
       "  uscc reason; optional until program_ids (; between, empty means all) lifted (true "
       "lifts)\n",
       &ImportBlacklist},
      {"applications", "submit applications in batches",
       absl::StrCat("  application_key uscc item_id delivery_mode spend_fen project_id\n"
                    "  products (provider/product, ; between) invoice_code invoice_number\n"
                    "  invoice_amount_fen invoice_issued_on;\n"
                    "  optional other_funding completed_prior_year;\n",
                    kEvidenceColumns),
       &ImportApplications, true, 1, 256, 1'000},
      {"corrections", "correct returned applications",
       absl::StrCat("  application_id spend_fen invoice_code invoice_number invoice_amount_fen\n"
                    "  invoice_issued_on; optional:\n",
                    kEvidenceColumns),
       &ImportCorrections},
      {"reviews", "decide review stages in batches",
       "  application_id stage_id verdict (PASS REJECT UPHOLD_APPEAL);\n"
       "  optional score (points, as in 88.5, with PASS) opinion (needed to reject)\n",
       &ImportReviews, false, 1, 1'000, 8'192},
      {"objections", "record objections to applications on notice",
       "  application_id reference reason\n", &ImportObjections},
      {"acceptances", "record acceptances of projects",
       "  application_id document_kind document_number document_sha256; further rows with the "
       "same\n"
       "  application_id add documents\n",
       &ImportAcceptances},
      {"confirmations", "confirm transfers in batches", "  transfer_id provider_reference\n",
       &ImportConfirmations, false, 1, 1'000, 8'192},
      {"disbursements", "record payments against statements",
       "  statement_id amount_fen fiscal_reference paid_on\n", &ImportDisbursements, false, 1},
  };
}

void AddImportCommand(const ImportSpec& spec, CLI::App* app, Session* session, Chosen* chosen) {
  CLI::App* command = Group(app, "import")->add_subcommand(spec.name, spec.help);
  auto options = std::make_shared<ImportOptions>();
  options->concurrency = spec.concurrency;
  command->add_option("FILE", options->file, "CSV file; - is standard input")->required();
  if (spec.has_program) {
    command->add_option("--program", options->program_id, "program, as in hubei-2025")->required();
  }
  command->add_flag("--dry-run", options->dry_run, "only check the file; needs no server");
  command
      ->add_option("--concurrency", options->concurrency,
                   spec.batch_size > 0 ? "batches at a time; 1 keeps the order of the file"
                                       : "calls at a time; 1 keeps the order of the file")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  if (spec.batch_size > 0) {
    options->batch_size = spec.batch_size;
    command->add_option("--batch-size", options->batch_size, "rows in one call")
        ->check(CLI::Range(size_t{1}, spec.most_rows))
        ->capture_default_str();
  }
  command->footer(absl::StrCat("Columns:\n", spec.columns, kFileFooter));
  command->callback([=, import = spec.import] {
    chosen->needs_client = !options->dry_run;
    chosen->run = [=] { return import(*options, *session); };
  });
}

void AddStatementLinesCommand(CLI::App* app, Session* session, Chosen* chosen) {
  CLI::App* command =
      Group(app, "import")
          ->add_subcommand("statement-lines",
                           "compare a provider's statement of credited transfers with the ledger");
  auto options = std::make_shared<ImportOptions>();
  command->add_option("FILE", options->file, "CSV file; - is standard input")->required();
  command->add_option("--provider", options->provider_id, "provider, as in huaweicloud")
      ->required();
  command->add_option("--first-transfer", options->first_transfer_id,
                      "first transfer the statement covers; the provider's first if left out");
  command->add_option("--last-transfer", options->last_transfer_id,
                      "last transfer it covers; the provider's newest if left out");
  command->add_flag("--confirm-silent", options->confirm_silent,
                    "confirm transfers without answer whose line has the right amount");
  command->add_flag("--dry-run", options->dry_run, "only check the file; needs no server");
  command->footer(absl::StrCat(
      "Columns:\n  transfer_id amount_fen provider_reference\n"
      "All lines, at most 8,192, are one request and get one finding each: MATCHED, SILENT (not\n"
      "answered before), EXTRA, DOUBLE or WRONG_AMOUNT; transfers that no line names are missing.\n"
      "Findings do not change the exit code. The same file with the same options again gets the\n"
      "first findings; to compare anew, give another --request-id.\n",
      kFileFooter));
  command->callback([=] {
    chosen->needs_client = !options->dry_run;
    chosen->run = [=] { return ImportStatementLines(*options, *session); };
  });
}

}  // namespace

void AddImportCommands(CLI::App* app, Session* session, Chosen* chosen) {
  for (const ImportSpec& spec : ImportSpecs()) AddImportCommand(spec, app, session, chosen);
  AddStatementLinesCommand(app, session, chosen);
}

}  // namespace voucher::cli
