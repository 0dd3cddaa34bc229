"""Judges entries about settlement: statements, disbursements, debts and recoveries."""
import collections

import rules as rule_pages
import times
from rules import number


class Account:
    """What a program owes a provider: amounts by instant, and what statements took of them."""

    def __init__(self):
        self.booked, self.reversed = [], []  # (instant, fen) on no statement yet
        self.gated = collections.Counter()  # by grant: waits for acceptance
        self.carried = 0


class Settling:
    # --- what providers are owed

    def owe_provider(self, redemption, grant, fen):
        account = self.provider_accounts[redemption.program.number, redemption.provider]
        if not grant.settleable:
            account.gated[grant.number] += fen
        elif fen > 0:
            account.booked.append((self.at, fen))
        else:
            account.reversed.append((self.at, -fen))

    def settle_gate(self, grant):
        """The project is accepted: what waited for it can be settled."""
        for account in self.accounts_of_program(grant.program):
            fen = account.gated.pop(grant.number, 0)
            if fen:
                account.booked.append((self.at, fen))
        grant.settleable = True

    def ungate(self, grant):
        """What waited for acceptance is not settled. Returns how much that was."""
        return sum(account.gated.pop(grant.number, 0) for account in self.accounts_of_program(grant.program))

    def accounts_of_program(self, program):
        return [account for (at, _), account in self.provider_accounts.items() if at == program.number]

    # --- statements

    def on_close_statement(self, entry, request, event):
        program = self.by_id[request["program_id"]]
        at, end = number(event["statement_id"]), times.end_of_month(request["period"])
        self.new_number("statement", at, program.sandbox)
        self.expect("settlement", self.received(entry) >= end, "the month is not over")
        due = number(event.get("due_fen"))
        lines = []
        if "provider_id" in request:
            self.close_provider(program, number(event["provider_number"]), end, event)
        else:
            lines = event.get("lines", [])
            self.close_division(program, request["division"], end, event, lines)
        self.statements[at] = [program, due, [number(line["application_id"]) for line in lines]]
        self.settle(event.get("settled_application_ids", []))
        for line in lines if not due else []:
            grant = self.grants[number(line["application_id"])]
            self.expect("money", grant.state == "SETTLED" or grant.payable or grant.state not in ("APPROVED", "ACCEPTED"),
                        "application {} is {}, though nothing is left of it", grant.number, grant.state)

    def close_provider(self, program, provider, end, event):
        account = self.provider_accounts[program.number, provider]
        sums = []
        for name in ("booked", "reversed"):
            rows = getattr(account, name)
            sums.append(sum(fen for instant, fen in rows if instant < end))
            setattr(account, name, [row for row in rows if row[0] >= end])
        told = [number(event.get(name)) for name in ("booked_fen", "reversed_fen", "brought_forward_fen", "set_off_fen",
                                                      "due_fen", "carried_forward_fen")]
        net = sums[0] - sums[1] + account.carried
        right = sums + [account.carried, 0, max(0, net), min(0, net)]
        self.expect("settlement", told == right, "states {}, bills and reversals give {}", told, right)
        account.carried = min(0, net)

    def close_division(self, program, division, end, event, lines):
        total = kept = 0
        for line in lines:
            grant = self.grants[number(line["application_id"])]
            due, set_off = number(line.get("due_fen")), number(line.get("set_off_fen"))
            self.expect("settlement", grant.program is program and grant.settleable and
                        rule_pages.covers(division, self.facts[grant.enterprise]["division"]),
                        "application {} is on a statement that is not its own", grant.number)
            self.expect("settlement", due + set_off <= grant.payable + grant.refund, "application {} gets {} and {}, it is owed {}",
                        grant.number, due, set_off, grant.payable + grant.refund)
            refund = min(grant.refund, due + set_off)
            grant.refund -= refund
            grant.payable -= due + set_off - refund
            grant.stated += due - min(due, refund)
            grant.returned += set_off - (refund - min(due, refund))
            grant.kept_back += set_off - (refund - min(due, refund))
            self.set_off(grant, set_off, due + set_off)
            total, kept = total + due, kept + set_off
        told = number(event.get("due_fen")), number(event.get("set_off_fen"))
        self.expect("settlement", told == (total, kept), "states {}, its lines give {}", told, (total, kept))

    def on_record_disbursement(self, entry, request, event):
        statement = self.statements[number(request["statement_id"])]
        payment = request["disbursement"]
        fen = number(payment["amount_fen"])
        self.act("record_disbursement", (number(request["statement_id"]), payment.get("fiscal_reference"), fen), request)
        statement[1] -= fen
        self.expect("settlement", statement[1] >= 0, "pays {} more than is due", -statement[1])
        self.expect("settlement", number(event.get("due_fen")) == statement[1], "{} is due still, not {}", statement[1],
                    event.get("due_fen"))
        self.settle(event.get("settled_application_ids", []))

    # --- debts

    def owe(self, grant, fen):
        """Spent money becomes a debt of a grant."""
        grant.debt += fen
        if fen:
            self.debtors[grant.program.sandbox, grant.enterprise].append(grant)
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
        found = {grant.number: grant for grant in self.debtors[sandbox, enterprise] if grant.debt}
        return [grant for at, grant in sorted(found.items())
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
        self.act("record_recovery", (program.number, is_provider, party, request.get("fiscal_reference"), fen,
                                     number(request.get("application_id"))), request)
        if is_provider:
            account = self.provider_accounts[program.number, party]
            account.booked.append((self.at, fen))
            return
        self.pay_debts(program.sandbox, party, fen, program, number(request.get("application_id")))
        owed = sum(grant.debt for grant in self.debts(program.sandbox, party, program))
        self.expect("debts", told == owed, "tells that {} is owed still, it is {}", told, owed)
