// Switches over enums of protos that name every value, so that a new one does not compile where it
// is forgotten (-Wswitch; tests/lint/switches.py finds a `default:`, which would silence it):
//
//   switch (scope) {
//     case v1::POOL_SCOPE_DIVISION:
//       return …;
//     …
//     case v1::POOL_SCOPE_UNSPECIFIED:
//       VOUCHER_PROTO_SENTINELS(v1::PoolScope)
//       break;
//   }
//   VOUCHER_CHECK(false) << "pool scope " << scope;
//
// A number that this program does not know, which a proto may hold, matches no case: what comes
// after the switch is its answer.
#pragma once

// Cases of the two values that protobuf's compiler adds to an enum; no message holds them.
#define VOUCHER_PROTO_SENTINELS(Enum)       \
  case Enum##_INT_MIN_SENTINEL_DO_NOT_USE_: \
  case Enum##_INT_MAX_SENTINEL_DO_NOT_USE_:
