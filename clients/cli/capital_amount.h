// Amounts in Chinese capital numerals, as on cheques and orders.
#pragma once

#include <cstdint>
#include <string>

namespace voucher::cli {

// 140,950 fen as "壹仟肆佰零玖元伍角": 零 for each run of zeros between digits, 整 after 元 where
// nothing follows, 负 before a negative amount (正确填写票据和结算凭证的基本规定, 1997). Of the
// forms that the rule leaves open it takes the shorter: 168,032 fen are "壹仟陆佰捌拾元叁角贰分".
std::string CapitalAmount(int64_t fen);

}  // namespace voucher::cli
