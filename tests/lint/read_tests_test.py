#!/usr/bin/python3
"""RPCs that read and that no test asks."""
import unittest

import read_tests
from planted_tree import planted

PROTO = """service ShopService {
  // A price.
  rpc GetPrice(GetPriceRequest) returns (GetPriceResponse) {
    option (voucher.v1.rpc) = {
      kind: RPC_KIND_READ
    };
  }
  rpc Buy(BuyRequest) returns (BuyResponse) {
    option (voucher.v1.rpc) = {
      kind: RPC_KIND_MUTATION
    };
  }
}
"""
PATH = "proto/voucher/v1/shop_service.proto"


def problems_with(test):
    with planted({PATH: PROTO, **test}) as tree:
        return list(read_tests.check(tree))


class ReadTestsTest(unittest.TestCase):
    def test_a_read_that_a_test_asks_has_no_problem(self):
        for folder in ("query", "server"):
            for text in ("GetPrice(view)", "v1::GetPriceRequest request;", "kRpc<v1::GetPriceResponse>"):
                self.assertEqual(problems_with({"tests/%s/a_test.cc" % folder: text}), [])

    def test_a_read_that_no_test_asks_is_found_where_it_stands(self):
        problem = [PATH + ":3: no test in tests/query or tests/server asks GetPrice"]
        self.assertEqual(problems_with({}), problem)
        self.assertEqual(problems_with({"tests/query/a_test.cc": "GetPrices(view)"}), problem)
        self.assertEqual(problems_with({"tests/clients/a_test.cc": "GetPrice(view)"}), problem)


if __name__ == "__main__":
    unittest.main()
