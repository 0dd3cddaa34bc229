"""Judges entries about credit: transfers, redemptions, reversals, expiry."""
import books
import times
from deadlines import ANSWER
from rules import number


class Credit:
    # --- transfers

    def on_order_transfer(self, entry, request, event):
        at, account = number(event["transfer_id"]), number(request["account_id"])
        grant, fen = self.vouchers[number(request["voucher_id"])], number(request["amount_fen"])
        self.new_number("transfer", at, grant.program.sandbox)
        self.check_not_archived(grant.program)
        self.act("order_transfer", (request.get("reference"), grant.voucher, account, fen), request)
        owner, provider, sandbox = self.accounts[account]
        self.expect("redemption", owner == grant.enterprise, "voucher {} goes to account {} of enterprise {}", grant.voucher,
                    account, owner)
        self.expect("worlds", sandbox == grant.program.sandbox, "voucher {} goes to an account of the other world",
                    grant.voucher)
        received = self.received(entry)
        self.expect("redemption", grant.expires > received and not grant.dead, "voucher {} is over", grant.voucher)
        self.check_stable(request.get("reference", ""))
        self.expect("redemption", provider not in self.suspended, "provider {} is suspended", provider)
        self.expect("money", fen <= grant.available, "orders {} of {}", fen, grant.available)
        quotas = [self.provider_numbers.get(pool["key"]) for pool in grant.program.rules.raw.get("pools", [])
                  if pool["scope"] == "POOL_SCOPE_PROVIDER"]
        # An award chooses nobody, and counts under nobody's quota.
        free = grant.awarded and not grant.providers
        self.expect("pools", free or provider not in quotas or provider in grant.providers,
                    "provider {} has a quota, and application {} did not choose it", provider, grant.number)
        self.check_bars(entry, grant, self.today(entry))
        terms = grant.rules.terms
        if terms:
            due = received + number(terms.get("transfer_answer_hours")) * times.HOUR
            self.expect("terms", number(event["answer_due_unix_ns"]) == due, "the answer is due at {}, its revision says {}",
                        event["answer_due_unix_ns"], due)
        self.set_deadline(ANSWER, at, number(event["answer_due_unix_ns"]))
        grant.available -= fen
        grant.transit += fen
        self.transfers[at] = [grant, account, fen, "ORDERED", self.findings.sequence]

    def answer(self, transfer, state):
        """Takes a transfer out of transit. Returns its grant, account and amount."""
        grant, account, fen, before, _ = transfer
        self.expect("money", before == "ORDERED", "the transfer is {} already", before)
        transfer[3] = state
        grant.transit -= fen
        return grant, account, fen

    def confirm(self, entry, at, credited, released):
        grant, account, fen = self.answer(self.transfers[at], "CONFIRMED")
        self.drop_deadline(ANSWER, at)
        self.expect("money", credited + released == fen, "credits {} and releases {} of {}", credited, released, fen)
        self.expect("money", bool(released) == grant.dead or not fen, "credits {} and releases {}, the voucher is {}", credited,
                    released, "over" if grant.dead else "alive")
        if released:
            self.move_on(grant, released)
        if credited:
            grant.credit += credited
            grant.confirmed[account] = self.received(entry)
            self.lots[account].append(books.Lot(grant, self.received(entry), credited))

    def on_confirm_transfer(self, entry, request, event):
        self.confirm(entry, number(request["transfer_id"]), number(event.get("credited_fen")), number(event.get("released_fen")))

    def on_decline_transfer(self, entry, request, event):
        at = number(request["transfer_id"])
        grant, _, fen = self.answer(self.transfers[at], "DECLINED")
        self.drop_deadline(ANSWER, at)
        self.forget_act(self.transfers[at][4])
        back, released = number(event.get("returned_fen")), number(event.get("released_fen"))
        self.expect("money", (back, released) == ((0, fen) if grant.dead else (fen, 0)), "puts back {} and releases {} of {}", back,
                    released, fen)
        grant.available += back
        if released:
            self.move_on(grant, released)

    def on_transfer_became_overdue(self, entry, timer, event):
        transfer = self.transfers[number(timer["id"])]
        self.expect("money", transfer[3] == "ORDERED", "transfer {} is overdue, it is {}", timer["id"], transfer[3])

    def on_reconcile_transfers(self, entry, request, event):
        provider, lines, before = self.provider_numbers[request["provider_id"]], event.get("lines", []), set()
        self.expect("money", len(lines) == len(request.get("lines", [])), "answers {} of {} lines", len(lines),
                    len(request.get("lines", [])))
        for line, asked in zip(lines, request.get("lines", [])):
            at, found = number(asked["transfer_id"]), line.get("finding", "").replace("RECONCILIATION_FINDING_", "")
            if self.real_only and at > books.SANDBOX_NUMBERS:
                continue
            right = self.finding_of(provider, at, number(asked["amount_fen"]), before)
            before.add(at)
            self.expect("money", found == right, "finds that transfer {} is {}, it is {}", at, found, right)
            credited, released = number(line.get("credited_fen")), number(line.get("released_fen"))
            confirms = right == "SILENT" and request.get("confirm_silent", False)
            self.expect("money", bool(credited or released) == confirms, "confirms {} of transfer {}, which is {}",
                        credited + released, at, right)
            if right != "EXTRA":
                self.expect("money", number(line.get("ledger_fen")) == self.transfers[at][2], "tells that transfer {} is of {}", at,
                            line.get("ledger_fen"))
            if credited or released:
                self.confirm(entry, at, credited, released)

    def finding_of(self, provider, at, fen, before):
        """How a line of a provider stands to the ledger; `before` are the transfers of earlier lines."""
        transfer = self.transfers.get(at)
        if transfer is None or self.accounts[transfer[1]][1] != provider or transfer[3] == "DECLINED":
            return "EXTRA"
        if at in before:
            return "DOUBLE"
        if transfer[2] != fen:
            return "WRONG_AMOUNT"
        return "MATCHED" if transfer[3] == "CONFIRMED" else "SILENT"

    # --- redemption

    def on_redeem(self, entry, request, event):
        program, at = self.by_id[request["program_id"]], number(request["account_id"])
        owner, provider, sandbox = self.accounts[at]
        received, usage = self.received(entry), times.instant(request["usage_ended_at"])
        self.expect("worlds", sandbox == program.sandbox, "account {} is of the other world", at)
        self.expect("bars", not self.is_blacklisted(owner, program, self.today(entry)), "enterprise {} is blacklisted", owner)
        self.check_not_archived(program)
        self.expect("redemption", provider not in self.suspended, "provider {} is suspended", provider)
        self.expect("redemption", usage <= received, "the usage ended at {}, after the request", usage)
        if "uscc" in request:
            self.expect("redemption", self.enterprises.get(request["uscc"]) == owner, "the order was for {}, not for the owner",
                        request["uscc"])
        order = (program.sandbox, provider, request["order_number"])
        self.check_stable(request["order_number"])
        self.expect("orders", order not in self.orders, "order {} was redeemed before", order)
        claimed = self.claimed_orders.get(order)
        self.expect("invoices", claimed is None or not self.stands(claimed), "order {} is claimed by application {} as own spend",
                    order, claimed and claimed.number)
        versions = self.versions(program, provider, request["product_id"], usage)
        self.expect("redemption", versions, "product {} was not approved when the usage ended", request["product_id"])
        usable = self.usable_lots(program, at, versions, usage, received)
        there = sum(lot.fen for lot in usable)
        fen = number(event["amount_fen"])
        wanted = number(request.get("amount_fen")) or min(number(request.get("at_most_fen")), there)
        self.expect("redemption", fen == wanted and fen <= there, "redeems {}, asked was {} and usable is {}", fen, wanted, there)
        redemption = books.Redemption(program, at, fen)
        redemption.id, redemption.provider = number(event["redemption_id"]), provider
        self.draw(redemption, usable, fen, event)
        for version in versions:
            redemption.category = version[2]
            program.core[owner, version[2]] += fen
        self.orders[order] = redemption
        self.redemptions[redemption.id] = redemption

    def versions(self, program, provider, product, usage):
        """The approval of a product in force on the last day of the usage, of several the newest: one or none."""
        ordinal = times.day_of(usage - 1)
        provider_id = self.provider_name(provider)
        return [one for one in program.catalog.get((provider_id, product), ())
                if one[0] <= ordinal and (one[1] is None or ordinal <= one[1])][-1:]

    def usable_lots(self, program, account, versions, usage, received):
        """Credit of an account that may pay for usage that ended then, first-expiring first."""
        usable = []
        for lot in sorted(self.lots[account], key=books.Lot.place):
            grant = lot.grant
            if grant.program is not program or usage > grant.expires or received >= grant.lapses:
                continue
            terms = grant.rules.terms or {}
            if "earlier_usage" not in terms and usage <= lot.credited:
                continue
            if any(self.may_buy(grant, one) for one in versions):
                usable.append(lot)
        return usable

    def may_buy(self, grant, version):
        """Whether credit of a grant may buy a product as approved, by the revision that judged the grant."""
        return self.is_for(grant, version) and self.basket_holds(grant, version)

    @staticmethod
    def is_for(grant, version):
        category, items = version[2], version[3]
        item = grant.rules.items[grant.item]
        spendable = item.get("spendable_categories", [])
        return (not spendable or category in spendable) and ("own_products_only" not in item or item["item_id"] in items)

    @staticmethod
    def basket_holds(grant, version):
        """Whether a core product was bought before, or is bought now."""
        core = grant.rules.core
        return not core or version[2] in core or any(grant.program.core[grant.enterprise, one] > 0 for one in core)

    def draw(self, redemption, usable, fen, event):
        exhausted = set()
        for lot in usable:
            taken = min(fen, lot.fen)
            if not taken:
                break
            fen -= taken
            lot.fen -= taken
            grant = lot.grant
            grant.credit -= taken
            grant.spent += taken
            redemption.draws.append([lot, taken])
            self.owe_provider(redemption, grant, taken)
            if grant.left() == 0:
                exhausted.add(grant.voucher)
                self.follow_voucher(grant)
        self.lots[redemption.account] = [lot for lot in self.lots[redemption.account] if lot.fen]
        told = {number(one) for one in event.get("exhausted_voucher_ids", [])}
        self.expect("money", told == exhausted, "uses up vouchers {}, by first-expiring first {}", sorted(told), sorted(exhausted))

    def on_reverse_redemption(self, entry, request, event):
        redemption = self.redemptions[number(request["redemption_id"])]
        fen, released = number(event.get("reversed_fen")), number(event.get("released_fen"))
        received = self.received(entry)
        self.expect("money", fen == number(request["amount_fen"]), "reverses {}, asked was {}", fen, request["amount_fen"])
        self.act("reverse_redemption", (redemption.id, fen, request.get("reason")), request)
        redemption.reversed += fen
        self.expect("money", redemption.reversed <= redemption.amount, "reverses {} of {}", redemption.reversed, redemption.amount)
        owner = self.accounts[redemption.account][0]
        redemption.program.core[owner, redemption.category] -= fen
        moved, refunded, left, touched = 0, 0, fen, []
        for draw in reversed(redemption.draws):
            grant = draw[0].grant
            taken = 0 if grant.lost else min(left, draw[1])
            if not taken:
                continue
            left -= taken
            draw[1] -= taken
            touched.append(grant)
            grant.spent -= taken
            self.owe_provider(redemption, grant, -taken)
            back, refund = self.reverse_debt(grant, taken)
            moved, refunded, taken = moved + back, refunded + refund, taken - back
            if grant.dead or received >= grant.lapses or grant.program.state == "ARCHIVED":
                self.move_on(grant, taken)
                moved += taken
            elif taken:
                # What comes back is as new as the newest credit of the voucher there.
                grant.credit += taken
                self.lots[redemption.account].append(books.Lot(grant, grant.confirmed[redemption.account], taken))
                self.follow_voucher(grant)
        self.expect("money", moved == released, "releases {}, of dead vouchers, or taken back before, are {}", released, moved)
        told = number(event.get("refunded_fen"))
        self.expect("debts", told == refunded, "owes the enterprise {} again, it paid back {} that is reversed", told, refunded)
        self.settle(event.get("settled_application_ids", []), touched, reverses=True)

    def reverse_debt(self, grant, fen):
        """The grant was spent less, so less of it is owed back. Returns what that is, and how much of it was paid back."""
        too_much = min(fen, grant.recovered + grant.debt)
        forgiven = min(too_much, grant.debt)
        grant.debt -= forgiven
        refund = too_much - forgiven
        grant.recovered -= refund
        if refund:
            self.owe_enterprise(grant)
            grant.refund += refund
        self.move_on(grant, forgiven)
        grant.returned += refund
        self.check_recovered(grant)
        return too_much, refund

    # --- the end of vouchers

    def drop_lots(self, grant):
        if grant.voucher:
            for account in self.accounts_of.get(grant.enterprise, ()):
                for lot in self.lots[account]:
                    if lot.grant is grant:
                        lot.fen = 0
                self.lots[account] = [lot for lot in self.lots[account] if lot.fen]

    def take_credit(self, grant, fen):
        """Takes unspent money of a living voucher: what is in no account first, then of each account the newest credit."""
        from_voucher = min(fen, grant.available)
        grant.available -= from_voucher
        fen -= from_voucher
        for account in self.accounts_of.get(grant.enterprise, ()):
            own = [lot for lot in self.lots[account] if lot.grant is grant]
            for lot in sorted(own, key=books.Lot.place, reverse=True):
                taken = min(fen, lot.fen)
                lot.fen -= taken
                grant.credit -= taken
                fen -= taken
            self.lots[account] = [lot for lot in self.lots[account] if lot.fen]

    def on_voucher_expired(self, entry, timer, event):
        grant = self.vouchers[number(timer["id"])]
        released = number(event.get("released_fen"))
        self.expect("money", released == grant.unspent(), "voucher {} gives back {}, it has {}", grant.voucher, released,
                    grant.unspent())
        self.expect("terms", number(timer["due_unix_ns"]) == grant.lapses, "voucher {} ends at {}, not at {}", grant.voucher,
                    timer["due_unix_ns"], grant.lapses)
        self.move_on(grant, grant.unspent())
        grant.available = grant.credit = 0
        self.end_voucher(grant)
        self.settle([grant.number] if event.get("settles_application") else [], [grant])
