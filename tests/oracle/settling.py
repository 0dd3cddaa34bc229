"""Judges entries about settlement: statements, disbursements, debts and recoveries."""
import rules as rule_pages
import times
from rules import number

MOST_LINES = 8192


class Account:
    """What a program owes a provider."""

    def __init__(self):
        self.rows = []  # (instant, fen, grant or None) on no statement yet
        self.carried = 0

    def balance(self):
        """Below 0 the provider owes."""
        return self.carried + sum(fen for _, fen, _ in self.rows)


class Statement:
    def __init__(self, program, provider, due, grants):
        self.program, self.due, self.grants = program, due, grants
        self.account = (program.number, provider) if provider else None


class Settling:
    # --- what providers are owed

    def owe_provider(self, redemption, grant, fen):
        key = redemption.program.number, redemption.provider
        if not grant.settleable:
            grant.gated[key] += fen
        else:
            self.book(key, grant, fen)

    def book(self, key, grant, fen):
        self.provider_accounts[key].rows.append((self.at, fen, grant))
        if grant:
            grant.booked[key] += fen
            grant.unstated[key] += fen
            grant.rows += 1

    def settle_gate(self, grant):
        """What waited for the acceptance can be settled."""
        for key, fen in grant.gated.items():
            if fen:
                self.book(key, grant, fen)
        grant.gated.clear()
        if not grant.settleable and grant.payable:
            self.owe_enterprise(grant)
        grant.settleable = True

    # --- statements

    def on_close_statement(self, entry, request, event):
        program = self.by_id[request["program_id"]]
        at, end = number(event["statement_id"]), times.end_of_month(request["period"])
        self.new_number("statement", at, program.sandbox)
        self.expect("settlement", self.received(entry) >= end, "the month is not over")
        if "provider_id" in request:
            grants = self.close_provider(program, number(event["provider_number"]), end, event)
        else:
            grants = self.close_division(program, request["division"], end, event)
        statement = self.statements[at] = Statement(program, number(event.get("provider_number")), number(event.get("due_fen")), grants)
        self.unpaid[statement.account] += statement.due > 0
        for grant in grants:
            grant.billed_by.add(statement.account)
            if statement.due:
                grant.statements.add(at)
        self.settle(event.get("settled_application_ids", []), [] if statement.due else grants)

    def close_provider(self, program, provider, end, event):
        """Returns the grants that are on it."""
        key = program.number, provider
        account = self.provider_accounts[key]
        rows = [row for row in account.rows if row[0] < end]
        account.rows = [row for row in account.rows if row[0] >= end]
        told = [number(event.get(name)) for name in ("booked_fen", "reversed_fen", "brought_forward_fen", "set_off_fen",
                                                      "due_fen", "carried_forward_fen")]
        sums = [sum(max(0, fen) for _, fen, _ in rows), sum(max(0, -fen) for _, fen, _ in rows)]
        net = sums[0] - sums[1] + account.carried
        right = sums + [account.carried, 0, max(0, net), min(0, net)]
        self.expect("settlement", told == right, "states {}, bills and reversals give {}", told, right)
        account.carried = min(0, net)
        grants = {}
        for _, fen, grant in rows:
            if grant:
                grant.unstated[key] -= fen
                grant.rows -= 1
                grants[grant.number] = grant
        return list(grants.values())

    def close_division(self, program, division, end, event):
        """Each application of the division that is owed something of the time before the end is on it, with all of that.

        Returns those that it can settle: not those to which it pays back what they paid back.
        """
        total, kept, grants, lines = 0, 0, [], event.get("lines", [])
        told = [number(line["application_id"]) for line in lines]
        self.expect("settlement", told == sorted(set(told)), "its lines are {}", told)
        owed = self.owed_before(program, division, end)
        left_out = sorted(set(owed) - set(told))
        self.expect("settlement", not left_out or event.get("more") and len(told) == MOST_LINES and told[-1] < left_out[0],
                    "leaves out applications {}", left_out[:8])
        for line in lines:
            grant = self.grants[number(line["application_id"])]
            due, set_off = number(line.get("due_fen")), number(line.get("set_off_fen"))
            payable, refund = self.owed_parts(grant, end)
            self.expect("settlement", grant.number in owed and due + set_off == payable + refund,
                        "application {} gets {} and {}, it is owed {}", grant.number, due, set_off, payable + refund)
            self.state(grant, due, set_off)
            if not grant.voucher:
                grants.append(grant)
            total, kept = total + due, kept + set_off
        told = [number(event.get(name)) for name in ("booked_fen", "due_fen", "set_off_fen")]
        self.expect("settlement", told == [total + kept, total, kept], "states {}, its lines give {}", told,
                    [total + kept, total, kept])
        return grants

    def owed_parts(self, grant, end):
        """(of its reimbursement, of what it paid back) that is owed to the enterprise; all or nothing, by the first month."""
        if grant.owed_since >= end:
            return 0, 0
        return grant.payable if grant.settleable else 0, grant.refund

    def owe_enterprise(self, grant):
        """Something is owed for a grant from now on, if nothing was before."""
        owed = grant.refund + (grant.payable if grant.settleable else 0)
        grant.owed_since = grant.owed_since if owed else self.at
        grant.program.owed[grant.number] = grant

    def owed_before(self, program, division, end):
        """Applications of a division that something is owed for, as it is registered now."""
        owed = set()
        for at, grant in list(program.owed.items()):
            if not grant.payable and not grant.refund:
                del program.owed[at]
            elif rule_pages.covers(division, self.facts[grant.enterprise]["division"]) and sum(self.owed_parts(grant, end)):
                owed.add(at)
        return owed

    def state(self, grant, due, set_off):
        """A line of a statement; what was paid back comes first."""
        refund = min(grant.refund, due + set_off)
        grant.refund -= refund
        grant.payable -= due + set_off - refund
        grant.stated += due - min(due, refund)
        grant.returned += set_off - (refund - min(due, refund))
        grant.kept_back += set_off - (refund - min(due, refund))
        self.set_off(grant, set_off, due + set_off)

    def on_record_disbursement(self, entry, request, event):
        at, payment = number(request["statement_id"]), request["disbursement"]
        statement, fen = self.statements[at], number(payment["amount_fen"])
        self.act("record_disbursement", (at, payment.get("fiscal_reference"), fen), request)
        statement.due -= fen
        self.expect("settlement", statement.due >= 0, "pays {} more than is due", -statement.due)
        self.expect("settlement", number(event.get("due_fen")) == statement.due, "{} is due still, not {}", statement.due,
                    event.get("due_fen"))
        paid = statement.grants if not statement.due else []
        self.unpaid[statement.account] -= not statement.due
        for grant in paid:
            grant.statements.discard(at)
        self.settle(event.get("settled_application_ids", []), paid)

    # --- the end of applications

    def settle(self, told, touched, reverses=False, all_kept_back=False):
        """Exactly those are settled of which nothing is left to deliver, to accept or to pay.

        A provider is paid month after month (ADR 8): while one of its statements is not paid, what a later one paid may wait.
        """
        told = {number(at) for at in told}
        waited = {at: grant for at, grant in self.lagging.items() if at in told or not self.lags(grant)}
        through = {grant.number: self.is_through(grant, all_kept_back) for grant in [*touched, *waited.values()]}
        early = sorted(at for at in told if through.get(at, "no") == "no")
        late = sorted(at for at, answer in through.items() if at not in told and
                      (answer == "yes" or answer == "cancels" and reverses and self.nothing_is_left(self.grants[at])))
        self.lagging.update((at, self.grants[at]) for at in late if self.lags(self.grants[at]))
        late = [at for at in late if at not in self.lagging]
        for at in told | waited.keys():
            self.lagging.pop(at, None)
        self.expect("settlement", not early and not late, "settles applications {}: {} too early, and not {}", sorted(told), early,
                    late)
        for at in told:
            self.enter(self.grants[at], "SETTLED")

    def lags(self, grant):
        return any(self.unpaid[account] for account in grant.billed_by if account)

    def nothing_is_left(self, grant):
        """Whether its voucher is over and all that was redeemed of it is reversed."""
        return not grant.used() and (grant.dead or self.at >= grant.lapses or grant.program.state == "ARCHIVED")

    def is_owed(self, grant):
        """Whether a statement that is not paid has something of it that was not reversed since."""
        return any(account is None or grant.booked[account] > 0 for account in (self.statements[at].account for at in grant.statements))

    def is_through(self, grant, all_kept_back):
        """ "yes", "no", or where bills and reversals are on no statement yet: "cancels" if they are the same, "owes" if the
        provider owes. Of those two the documents tell only that a reversal that leaves nothing of a voucher that is over
        settles."""
        left = grant.unspent() if grant.dead else grant.left()
        if grant.state not in ("APPROVED", "ACCEPTED") or left or grant.replaced or not (all_kept_back or grant.settleable):
            return "no"
        if grant.payable or self.is_owed(grant) or any(fen > 0 for fen in grant.unstated.values()):
            return "no"
        if grant.statements:
            return "owes"  # the next statement takes back all that this one has of it
        return "owes" if any(grant.unstated.values()) else "cancels" if grant.rows else "yes"

    # --- debts

    def owe(self, grant, fen):
        """Spent money becomes a debt of a grant."""
        grant.debt += fen
        if fen:
            self.debtors[grant.program.sandbox, grant.enterprise][grant.number] = grant
        self.check_recovered(grant)

    def check_recovered(self, grant):
        self.expect("debts", grant.debt + grant.recovered <= grant.used(),
                    "application {} owes {} back and paid back {}, spent was {}", grant.number, grant.debt, grant.recovered,
                    grant.used())

    def set_off(self, grant, fen, gets):
        """What an enterprise owes is kept back from what it gets, where the rules say so."""
        owed = sum(one.debt for one in self.debts(grant.program.sandbox, grant.enterprise))
        right = min(owed, gets) if grant.rules.set_off else 0
        self.expect("debts", fen == right, "keeps back {} of {}, the enterprise owes {}", fen, gets, owed)
        self.pay_debts(grant.program.sandbox, grant.enterprise, fen)

    def debts(self, sandbox, enterprise, program=None, application=0):
        """Grants whose money is owed back, the oldest first."""
        register = self.debtors[sandbox, enterprise]
        for at in [at for at, grant in register.items() if not grant.debt]:
            del register[at]
        return [grant for at, grant in sorted(register.items())
                if program in (None, grant.program) and application in (0, at)]

    def pay_debts(self, sandbox, enterprise, fen, program=None, application=0):
        for grant in self.debts(sandbox, enterprise, program, application):
            paid = min(fen, grant.debt)
            grant.debt -= paid
            grant.recovered += paid
            fen -= paid
            self.check_recovered(grant)
        self.expect("debts", fen == 0, "{} more is taken back than is owed", fen)

    def on_record_recovery(self, entry, request, event):
        program, fen = self.by_id[request["program_id"]], number(request["amount_fen"])
        party, told = number(event["party_number"]), number(event.get("owed_fen"))
        is_provider = "provider_id" in request
        # One slip of the bank is one act, whether it names the application or not.
        self.act("record_recovery", (program.number, is_provider, party, request.get("fiscal_reference"), fen), request)
        if is_provider:
            key = program.number, party
            owed = max(0, -self.provider_accounts[key].balance())
            self.expect("debts", fen <= owed, "pays {} back, the provider owes {}", fen, owed)
            self.book(key, None, fen)
            owed -= fen
        else:
            self.pay_debts(program.sandbox, party, fen, program, number(request.get("application_id")))
            owed = sum(grant.debt for grant in self.debts(program.sandbox, party, program))
        self.expect("debts", told == owed, "tells that {} is owed still, it is {}", told, owed)
