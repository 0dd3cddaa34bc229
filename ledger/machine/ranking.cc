#include "ledger/machine/ranking.h"

#include <algorithm>

namespace voucher {

std::vector<Place> Rank(std::vector<Contender> contenders,
                        absl::FunctionRef<Offer(const Contender&)> offer) {
  std::sort(contenders.begin(), contenders.end(), [](const Contender& a, const Contender& b) {
    return a.score != b.score ? a.score > b.score : a.arrival < b.arrival;
  });
  std::vector<Place> places;
  places.reserve(contenders.size());
  bool over = false;
  for (const Contender& contender : contenders) {
    const Offer offered = over ? Offer{} : offer(contender);
    over = over || offered.is_edge;
    places.push_back({contender.id, static_cast<uint32_t>(places.size() + 1), offered.granted_fen});
  }
  return places;
}

}  // namespace voucher
