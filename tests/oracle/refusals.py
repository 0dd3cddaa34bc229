"""Judges refusals: what is refused for a claim, a bar or a lack of room or credit must meet one, in its own world."""
import books
import times
from rules import number

REFUSED = ("submit_application", "award_grant", "review_application", "approve_application", "order_transfer", "appropriate",
           "redeem")
BEFORE_EXISTENCE = ("PERMISSION_DENIED", "PROGRAM_NOT_FOUND", "PRODUCT_NOT_FOUND", "ACCOUNT_NOT_FOUND", "ORDER_ALREADY_REDEEMED")
OF_ROOM = ("AMOUNT_TOO_SMALL", "ENTERPRISE_CAP_REACHED", "PROJECT_CAP_REACHED", "QUOTA_EXHAUSTED", "BUDGET_EXHAUSTED",
           "SUPERSEDED_BY_HIGHER")
OF_CREDIT = ("PRODUCT_NOT_APPROVED", "BASKET_RULE", "USAGE_BEFORE_CREDIT", "VOUCHER_EXPIRED", "INSUFFICIENT_CREDIT")


class Refusals:
    def refuse(self, entry, verb, request, reason):
        if verb in ("review_application", "approve_application"):
            return self.refuse_step(verb, request, reason)
        if verb == "order_transfer":
            return self.refuse_order(entry, request, reason)
        program = self.by_id.get(request.get("program_id"))
        if program is None:
            return
        if verb == "appropriate":
            lacks = reason != "BUDGET_EXHAUSTED" or program.budget + number(request["amount_fen"]) < 0
            return self.expect("refusals", lacks, "{} of {} is refused with {}", request["amount_fen"], program.budget, reason)
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
        if reason in OF_ROOM or reason == "ITEM_ALREADY_CLAIMED":
            grant = self.supposed(program, request)
            lacks = grant is not None and (self.claimed_before(grant) is not None if reason == "ITEM_ALREADY_CLAIMED" else
                                           self.lacks_room(grant, reason, verb))
            self.expect("once" if reason == "ITEM_ALREADY_CLAIMED" else "refusals", lacks, "{} is refused with {}, which is not so",
                        verb, reason)

    # --- room

    def supposed(self, program, request):
        """The grant that a submission or an award asks for; None if there can be none."""
        item, enterprise = program.rules.item_numbers.get(request["item_id"]), self.enterprises.get(request["uscc"])
        if item is None or enterprise is None:
            return None
        grant = books.Grant(0, program, len(program.revisions), enterprise, item,
                            request.get("project", {}).get("project_id", "").lower(), self.findings.sequence)
        grant.spend = number(request.get("spend_fen"))
        grant.facts = self.facts.get(enterprise, {})
        providers = {self.provider_numbers.get(one["provider_id"]) for one in request.get("products", [])}
        division = str(grant.facts.get("division", ""))
        grant.counted_by(program.member_of.get(enterprise, 0), division, sorted(filter(None, providers)))
        grant.wanted = grant.rules.amount(item, grant.spend)
        return grant

    def lacks_room(self, grant, reason, verb):
        """Whether it is so that a limit leaves too little, or the highest grant of the project is no lower."""
        caps = list(self.caps_left(grant))
        of_project = [left for scope, left in caps if scope == "CAP_SCOPE_PROJECT"]
        of_enterprise = [left for scope, left in caps if scope != "CAP_SCOPE_PROJECT"] + [self.room_in_plan(grant)]
        if reason == "AMOUNT_TOO_SMALL":
            return grant.wanted == 0
        if reason == "ENTERPRISE_CAP_REACHED":
            return min(of_enterprise) <= 0
        if reason == "PROJECT_CAP_REACHED":
            return min(of_project, default=1) <= 0
        ask = min([grant.wanted] + of_project + of_enterprise)
        pools = self.pools(grant)
        if reason == "SUPERSEDED_BY_HIGHER":
            return 0 < self.granted_for_project(grant) >= min([ask] + [left for _, left, policy in pools
                                                                       if policy == "ON_EXHAUSTED_PARTIAL"])
        waits = verb == "submit_application" and not grant.program.first_waiters()
        return any(left <= 0 if policy == "ON_EXHAUSTED_PARTIAL" else left < ask
                   for name, left, policy in pools
                   if (name == ("budget",)) == (reason == "BUDGET_EXHAUSTED") and not (waits and policy == "ON_EXHAUSTED_WAITLIST"))

    def refuse_step(self, verb, request, reason):
        """An appeal asks for its former hold again, all or nothing; an approval is refused for a grant that is no lower."""
        grant = self.grants.get(number(request["application_id"]))
        if grant is None or reason not in OF_ROOM:
            return
        asks = number(request.get("approved_fen")) or grant.held or grant.former_held or grant.wanted
        if reason == "SUPERSEDED_BY_HIGHER":
            lacks = 0 < self.granted_for_project(grant) >= asks
        elif reason.endswith("CAP_REACHED"):
            # By which revision and which facts caps are read at an appeal is taken either way, as at a promotion.
            rooms = [self.room_under_caps(grant, facts, rules) for rules in (grant.program.rules, grant.rules)
                     for facts in (grant.facts, self.facts.get(grant.enterprise))]
            lacks = min(rooms + [self.room_in_plan(grant)]) < asks
        else:
            # Who waits for a pool may be asked first.
            lacks = grant.program.first_waiters() or any(left < asks for name, left, _ in self.pools(grant)
                                                         if (name == ("budget",)) == (reason == "BUDGET_EXHAUSTED"))
        self.expect("refusals", lacks, "{} is refused with {}, which is not so", verb, reason)

    def refuse_order(self, entry, request, reason):
        """An order to transfer, for lack of money, of time, or because it is said to be a repeat."""
        grant, fen = self.vouchers.get(number(request["voucher_id"])), number(request["amount_fen"])
        if grant is None:
            return
        key = request.get("reference"), grant.voucher, number(request["account_id"]), fen
        standing = self.acts.get(("order_transfer", key), [])
        holds = {"INSUFFICIENT_CREDIT": fen > grant.available,
                 "VOUCHER_EXPIRED": grant.dead or self.received(entry) >= grant.expires,
                 "ALREADY_BOOKED": bool(standing) and number(request.get("repeats")) != standing[-1]}.get(reason, True)
        check = "repeats" if reason == "ALREADY_BOOKED" else "refusals"
        self.expect(check, holds, "an order to transfer is refused with {}, which is not so", reason)

    # --- bars

    def check_barred(self, entry, program, enterprise):
        today = self.today(entry)
        if self.is_blacklisted(enterprise, program, today):
            return
        other = any(record.kind == "blacklisting" and record.sandbox != program.sandbox and record.holds(today)
                    for record in self.records.get(enterprise, ()))
        self.expect("worlds" if other else "bars", False, "enterprise {} is refused, and not blacklisted", enterprise)

    # --- redemptions

    def refuse_redemption(self, entry, request, program, reason):
        account = self.accounts.get(number(request["account_id"]))
        if account is None:
            return
        owner, provider, sandbox = account
        key = (provider, request["order_number"])
        if (program.sandbox,) + key in self.orders:
            return self.expect("orders", reason in BEFORE_EXISTENCE, "refused with {}, the order was redeemed", reason)
        if reason == "ORDER_ALREADY_REDEEMED":
            other = (not program.sandbox,) + key in self.orders
            return self.expect("worlds" if other else "orders", False, "order {} was not redeemed in its world", key)
        if reason == "BLACKLISTED":
            return self.check_barred(entry, program, owner)
        if sandbox != program.sandbox:
            return
        if reason in OF_CREDIT:
            return self.check_lack_of_credit(entry, request, program, reason)
        claimed = self.claimed_orders.get((program.sandbox,) + key)
        holds = {"ORDER_ALREADY_CLAIMED": claimed is not None and self.stands(claimed),
                 "PROGRAM_NOT_OPEN": program.state == "ARCHIVED", "PROVIDER_SUSPENDED": provider in self.suspended,
                 "NON_TRANSFERABLE": "uscc" in request and self.enterprises.get(request["uscc"]) != owner}.get(reason, True)
        self.expect("refusals", holds, "order {} is refused with {}, which is not so", key, reason)

    def check_lack_of_credit(self, entry, request, program, reason):
        """What is usable must be too little, and some credit unusable for that reason."""
        at, usage, received = number(request["account_id"]), times.instant(request["usage_ended_at"]), self.received(entry)
        versions = self.versions(program, self.accounts[at][1], request["product_id"], usage)
        there = sum(lot.fen for lot in self.usable_lots(program, at, versions, usage, received))
        wanted = number(request.get("amount_fen")) or 1
        self.expect("redemption", there < wanted, "refused with {}, usable is {}", reason, there)
        lots = [lot for lot in self.lots[at] if lot.grant.program is program]
        if reason == "PRODUCT_NOT_APPROVED":
            meets = not versions or not lots or not all(self.is_for(lot.grant, versions[0]) for lot in lots)
        elif reason == "BASKET_RULE":
            meets = versions and not all(self.basket_holds(lot.grant, versions[0]) for lot in lots)
        elif reason == "USAGE_BEFORE_CREDIT":
            meets = any("earlier_usage" not in (lot.grant.rules.terms or {}) and usage <= lot.credited for lot in lots)
        else:
            meets = True  # of credit that is over nothing is kept here
        self.expect("redemption", meets, "refused with {}, which no credit meets", reason)
