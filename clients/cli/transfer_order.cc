#include "clients/cli/transfer_order.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include <nlohmann/json.hpp>

#include "clients/cli/capital_amount.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/failure.h"
#include "clients/cli/field_text.h"
#include "clients/cli/pages.h"
#include "clients/cli/table.h"
#include "ledger/base/money.h"
#include "ledger/base/proto_enum.h"
#include "ledger/base/text.h"

namespace voucher::cli {
namespace {

constexpr size_t kLabelWidth = 18;

const char* StateText(v1::TransferState state) {
  switch (state) {
    case v1::TRANSFER_STATE_ORDERED:
      return "待服务商确认";
    case v1::TRANSFER_STATE_OVERDUE:
      return "逾期未答复（资金仍在途）";
    case v1::TRANSFER_STATE_CONFIRMED:
      return "服务商已确认到账";
    case v1::TRANSFER_STATE_DECLINED:
      return "服务商已退回";
    case v1::TRANSFER_STATE_UNSPECIFIED:
      VOUCHER_PROTO_SENTINELS(v1::TransferState)
      break;
  }
  return "未知";
}

// The last day on which a voucher is valid, from the first instant at which it is not.
std::string LastDay(const google::protobuf::Timestamp& expires_at) {
  return absl::FormatTime("%Y-%m-%d", ToTime(expires_at) - absl::Nanoseconds(1),
                          absl::FixedTimeZone(8 * 60 * 60));
}

// Takes what must stay on one line off `text`: a character, or a run of letters, digits, '-', '.'
// and ','.
absl::string_view TakePiece(absl::string_view* text) {
  const auto is_word = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' || c == ',';
  };
  const absl::string_view before = *text;
  while (!text->empty() && is_word(text->front())) text->remove_prefix(1);
  if (text->size() == before.size() && !TakeCodePoint(text)) text->remove_prefix(1);
  return before.substr(0, before.size() - text->size());
}

// Lines of at most `width` columns each, at least one. A word longer than a line is cut.
std::vector<std::string> Wrapped(absl::string_view text, size_t width) {
  std::vector<std::string> lines(1);
  size_t used = 0;
  while (!text.empty()) {
    absl::string_view piece = TakePiece(&text);
    if (piece.size() == 1 && absl::ascii_iscntrl(static_cast<unsigned char>(piece[0]))) piece = " ";
    size_t columns = DisplayWidth(piece);
    if (used > 0 && used + columns > width) {
      absl::StripTrailingAsciiWhitespace(&lines.back());
      lines.emplace_back();
      used = 0;
      if (piece == " ") continue;
    }
    for (; columns > width; columns -= width) {  // only words are that wide, a column each byte
      absl::StrAppend(&lines.back(), piece.substr(0, width));
      lines.emplace_back();
      piece.remove_prefix(width);
    }
    absl::StrAppend(&lines.back(), piece);
    used += columns;
  }
  return lines;
}

class Page {
 public:
  void Title(absl::string_view text) {
    text_.append((kOrderWidth - DisplayWidth(text)) / 2, ' ');
    absl::StrAppend(&text_, text, "\n");
  }

  void Rule(char c) { absl::StrAppend(&text_, std::string(kOrderWidth, c), "\n"); }

  // A labelled value, over as many lines as it takes. Nothing if the value is empty.
  void Line(absl::string_view label, absl::string_view value) {
    if (value.empty()) return;
    std::string start(label);
    for (const std::string& piece : Wrapped(value, kOrderWidth - kLabelWidth)) {
      absl::StrAppend(&text_, start, std::string(kLabelWidth - DisplayWidth(start), ' '), piece,
                      "\n");
      start.clear();
    }
  }

  void Paragraph(absl::string_view text) {
    for (const std::string& piece : Wrapped(text, kOrderWidth)) {
      absl::StrAppend(&text_, piece, "\n");
    }
  }

  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
};

std::string WithId(absl::string_view name, absl::string_view id) {
  return name.empty() ? std::string(id) : absl::StrCat(name, "（", id, "）");
}

std::string LedgerPlace(const TransferOrder& order) {
  return absl::StrCat("第 ", order.transfer.ordered_sequence(), " 条记录（状态截至第 ",
                      order.as_of_sequence, " 条）");
}

std::string OrderJson(const TransferOrder& order) {
  const v1::Transfer& transfer = order.transfer;
  const nlohmann::ordered_json json = {
      {"transfer_id", transfer.transfer_id()},
      {"state", ShortName(transfer.state())},
      {"program_id", transfer.program_id()},
      {"program_title", order.program_title},
      {"program_document", order.program_document},
      {"fiscal_year", order.fiscal_year},
      {"uscc", order.voucher.uscc()},
      {"enterprise_name", order.enterprise_name},
      {"provider_id", order.account.provider_id()},
      {"provider_name", order.provider_name},
      {"account_id", transfer.account_id()},
      {"account_number", order.account.account_number()},
      {"voucher_id", transfer.voucher_id()},
      {"application_id", order.voucher.application_id()},
      {"voucher_last_day", LastDay(order.voucher.expires_at())},
      {"amount_fen", transfer.amount_fen()},
      {"amount_in_capitals", CapitalAmount(transfer.amount_fen())},
      {"answer_due_at", InstantText(ToTime(transfer.answer_due_at()))},
      {"provider_reference", transfer.provider_reference()},
      {"decline_reason", transfer.decline_reason()},
      {"ordered_sequence", transfer.ordered_sequence()},
      {"as_of_sequence", order.as_of_sequence}};
  return json.dump(1);
}

absl::Status ReadNames(const client::Client& client, TransferOrder* order) {
  v1::GetEnterpriseRequest enterprise;
  enterprise.set_uscc(order->voucher.uscc());
  const auto found = client.GetEnterprise(enterprise);
  if (!found.ok()) return found.status();
  order->enterprise_name = found->enterprise().facts().name();

  v1::GetProgramRequest program;
  program.set_program_id(order->transfer.program_id());
  const auto rules = client.GetProgram(program);
  if (!rules.ok()) return rules.status();
  order->program_title = rules->program().rules().title_zh();
  order->program_document = rules->program().rules().document();
  order->non_transferable_clause = rules->program().rules().non_transferable_clause();
  order->fiscal_year = rules->program().rules().fiscal_year();

  return ReadPages(&client::Client::ListProviders, v1::ListProvidersRequest(), client,
                   [&](const v1::ListProvidersResponse& page) {
                     for (const v1::Provider& provider : page.providers()) {
                       if (provider.provider_id() == order->account.provider_id()) {
                         order->provider_name = provider.name();
                       }
                     }
                   });
}

absl::StatusOr<TransferOrder> ReadOrder(const client::Client& client, uint64_t transfer_id) {
  TransferOrder order;
  v1::GetTransferRequest get;
  get.set_transfer_id(transfer_id);
  const auto transfer = client.GetTransfer(get);
  if (!transfer.ok()) return transfer.status();
  order.transfer = transfer->transfer();
  order.as_of_sequence = transfer->as_of_sequence();

  v1::GetVoucherRequest get_voucher;
  get_voucher.set_voucher_id(order.transfer.voucher_id());
  const auto voucher = client.GetVoucher(get_voucher);
  if (!voucher.ok()) return voucher.status();
  order.voucher = voucher->voucher();

  v1::GetCloudAccountRequest get_account;
  get_account.set_account_id(order.transfer.account_id());
  const auto account = client.GetCloudAccount(get_account);
  if (!account.ok()) return account.status();
  order.account = account->account();

  if (absl::Status status = ReadNames(client, &order); !status.ok()) return status;
  return order;
}

}  // namespace

std::string TransferOrderText(const TransferOrder& order) {
  const v1::Transfer& transfer = order.transfer;
  Page page;
  page.Title("云服务券调拨单");
  page.Rule('=');
  page.Line("调拨单号", absl::StrCat(transfer.transfer_id()));
  page.Line("账本序号", LedgerPlace(order));
  page.Line("项目", WithId(order.program_title, transfer.program_id()));
  page.Line("财政年度", absl::StrCat(order.fiscal_year));
  page.Line("政策依据", order.program_document);
  page.Rule('-');
  page.Line("企业名称", order.enterprise_name);
  page.Line("统一社会信用代码", order.voucher.uscc());
  page.Line("服务券编号", absl::StrCat(transfer.voucher_id(), "（申请编号 ",
                                       order.voucher.application_id(), "）"));
  page.Line("服务券有效期至", absl::StrCat(LastDay(order.voucher.expires_at()), "（含当日）"));
  page.Line("云服务商", WithId(order.provider_name, order.account.provider_id()));
  page.Line("云账户", absl::StrCat(order.account.account_number(), "（账户编号 ",
                                   transfer.account_id(), "）"));
  page.Rule('-');
  page.Line("调拨金额（小写）", absl::StrCat("人民币 ", FormatYuan(transfer.amount_fen()), " 元"));
  page.Line("调拨金额（大写）", absl::StrCat("人民币", CapitalAmount(transfer.amount_fen())));
  page.Rule('-');
  page.Line("状态", StateText(transfer.state()));
  page.Line("答复期限", InstantText(ToTime(transfer.answer_due_at())));
  page.Line("服务商凭证号", transfer.provider_reference());
  page.Line("退回原因", transfer.decline_reason());
  page.Rule('-');
  page.Paragraph("服务券资金仅限本企业用于目录内的云服务，不得转让、转赠或套现。");
  page.Line("条款依据", order.non_transferable_clause);
  page.Rule('=');
  page.Paragraph("");
  page.Paragraph(
      "经办人：________________    复核人：________________    服务商签收：____________");
  page.Paragraph("");
  page.Paragraph(
      "日  期：________________    日  期：________________    日      期：____________");
  return page.Take();
}

int PrintTransferOrder(uint64_t transfer_id, Session& session) {
  absl::StatusOr<TransferOrder> order = ReadOrder(*session.client, transfer_id);
  if (!order.ok()) return PrintFailure(order.status(), "", session);
  if (session.json) {
    session.out << OrderJson(*order) << "\n";
  } else {
    session.out << TransferOrderText(*order);
  }
  return kOk;
}

}  // namespace voucher::cli
