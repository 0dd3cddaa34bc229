"""Judges the end of projects: acceptance, extension, termination, reclaim."""
import times
from deadlines import PROJECT
from rules import number


class Projects:
    # --- acceptance

    def on_accept_project(self, entry, request, event):
        grant = self.grants[number(request["application_id"])]
        released, receivable = number(event.get("released_fen")), number(event.get("receivable_fen"))
        self.expect("money", grant.state == "APPROVED", "application {} is accepted, it is {}", grant.number, grant.state)
        cost = number(request.get("actual_cost_fen"))
        self.expect("plans", cost or not grant.cluster, "a grant in a cluster's plan is accepted without its cost")
        lower = self.replaced_by(grant)
        excess = self.above_share(grant, lower, cost)
        unspent = min(excess, grant.unspent() + grant.payable)
        right = unspent, min(excess, grant.kept()) - unspent
        self.expect("plans", (released, receivable) == right, "takes back {} and makes {} a debt, right are {}", released,
                    receivable, right)
        excess -= sum(right)
        self.take_unspent(grant, released)
        opens = self.gate_holds(grant)
        self.expect("settlement", number(event.get("settleable_fen")) == opens, "opens {}, what waited is {}",
                    event.get("settleable_fen"), opens)
        self.settle_gate(grant)
        self.owe(grant, receivable)
        told = self.told_of_replaced(event)
        for one in self.with_waiting(grant, lower):
            of_one = min(excess, one.payable + one.taken()) if one in lower else 0
            excess -= of_one
            goes_back = min(of_one, one.payable)
            self.close_replaced(one, told.pop(one.number, {}), goes_back, of_one - goes_back)
        self.expect("settlement", not told, "tells of replaced applications {}", sorted(told))
        grant.accepted = True
        self.enter(grant, "ACCEPTED")
        self.settle([grant.number] if event.get("settles_application") else [], [grant])

    def above_share(self, grant, lower, cost):
        """How much of a grant, and of what it replaced, is above the share of the actual cost.

        What was accepted before of the item and project, or used of what ended, takes its part of the cost first.
        """
        rate = number(grant.rules.items[grant.item].get("rate_bps"))
        if not cost or not rate:
            return 0
        before = sum(other.kept() for other in self.by_enterprise[grant.enterprise] if self.shares_cost(other, grant))
        share = max(0, cost * rate // 10000 - before)
        return max(0, grant.kept() + sum(one.payable + one.taken() for one in lower) - share)

    @staticmethod
    def shares_cost(other, grant):
        over = other.accepted or other.state not in ("APPROVED", "ACCEPTED")
        return (other is not grant and over and other.full and not other.superseded and other.program is grant.program and
                other.item == grant.item and other.project == grant.project)

    # --- what was replaced

    def replaced_by(self, grant):
        """What a grant replaced, of all that its rule counts, the newest first; it is a part of the grant."""
        if not grant.rules.highest_only or not grant.project:
            return []
        return sorted((other for other in self.of_project(grant) if other.full and other.state == "SUPERSEDED"),
                      key=lambda other: -other.number)

    @staticmethod
    def with_waiting(grant, lower):
        """Those, and what waits for the grant besides; from now on nothing does."""
        waiting, grant.replaced = grant.replaced, []
        return lower + [one for one in waiting if one not in lower]

    @staticmethod
    def told_of_replaced(event):
        return {number(one["application_id"]): one for one in event.get("replaced", [])}

    def close_replaced(self, lower, told, goes_back, receivable):
        """Nothing of a replaced grant waits any more: what does not go back can be settled from now on."""
        waited, payable = self.gate_holds(lower), min(goes_back, lower.payable)
        right = max(0, waited - goes_back), goes_back, receivable
        is_told = tuple(number(told.get(name)) for name in ("settleable_fen", "released_fen", "receivable_fen"))
        self.expect("settlement", is_told == right, "opens, gives back and makes a debt {} of application {}, right are {}",
                    is_told, lower.number, right)
        lower.payable -= payable
        lower.spent -= goes_back - payable
        if goes_back > payable:  # what providers would have been owed goes back
            lower.gated.clear()
            lower.lost = True
        self.move_on(lower, goes_back)
        self.settle_gate(lower)
        self.owe(lower, receivable)

    def gate_holds(self, grant):
        """What is owed for it and waits for its acceptance."""
        return 0 if grant.settleable else grant.payable + sum(grant.gated.values())

    def take_unspent(self, grant, fen):
        """Unspent money goes back: of the voucher, of its credit, or not yet on a statement."""
        self.expect("money", fen <= grant.unspent() + grant.payable, "takes back {} of {}", fen, grant.unspent() + grant.payable)
        self.move_on(grant, fen)
        from_payable = min(fen, grant.payable)
        grant.payable -= from_payable
        self.take_credit(grant, fen - from_payable)
        self.follow_voucher(grant)

    # --- deadlines of projects

    def on_extend_project(self, entry, request, event):
        grant = self.grants[number(request["application_id"])]
        terms, months = grant.rules.raw["project"], number(request["months"])
        self.expect("terms", grant.state == "APPROVED" and months <= number(terms.get("extension_months")),
                    "extends application {}, which is {}, by {} months", grant.number, grant.state, months)
        last = times.day_of(grant.project_due) - 1
        # From the first deadline on or from the approval on: the documents do not say, at the end of some months it differs.
        right = {times.start_of(times.months_later(day, more) + 1)
                 for day, more in ((last, months), (grant.approved_on, number(terms["months"]) + months))}
        told = number(event["due_unix_ns"])
        self.expect("terms", told in right, "the project is late at {}, its revision says {}", told, sorted(right))
        grant.project_due = told
        self.set_deadline(PROJECT, grant.number, told)

    def on_terminate_project(self, entry, request, event):
        self.terminate(self.grants[number(request["application_id"])], event)

    def on_project_lapsed(self, entry, timer, event):
        self.terminate(self.grants[number(timer["id"])], event)

    def terminate(self, grant, event):
        released, unsettled = number(event.get("released_fen")), number(event.get("unsettled_fen"))
        self.expect("money", grant.state == "APPROVED", "application {} is ended, it is {}", grant.number, grant.state)
        self.expect("money", released == grant.unspent(), "releases {} of {} unspent", released, grant.unspent())
        right = grant.payable + sum(grant.gated.values())
        self.expect("money", unsettled == right, "leaves {} unsettled, {} is owed on no statement", unsettled, right)
        self.end_grant(grant, "TERMINATED")
        self.move_on(grant, unsettled)
        grant.spent -= unsettled - grant.payable
        grant.lost = unsettled > grant.payable
        grant.payable = 0
        grant.gated.clear()
        told = self.told_of_replaced(event)
        for one in self.with_waiting(grant, []):
            self.close_replaced(one, told.pop(one.number, {}), self.gate_holds(one), 0)
        self.expect("settlement", not told, "tells of replaced applications {}", sorted(told))

    # --- reclaims

    def on_reclaim(self, entry, request, event):
        grant = self.grants[number(request["application_id"])]
        told, receivable = number(event.get("released_fen")), number(event.get("receivable_fen"))
        self.act("reclaim", (grant.number, request.get("reference")), request)
        self.check_cure(entry, grant, request)
        # The provider delivered, and the enterprise owes it: nothing waits for an acceptance any more.
        self.settle_gate(grant)
        lines = self.told_of_replaced(event)
        for one in self.with_waiting(grant, []):
            self.close_replaced(one, lines.pop(one.number, {}), one.payable, 0)
        # What is kept back of a reimbursement goes where unspent money goes, so it is the same to us in which field it is told.
        told += number(event.get("set_off_fen"))
        rest = grant.unspent() + grant.payable
        self.expect("money", told == rest, "gives or keeps back {}, unspent or owed is {}", told, rest)
        self.expect("debts", receivable == grant.taken(), "makes {} a debt, spent and not taken back is {}", receivable,
                    grant.taken())
        self.move_on(grant, rest)
        grant.available = grant.credit = grant.payable = 0
        self.end_voucher(grant)
        self.owe(grant, receivable)
        self.enter(grant, "TERMINATED")
        if "blacklisting" in request:
            self.blacklist(entry, grant.enterprise, request["blacklisting"], grant.program.sandbox)

    def check_cure(self, entry, grant, request):
        """For lack of cooperation only after a reminder that came after the approval, and its time to mend."""
        cure = grant.rules.raw.get("cure")
        if request.get("ground") != "RECLAIM_GROUND_NO_COOPERATION" or not cure:
            return
        reminded = self.reminders.get((grant.program.number, grant.enterprise), -1)
        since = times.day_of(max(0, reminded)) >= times.day_of(grant.approved_at)
        self.expect("terms", since, "application {} is reclaimed without a reminder since its approval", grant.number)
        end = times.start_of(times.months_later(times.day_of(max(0, reminded)), number(cure["months"])) + 1)
        self.expect("terms", self.received(entry) >= end, "application {} is reclaimed before its time to mend ends at {}",
                    grant.number, end)
