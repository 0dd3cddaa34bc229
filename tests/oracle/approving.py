"""Judges approvals, and that of the grants for a project only the highest counts."""
import times
from deadlines import VOUCHER
from rules import number


class Approving:
    def on_approve_application(self, entry, request, event):
        grant = self.grants[number(request["application_id"])]
        program, received = grant.program, self.received(entry)
        self.check_not_archived(program)
        self.check_bars(entry, grant, self.today(entry))
        approved, released = number(event.get("approved_fen")), number(event.get("released_fen"))
        held = grant.held
        full = number(request.get("approved_fen")) or held
        self.supersede(grant, event.get("superseded", []), full)
        counted = self.granted_for_project(grant)
        self.expect("money", approved + released == held, "approves {} and releases {} of {}", approved, released, held)
        check = "highest" if counted else "money"
        self.expect(check, approved == full - counted, "approves {} of {}, the project has {}", approved, full, counted)
        if grant.rules.raw.get("notice"):
            notice = self.notices.get(grant.notice_end)
            self.expect("terms", grant.state == "ON_NOTICE" and notice is not None and received >= notice.end,
                        "application {} is approved, its notice is not over", grant.number)
        grant.full = full
        self.release(grant, released)
        self.deliver(entry, grant, event, approved)
        self.check_highest(grant)

    def deliver(self, entry, grant, event, approved):
        """What is approved becomes a voucher or payable, less what is kept back."""
        by_credit, set_off = grant.mode == "DELIVERY_MODE_CLOUD_CREDIT", number(event.get("set_off_fen"))
        grant.held -= approved
        self.enter(grant, "APPROVED")
        grant.approved_at, grant.approved_on = self.received(entry), self.today(entry)
        terms = grant.rules.raw.get("project")
        if terms:
            right = times.start_of(times.months_later(grant.approved_on, number(terms["months"])) + 1)
            told = number(event.get("project_due_unix_ns"))
            self.expect("terms", told == right, "the project is late at {}, its revision says {}", told, right)
            grant.project_due = right
        # Credit is kept back at its approval, a reimbursement by its statement, when it is due.
        self.set_off(grant, set_off, approved if by_credit else 0)
        grant.returned += set_off
        grant.kept_back += set_off
        if by_credit:
            self.issue_voucher(grant, event, approved - set_off)
        else:
            self.owe_enterprise(grant)
            grant.payable += approved - set_off
        settled = [grant.number] if event.get("settles_application") else []
        self.settle(settled, [grant], all_kept_back=approved == set_off)

    def issue_voucher(self, grant, event, fen):
        grant.voucher = number(event.get("voucher_id"))
        if grant.voucher:
            self.new_number("voucher", grant.voucher, grant.program.sandbox)
            self.vouchers[grant.voucher] = grant
        grant.available += fen
        if grant.rules.terms and grant.voucher:
            right = grant.rules.vouchers_end()
            grant.expires, grant.lapses = number(event.get("expires_unix_ns")), number(event.get("lapses_unix_ns"))
            self.expect("terms", (grant.expires, grant.lapses) == right, "voucher {} ends at {}, its revision says {}",
                        grant.voucher, (grant.expires, grant.lapses), right)
            grant.expires, grant.lapses = right
            self.follow_voucher(grant)

    def supersede(self, higher, told, full):
        """Lower grants of the project, and applications that could never be approved beside what it has then, are replaced."""
        for one in told:
            lower = self.grants[number(one["application_id"])]
            counted, released = number(one.get("counted_fen")), number(one.get("released_fen"))
            self.expect("worlds", lower.program.sandbox == higher.program.sandbox,
                        "application {} of a sandbox supersedes {}", higher.number, lower.number)
            self.expect("highest", lower.project == higher.project and lower.enterprise == higher.enterprise,
                        "application {} is of another project than {}", lower.number, higher.number)
            rest = lower.held + lower.unspent()
            self.expect("money", released == rest, "application {} is superseded and gives back {}, it has {}", lower.number,
                        released, rest)
            self.expect("highest", not lower.transit, "application {} is superseded, {} is in transit", lower.number,
                        lower.transit)
            self.end_grant(lower, "SUPERSEDED")
            self.gate_by(lower, higher)
            self.expect("highest", counted == lower.value(), "application {} counts {}, used is {}", lower.number, counted,
                        lower.value())
        if not higher.rules.highest_only or not higher.project:
            return
        for other in self.of_project(higher):
            left = other.state in ("APPROVED", "ACCEPTED") and other.full or 0 < other.held <= full
            self.expect("highest", not left, "application {} is {} beside {}", other.number, other.state, higher.number)

    def gate_by(self, lower, higher):
        """What was used of a lower grant is a part of the higher one: it waits for that one's acceptance, if for any."""
        waiting, lower.replaced = lower.replaced, []
        if not lower.settleable:
            waiting.append(lower)
        if not higher.settleable:
            higher.replaced += waiting
            return
        for one in waiting:
            self.settle_gate(one)

    def of_project(self, grant):
        """What its rule of the highest looks at: all else of its program, and of others what such a rule judged."""
        return [other for other in self.by_enterprise[grant.enterprise]
                if other is not grant and other.project == grant.project and
                (other.rules.highest_only or other.program is grant.program) and other.program.sandbox == grant.program.sandbox]

    def check_highest(self, grant):
        if not grant.rules.highest_only or not grant.project:
            return
        grants = [grant] + [other for other in self.of_project(grant) if other.full]
        total, highest = sum(other.value() for other in grants), max(other.full for other in grants)
        self.expect("highest", total <= highest, "the grants for project {} count {}, the highest is {}", grant.project, total,
                    highest)

    def check_highest_possible(self, grant, amount):
        total = self.granted_for_project(grant)
        self.expect("highest", amount > total, "application {} could get {}, {} is granted for its project", grant.number, amount,
                    total)

    def granted_for_project(self, grant):
        """What counts of all grants for a project of which only the highest does; 0 without that rule."""
        if not grant.rules.highest_only or not grant.project:
            return 0
        return sum(other.value() for other in self.of_project(grant) if other.full)

    # --- the end of vouchers

    def follow_voucher(self, grant):
        """A voucher has its end as long as something is left in it."""
        if not grant.voucher or not grant.lapses:
            return
        if grant.left() and not grant.dead:
            self.set_deadline(VOUCHER, grant.voucher, grant.lapses)
        else:
            self.drop_deadline(VOUCHER, grant.voucher)

    def end_voucher(self, grant):
        self.drop_lots(grant)
        grant.dead = True
        self.follow_voucher(grant)
