"""Judges refusals: what is refused for a claim, a bar or a lack of credit must meet one, in its own world."""
import times
from rules import number

REFUSED = ("submit_application", "award_grant", "redeem")
BEFORE_EXISTENCE = ("PERMISSION_DENIED", "PROGRAM_NOT_FOUND", "PRODUCT_NOT_FOUND", "ACCOUNT_NOT_FOUND", "ORDER_ALREADY_REDEEMED")


class Refusals:
    def refuse(self, entry, verb, request, reason):
        program = self.by_id.get(request.get("program_id"))
        if program is None:
            return
        if verb == "redeem":
            return self.refuse_redemption(entry, request, program, reason)
        if reason == "BLACKLISTED":
            self.check_barred(entry, program, self.enterprises.get(request["uscc"]))
        if reason == "INVOICE_ALREADY_CLAIMED":
            keys = [key for invoice in request.get("evidence", {}).get("invoices", []) for key in self.invoice_keys(invoice)]
            claimed = [any((world, key) in self.invoices and self.stands(self.invoices[world, key]) for key in keys)
                       for world in (program.sandbox, not program.sandbox)]
            self.expect("worlds" if claimed[1] else "invoices", claimed[0] or len(set(keys)) < len(keys),
                        "refused for invoices {}, which support nothing in its world", keys)

    def check_barred(self, entry, program, enterprise):
        today = self.today(entry)
        if self.is_blacklisted(enterprise, program, today):
            return
        other = any(record.kind == "blacklisting" and record.sandbox != program.sandbox and record.holds(today)
                    for record in self.records.get(enterprise, ()))
        self.expect("worlds" if other else "bars", False, "enterprise {} is refused, and not blacklisted", enterprise)

    def refuse_redemption(self, entry, request, program, reason):
        account = self.accounts.get(number(request["account_id"]))
        if account is None:
            return
        owner, provider, sandbox = account
        key = (provider, request["order_number"])
        if (program.sandbox,) + key in self.orders:
            self.expect("orders", reason in BEFORE_EXISTENCE, "refused with {}, the order was redeemed", reason)
        elif reason == "ORDER_ALREADY_REDEEMED":
            other = (not program.sandbox,) + key in self.orders
            self.expect("worlds" if other else "orders", False, "order {} was not redeemed in its world", key)
        elif reason == "BLACKLISTED":
            self.check_barred(entry, program, owner)
        elif reason in ("VOUCHER_EXPIRED", "INSUFFICIENT_CREDIT") and sandbox == program.sandbox:
            usage = times.instant(request["usage_ended_at"])
            versions = self.versions(program, provider, request["product_id"], usage)
            usable = self.usable_lots(program, number(request["account_id"]), versions, usage, self.received(entry))
            there = sum(lot.fen for lot in usable)
            wanted = number(request.get("amount_fen")) or 1
            self.expect("redemption", there < wanted, "refused with {}, usable is {}", reason, there)
