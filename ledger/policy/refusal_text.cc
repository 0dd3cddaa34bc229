#include "ledger/policy/refusal_text.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

#include "ledger/base/check.h"
#include "ledger/base/civil.h"
#include "ledger/base/money.h"
#include "ledger/base/proto_enum.h"

namespace voucher {
namespace {

enum class Language { kEnglish, kChinese };

// One sentence in both languages, with {placeholders}: subject, words (a subject that is words, in
// the language of the sentence), rules, or the name of a number.
struct Sentence {
  v1::Reason reason;
  absl::string_view english;
  absl::string_view chinese;
};

// For each reason the sentences from the one that says most to the one that needs nothing: the
// first whose placeholders are all given is used.
constexpr Sentence kSentences[] = {
    {v1::REASON_PERMISSION_DENIED, "This principal's scope does not cover {subject}.",
     "该主体的权限范围不包括{subject}。"},
    {v1::REASON_PERMISSION_DENIED, "This principal's scope does not cover the target.",
     "该主体的权限范围不包括操作对象。"},
    {v1::REASON_REQUEST_ID_REUSED, "The request_id {subject} was used for another request.",
     "请求编号{subject}已用于另一请求。"},
    {v1::REASON_REQUEST_ID_REUSED, "The request_id was used for another request.",
     "请求编号已用于另一请求。"},
    {v1::REASON_PROGRAM_NOT_FOUND, "There is no program {subject}.", "项目计划{subject}不存在。"},
    {v1::REASON_PROGRAM_NOT_FOUND, "There is no such program.", "项目计划不存在。"},
    {v1::REASON_ITEM_NOT_FOUND, "This item is not applied for: {words}.",
     "该支持项不受理申报：{words}。"},
    {v1::REASON_ITEM_NOT_FOUND, "The program has no item {subject} to apply for.",
     "该计划没有可申报的支持项{subject}。"},
    {v1::REASON_ITEM_NOT_FOUND, "The program has no such item to apply for.",
     "该计划没有可申报的此支持项。"},
    {v1::REASON_ENTERPRISE_NOT_FOUND, "No enterprise {subject} is registered.",
     "企业{subject}未登记。"},
    {v1::REASON_ENTERPRISE_NOT_FOUND, "The enterprise is not registered.", "该企业未登记。"},
    {v1::REASON_PROVIDER_NOT_FOUND, "There is no provider {subject}.", "云服务商{subject}不存在。"},
    {v1::REASON_PROVIDER_NOT_FOUND, "There is no such provider.", "该云服务商不存在。"},
    {v1::REASON_PRODUCT_NOT_FOUND, "The catalog has no product {subject}.",
     "支持目录中没有产品{subject}。"},
    {v1::REASON_PRODUCT_NOT_FOUND, "The catalog has no such product.", "支持目录中没有该产品。"},
    {v1::REASON_ACCOUNT_NOT_FOUND, "No cloud account {subject} is bound.",
     "云账户{subject}未绑定。"},
    {v1::REASON_ACCOUNT_NOT_FOUND, "No such cloud account is bound.", "该云账户未绑定。"},
    {v1::REASON_APPLICATION_NOT_FOUND, "There is no application {subject}.",
     "申报{subject}不存在。"},
    {v1::REASON_APPLICATION_NOT_FOUND, "There is no such application.", "该申报不存在。"},
    {v1::REASON_VOUCHER_NOT_FOUND, "There is no voucher {subject}.", "服务券{subject}不存在。"},
    {v1::REASON_VOUCHER_NOT_FOUND, "There is no such voucher.", "该服务券不存在。"},
    {v1::REASON_TRANSFER_NOT_FOUND, "There is no transfer {subject}.", "调拨单{subject}不存在。"},
    {v1::REASON_TRANSFER_NOT_FOUND, "There is no such transfer.", "该调拨单不存在。"},
    {v1::REASON_REDEMPTION_NOT_FOUND, "There is no redemption {subject}.", "核销{subject}不存在。"},
    {v1::REASON_REDEMPTION_NOT_FOUND, "There is no such redemption.", "该核销不存在。"},
    {v1::REASON_STATEMENT_NOT_FOUND, "There is no statement {subject}.", "结算单{subject}不存在。"},
    {v1::REASON_STATEMENT_NOT_FOUND, "There is no such statement.", "该结算单不存在。"},
    {v1::REASON_CLUSTER_NOT_FOUND, "There is no cluster {subject}.", "产业集群{subject}不存在。"},
    {v1::REASON_CLUSTER_NOT_FOUND, "There is no such cluster.", "该产业集群不存在。"},
    {v1::REASON_RECORD_NOT_FOUND, "The enterprise has no record of entry {subject}.",
     "该企业没有账目{subject}所记的记录。"},
    {v1::REASON_RECORD_NOT_FOUND, "The enterprise has no such record.", "该企业没有该记录。"},
    {v1::REASON_ALREADY_REGISTERED, "{subject} exists already.", "{subject}已存在。"},
    {v1::REASON_ALREADY_REGISTERED, "It exists already.", "该对象已存在。"},
    {v1::REASON_ALREADY_BOOKED,
     "The same was booked before, by entry {first_sequence}; if it is meant once more, the request "
     "must name that entry in `repeats`.",
     "该事项已由第{first_sequence}号记录登记；如确需再次登记，请在repeats中注明该记录号。"},
    {v1::REASON_ALREADY_BOOKED, "The same was booked before.", "该事项已登记过。"},
    {v1::REASON_ORDER_ALREADY_CLAIMED,
     "Order {subject} is claimed as own spend by application {application_id}.",
     "订单{subject}已由申报{application_id}作为自付支出申报。"},
    {v1::REASON_ORDER_ALREADY_CLAIMED, "The order is claimed as own spend.",
     "该订单已作为自付支出申报。"},
    {v1::REASON_PROGRAM_NOT_OPEN, "The program is {subject} and takes no applications.",
     "该计划状态为{subject}，不受理申报。"},
    {v1::REASON_PROGRAM_NOT_OPEN, "The program takes no applications.", "该计划不受理申报。"},
    {v1::REASON_WINDOW_NOT_OPEN,
     "The application was received at {received_unix_ns}, applications open at {opens_unix_ns}.",
     "申报于{received_unix_ns}收到，申报自{opens_unix_ns}开始。"},
    {v1::REASON_WINDOW_NOT_OPEN, "Applications are not open yet.", "申报尚未开始。"},
    {v1::REASON_WINDOW_CLOSED,
     "The application was received at {received_unix_ns}, applications ended at "
     "{cutoff_unix_ns}.",
     "申报于{received_unix_ns}收到，申报已于{cutoff_unix_ns}截止。"},
    {v1::REASON_WINDOW_CLOSED, "Applications are closed.", "申报已截止。"},
    {v1::REASON_ILLEGAL_STATE,
     "{subject} would be lowered to {amount_fen} yuan, {used_fen} yuan of it are used.",
     "{subject}将降至{amount_fen}元，但已使用{used_fen}元。"},
    {v1::REASON_ILLEGAL_STATE, "This step is not possible before {possible_unix_ns}: {words}.",
     "{possible_unix_ns}前不能执行此操作：{words}。"},
    {v1::REASON_ILLEGAL_STATE, "This step is not possible: {words}.", "不能执行此操作：{words}。"},
    {v1::REASON_ILLEGAL_STATE, "This step is not possible in the state {subject}.",
     "当前状态为{subject}，不能执行此操作。"},
    {v1::REASON_ILLEGAL_STATE, "This step is not possible in the current state.",
     "当前状态不能执行此操作。"},
    {v1::REASON_IDENTITY_FIXED, "A revision cannot change {words}.", "修订不得变更{words}。"},
    {v1::REASON_IDENTITY_FIXED, "A revision cannot change what identifies the program or an item.",
     "修订不得变更计划或支持项的标识。"},
    {v1::REASON_LIMIT_BELOW_USE,
     "{used_fen} yuan stand under {subject}, {below_fen} yuan more than the new amount of "
     "{amount_fen} yuan.",
     "{subject}项下已占用{used_fen}元，超过新限额{amount_fen}元，差{below_fen}元。"},
    {v1::REASON_LIMIT_BELOW_USE, "More stands under the limit than its new amount.",
     "已占用金额超过新限额。"},
    {v1::REASON_NOTICE_RUNNING,
     "The public notice is not over: approval is possible from {possible_unix_ns}.",
     "公示期未满：自{possible_unix_ns}起方可批准。"},
    {v1::REASON_NOTICE_RUNNING, "The public notice is not over.", "公示期未满。"},
    {v1::REASON_CALENDAR_MISSING, "The published working-day calendar does not cover {subject}.",
     "已公布的工作日历不包括{subject}。"},
    {v1::REASON_CALENDAR_MISSING,
     "The published working-day calendar does not cover all days needed.",
     "已公布的工作日历不包括所需日期。"},
    {v1::REASON_BLACKLISTED, "The enterprise is blacklisted: {subject}.",
     "该企业已被列入黑名单：{subject}。"},
    {v1::REASON_BLACKLISTED, "The enterprise is blacklisted.", "该企业已被列入黑名单。"},
    {v1::REASON_NOT_ELIGIBLE, "The applicant does not meet: {rules}.", "不符合申报条件：{rules}。"},
    {v1::REASON_NOT_ELIGIBLE, "The applicant is not eligible.", "不符合申报条件。"},
    {v1::REASON_EVIDENCE_MISSING,
     "Of invoices of {invoiced_fen} yuan credit paid {credit_fen} yuan; the rest does not cover "
     "the spend of {spend_fen} yuan.",
     "发票金额{invoiced_fen}元中已由服务券支付{credit_fen}元，其余不足以覆盖申报支出{spend_fen}"
     "元。"},
    {v1::REASON_EVIDENCE_MISSING,
     "The invoices add up to {invoiced_fen} yuan, the spend is {spend_fen} yuan.",
     "发票合计{invoiced_fen}元，不足申报支出{spend_fen}元。"},
    {v1::REASON_EVIDENCE_MISSING, "Required evidence is missing: {subject}.",
     "缺少申报材料：{subject}。"},
    {v1::REASON_EVIDENCE_MISSING, "Required evidence is missing.", "缺少申报材料。"},
    {v1::REASON_INVOICE_ALREADY_CLAIMED,
     "Invoice {subject} already supports application {application_id}.",
     "发票{subject}已用于申报{application_id}。"},
    {v1::REASON_INVOICE_ALREADY_CLAIMED, "Invoice {subject} already supports another application.",
     "发票{subject}已用于其他申报。"},
    {v1::REASON_INVOICE_ALREADY_CLAIMED, "An invoice already supports another application.",
     "有发票已用于其他申报。"},
    {v1::REASON_ITEM_ALREADY_CLAIMED,
     "Item {subject} can be claimed only once and was, by application {application_id}.",
     "支持项{subject}只能申报一次，已由申报{application_id}占用。"},
    {v1::REASON_ITEM_ALREADY_CLAIMED, "The item can be claimed only once and was claimed before.",
     "该支持项只能申报一次，此前已申报。"},
    {v1::REASON_SUPERSEDED_BY_HIGHER,
     "Only the highest grant of a project is given: application {application_id} has "
     "{approved_fen} yuan.",
     "同一项目从高不重复：申报{application_id}已获{approved_fen}元。"},
    {v1::REASON_SUPERSEDED_BY_HIGHER,
     "Only the highest grant of a project is given, and it has one that is at least as high.",
     "同一项目从高不重复：该项目已获不低于此的支持。"},
    {v1::REASON_AMOUNT_TOO_SMALL,
     "{rate_bps} of {spend_fen} yuan, rounded down to the fen, is nothing.",
     "{spend_fen}元的{rate_bps}向下取整到分后为零。"},
    {v1::REASON_AMOUNT_TOO_SMALL, "The amount, rounded down to the fen, is nothing.",
     "金额向下取整到分后为零。"},
    {v1::REASON_ENTERPRISE_CAP_REACHED,
     "Nothing is left under the cap {subject}: {used_fen} of {cap_fen} yuan are granted.",
     "企业上限{subject}已用完：{cap_fen}元中已给予{used_fen}元。"},
    {v1::REASON_ENTERPRISE_CAP_REACHED, "Nothing is left under a cap of the enterprise.",
     "企业上限已用完。"},
    {v1::REASON_PROJECT_CAP_REACHED,
     "Nothing is left under the cap of the project: {used_fen} of {cap_fen} yuan are granted.",
     "项目上限已用完：{cap_fen}元中已给予{used_fen}元。"},
    {v1::REASON_PROJECT_CAP_REACHED, "Nothing is left under the cap of the project.",
     "项目上限已用完。"},
    {v1::REASON_QUOTA_EXHAUSTED,
     "The quota {subject} holds {available_fen} yuan, the grant needs {grant_fen} yuan.",
     "额度{subject}余{available_fen}元，需要{grant_fen}元。"},
    {v1::REASON_QUOTA_EXHAUSTED, "A quota cannot hold the grant.", "额度不足。"},
    {v1::REASON_BUDGET_EXHAUSTED,
     "The budget holds {available_fen} yuan, the grant needs {grant_fen} yuan.",
     "预算余{available_fen}元，需要{grant_fen}元。"},
    {v1::REASON_BUDGET_EXHAUSTED,
     "The budget holds {available_fen} yuan that are not reserved, the cut needs {cut_fen} yuan.",
     "预算未占用{available_fen}元，不足核减{cut_fen}元。"},
    {v1::REASON_BUDGET_EXHAUSTED, "The budget cannot hold the amount.", "预算不足。"},
    {v1::REASON_PROVIDER_SUSPENDED, "Provider {subject} is suspended.",
     "云服务商{subject}已被暂停。"},
    {v1::REASON_PROVIDER_SUSPENDED, "The provider is suspended.", "该云服务商已被暂停。"},
    {v1::REASON_PROVIDER_NOT_CHOSEN,
     "The application did not choose provider {subject}, which has a quota.",
     "申报未选择设有额度的云服务商{subject}。"},
    {v1::REASON_PROVIDER_NOT_CHOSEN,
     "The application did not choose this provider, which has a quota.",
     "申报未选择该设有额度的云服务商。"},
    {v1::REASON_PRODUCT_NOT_APPROVED,
     "Product {subject} cannot be paid with the credit of item number {item_number}.",
     "产品{subject}不能使用{item_number}号支持项的额度。"},
    {v1::REASON_PRODUCT_NOT_APPROVED,
     "Product {subject} was not in force in the catalog at the time that counts.",
     "产品{subject}在相关时点不在有效的支持目录内。"},
    {v1::REASON_PRODUCT_NOT_APPROVED,
     "The product was not in force in the catalog at the time that counts.",
     "该产品在相关时点不在有效的支持目录内。"},
    {v1::REASON_ACCOUNT_NOT_OWNED, "Cloud account {subject} belongs to another enterprise.",
     "云账户{subject}属于其他企业。"},
    {v1::REASON_ACCOUNT_NOT_OWNED, "The cloud account belongs to another enterprise.",
     "该云账户属于其他企业。"},
    {v1::REASON_NON_TRANSFERABLE,
     "Vouchers are not transferable: {subject} belongs to another enterprise.",
     "服务券不可转赠：{subject}属于其他企业。"},
    {v1::REASON_NON_TRANSFERABLE, "Vouchers are not transferable.", "服务券不可转赠。"},
    {v1::REASON_BASKET_RULE, "Product {subject} is an add-on: a core product must be bought first.",
     "产品{subject}属加购产品，须先购买核心产品。"},
    {v1::REASON_BASKET_RULE, "An add-on needs a core product to be bought first.",
     "购买加购产品前须先购买核心产品。"},
    {v1::REASON_USAGE_BEFORE_CREDIT,
     "The usage ended at {usage_ended_unix_ns}, before the credit was there at "
     "{credited_unix_ns}.",
     "用量截止于{usage_ended_unix_ns}，早于额度到账时间{credited_unix_ns}。"},
    {v1::REASON_USAGE_BEFORE_CREDIT, "The usage ended before the credit was there.",
     "用量早于额度到账。"},
    {v1::REASON_VOUCHER_EXPIRED, "Validity ended at {expires_unix_ns}.",
     "有效期已于{expires_unix_ns}届满。"},
    {v1::REASON_VOUCHER_EXPIRED, "The voucher has expired.", "服务券已过期。"},
    {v1::REASON_INSUFFICIENT_CREDIT,
     "There are {available_fen} yuan of credit, {amount_fen} yuan are needed.",
     "可用额度{available_fen}元，需要{amount_fen}元。"},
    {v1::REASON_INSUFFICIENT_CREDIT, "There is not enough credit.", "可用额度不足。"},
    {v1::REASON_ORDER_ALREADY_REDEEMED,
     "Order {subject} was redeemed before, by redemption {redemption_id}.",
     "订单{subject}已由核销{redemption_id}核销过。"},
    {v1::REASON_ORDER_ALREADY_REDEEMED, "Order {subject} was redeemed before.",
     "订单{subject}已核销过。"},
    {v1::REASON_ORDER_ALREADY_REDEEMED, "The order was redeemed before.", "该订单已核销过。"},
    {v1::REASON_NOT_REVERSIBLE,
     "The redemption has {available_fen} yuan left to reverse, the request says {amount_fen} "
     "yuan.",
     "该核销可冲正{available_fen}元，请求冲正{amount_fen}元。"},
    {v1::REASON_NOT_REVERSIBLE, "More would be reversed than is left of the redemption.",
     "冲正金额超过该核销余额。"},
    {v1::REASON_ACCEPTANCE_MISSING,
     "All {waiting_fen} yuan that are owed wait for the acceptance of their projects.",
     "应付{waiting_fen}元的项目均未验收，不能结算。"},
    {v1::REASON_ACCEPTANCE_MISSING, "The project is not accepted, so its money cannot be settled.",
     "项目未验收，资金不能结算。"},
};

absl::string_view ChineseRuleName(int rule) {
  switch (rule) {
    case v1::ELIGIBILITY_RULE_REGION:
      return "注册地";
    case v1::ELIGIBILITY_RULE_CLOUD_PROVIDER:
      return "云服务供应商除外";
    case v1::ELIGIBILITY_RULE_INDUSTRY:
      return "行业";
    case v1::ELIGIBILITY_RULE_SIZE:
      return "企业规模";
    case v1::ELIGIBILITY_RULE_AGE:
      return "注册年限";
    case v1::ELIGIBILITY_RULE_OTHER_FUNDING:
      return "未获其他财政资金";
    case v1::ELIGIBILITY_RULE_INCIDENT:
      return "事故与处罚记录";
    case v1::ELIGIBILITY_RULE_LISTING:
      return "失信与异常名录";
    case v1::ELIGIBILITY_RULE_REVENUE:
      return "上年营业收入";
    case v1::ELIGIBILITY_RULE_PRIOR_YEAR_PROJECT:
      return "上年已完成项目";
    case v1::ELIGIBILITY_RULE_REGISTERED_ON_PLATFORM:
      return "平台注册并按期更新信息";
    case v1::ELIGIBILITY_RULE_CLUSTER_MEMBER:
      return "已通过评审的产业集群成员";
    case v1::ELIGIBILITY_RULE_UNSPECIFIED:
      VOUCHER_PROTO_SENTINELS(v1::EligibilityRule)
      break;
  }
  return "其他条件";
}

// A document as evidence names it: "CONTRACT", "INVOICE", "INVOICE_OF_FISCAL_YEAR (number)".
std::string ChineseDocument(absl::string_view name) {
  constexpr std::pair<absl::string_view, absl::string_view> kNames[] = {
      {"CONTRACT", "合同"},
      {"PAYMENT_PROOF", "付款凭证"},
      {"ITEM_LIST", "清单"},
      {"DELIVERY_PROOF", "交付证明"},
      {"INVESTMENT_PROOF", "投资凭证"},
      {"AUDIT_REPORT", "审计报告"},
      {"PLAN", "实施方案"},
      {"REGISTRATION_PROOF", "平台注册证明"},
      {"DIAGNOSIS_REPORT", "诊断报告"},
      {"TRAINING_RECORD", "培训记录"},
      {"USAGE_RECORD", "使用记录"},
      {"ACCEPTANCE_REPORT", "验收报告"},
      {"INVOICE", "发票"},
      {"ACTUAL_COST", "实际成本"},
  };
  if (absl::ConsumePrefix(&name, "INVOICE_OF_FISCAL_YEAR")) return absl::StrCat("本年度发票", name);
  for (const auto& [english, chinese] : kNames) {
    if (name == english) return std::string(chinese);
  }
  return std::string(name);
}

std::string ChineseDocuments(absl::string_view names) {
  std::vector<std::string> chinese;
  for (const absl::string_view name : absl::StrSplit(names, ", ", absl::SkipEmpty())) {
    chinese.push_back(ChineseDocument(name));
  }
  return absl::StrJoin(chinese, "、");
}

std::string Subject(const v1::Refusal& refusal, Language language) {
  if (language == Language::kEnglish) return refusal.subject();
  if (!refusal.subject_zh().empty()) return refusal.subject_zh();
  return refusal.reason() == v1::REASON_EVIDENCE_MISSING ? ChineseDocuments(refusal.subject())
                                                         : refusal.subject();
}

std::string Rules(const v1::Refusal& refusal, Language language) {
  std::vector<std::string> names;
  for (const int rule : refusal.rules()) {
    names.push_back(language == Language::kEnglish
                        ? RuleName(static_cast<v1::EligibilityRule>(rule))
                        : std::string(ChineseRuleName(rule)));
  }
  return absl::StrJoin(names, language == Language::kEnglish ? ", " : "、");
}

// 2000 → "20%", 1250 → "12.5%".
std::string Percent(int64_t bps) {
  std::string text = absl::StrCat(bps / 100, ".", absl::Dec(bps % 100, absl::kZeroPad2));
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text + "%";
}

std::string NumberText(const v1::RefusalNumber& number) {
  if (absl::EndsWith(number.name(), "_fen")) return FormatYuan(number.value());
  if (absl::EndsWith(number.name(), "_unix_ns")) {
    return FormatRfc3339(number.value(), Zone::Shanghai());
  }
  if (absl::EndsWith(number.name(), "_bps")) return Percent(number.value());
  return absl::StrCat(number.value());
}

// What stands for a placeholder; empty if the refusal does not say.
std::string ValueOf(absl::string_view placeholder, const v1::Refusal& refusal, Language language) {
  if (placeholder == "subject") return Subject(refusal, language);
  if (placeholder == "words") {
    return refusal.subject_zh().empty() ? "" : Subject(refusal, language);
  }
  if (placeholder == "rules") return Rules(refusal, language);
  const auto number = std::find_if(refusal.numbers().begin(), refusal.numbers().end(),
                                   [placeholder](const v1::RefusalNumber& candidate) {
                                     return candidate.name() == placeholder;
                                   });
  return number == refusal.numbers().end() ? "" : NumberText(*number);
}

// The sentence with its placeholders replaced; nullopt if one has no value.
std::optional<std::string> Fill(absl::string_view sentence, const v1::Refusal& refusal,
                                Language language) {
  std::string text;
  while (true) {
    const size_t open = sentence.find('{');
    absl::StrAppend(&text, sentence.substr(0, open));
    if (open == absl::string_view::npos) return text;
    const size_t close = sentence.find('}', open);
    const std::string value =
        ValueOf(sentence.substr(open + 1, close - open - 1), refusal, language);
    if (value.empty()) return std::nullopt;
    text += value;
    sentence.remove_prefix(close + 1);
  }
}

}  // namespace

void FillMessages(v1::Refusal* refusal) {
  for (const Sentence& sentence : kSentences) {
    if (sentence.reason != refusal->reason()) continue;
    std::optional<std::string> english = Fill(sentence.english, *refusal, Language::kEnglish);
    if (!english) continue;
    refusal->set_message(*std::move(english));
    refusal->set_message_zh(Fill(sentence.chinese, *refusal, Language::kChinese).value_or(""));
    return;
  }
  VOUCHER_CHECK(false) << "no sentence for reason " << refusal->reason();
}

absl::string_view ReasonName(v1::Reason reason) {
  return absl::StripPrefix(absl::string_view(v1::Reason_Name(reason)), "REASON_");
}

std::string RuleName(v1::EligibilityRule rule) {
  return absl::AsciiStrToLower(
      absl::StripPrefix(absl::string_view(v1::EligibilityRule_Name(rule)), "ELIGIBILITY_RULE_"));
}

absl::StatusCode StatusCodeOf(v1::Reason reason) {
  switch (reason) {
    case v1::REASON_PERMISSION_DENIED:
      return absl::StatusCode::kPermissionDenied;
    case v1::REASON_REQUEST_ID_REUSED:
    case v1::REASON_ALREADY_REGISTERED:
    case v1::REASON_ALREADY_BOOKED:
    case v1::REASON_ORDER_ALREADY_CLAIMED:
    case v1::REASON_INVOICE_ALREADY_CLAIMED:
    case v1::REASON_ITEM_ALREADY_CLAIMED:
    case v1::REASON_SUPERSEDED_BY_HIGHER:
    case v1::REASON_ORDER_ALREADY_REDEEMED:
      return absl::StatusCode::kAlreadyExists;
    case v1::REASON_PROGRAM_NOT_FOUND:
    case v1::REASON_ITEM_NOT_FOUND:
    case v1::REASON_ENTERPRISE_NOT_FOUND:
    case v1::REASON_PROVIDER_NOT_FOUND:
    case v1::REASON_PRODUCT_NOT_FOUND:
    case v1::REASON_ACCOUNT_NOT_FOUND:
    case v1::REASON_APPLICATION_NOT_FOUND:
    case v1::REASON_VOUCHER_NOT_FOUND:
    case v1::REASON_TRANSFER_NOT_FOUND:
    case v1::REASON_REDEMPTION_NOT_FOUND:
    case v1::REASON_STATEMENT_NOT_FOUND:
    case v1::REASON_CLUSTER_NOT_FOUND:
    case v1::REASON_RECORD_NOT_FOUND:
      return absl::StatusCode::kNotFound;
    case v1::REASON_EVIDENCE_MISSING:
      return absl::StatusCode::kInvalidArgument;
    case v1::REASON_ENTERPRISE_CAP_REACHED:
    case v1::REASON_PROJECT_CAP_REACHED:
    case v1::REASON_QUOTA_EXHAUSTED:
    case v1::REASON_BUDGET_EXHAUSTED:
      return absl::StatusCode::kResourceExhausted;
    case v1::REASON_PROGRAM_NOT_OPEN:
    case v1::REASON_WINDOW_NOT_OPEN:
    case v1::REASON_WINDOW_CLOSED:
    case v1::REASON_ILLEGAL_STATE:
    case v1::REASON_IDENTITY_FIXED:
    case v1::REASON_LIMIT_BELOW_USE:
    case v1::REASON_NOTICE_RUNNING:
    case v1::REASON_CALENDAR_MISSING:
    case v1::REASON_BLACKLISTED:
    case v1::REASON_NOT_ELIGIBLE:
    case v1::REASON_AMOUNT_TOO_SMALL:
    case v1::REASON_PROVIDER_SUSPENDED:
    case v1::REASON_PROVIDER_NOT_CHOSEN:
    case v1::REASON_PRODUCT_NOT_APPROVED:
    case v1::REASON_ACCOUNT_NOT_OWNED:
    case v1::REASON_NON_TRANSFERABLE:
    case v1::REASON_BASKET_RULE:
    case v1::REASON_USAGE_BEFORE_CREDIT:
    case v1::REASON_VOUCHER_EXPIRED:
    case v1::REASON_INSUFFICIENT_CREDIT:
    case v1::REASON_NOT_REVERSIBLE:
    case v1::REASON_ACCEPTANCE_MISSING:
      return absl::StatusCode::kFailedPrecondition;
    case v1::REASON_UNSPECIFIED:
      VOUCHER_PROTO_SENTINELS(v1::Reason)
      break;
  }
  VOUCHER_CHECK(false) << "no code for reason " << reason;
  return absl::StatusCode::kUnknown;
}

}  // namespace voucher
