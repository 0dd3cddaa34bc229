"""Judges time: each deadline is booked before the first command that was received at or after it, and not earlier.

What deadlines there are is worked out here, from windows, vouchers, returns, extensions, tranches and orders; what the
ledger booked is compared with that.
"""
import heapq

from rules import number

CUTOFF, ANSWER, VOUCHER, CORRECTION, PROJECT, TRANCHE, WAITLIST, PENDING = range(1, 9)
NAMES = {"TIMER_KIND_PROGRAM_CUTOFF": CUTOFF, "TIMER_KIND_TRANSFER_ANSWER": ANSWER, "TIMER_KIND_VOUCHER_LAPSE": VOUCHER,
         "TIMER_KIND_CORRECTION": CORRECTION, "TIMER_KIND_PROJECT": PROJECT, "TIMER_KIND_TRANCHE": TRANCHE,
         "TIMER_KIND_WAITLIST": WAITLIST, "TIMER_KIND_PENDING_LAPSE": PENDING}
EXEMPT = "resume_after_clock_jump"


class Deadlines:
    """Mixed into the judge, which has `due`, {(kind, id): instant}, `agenda`, a heap of them, `booked_to`, and `may_go_on`, a
    set of what may be booked and need not, since it finds nothing to do."""

    def set_deadline(self, kind, at, due):
        if self.due.get((kind, at)) != due:
            self.due[kind, at] = due
            heapq.heappush(self.agenda, (due, kind != TRANCHE, kind, at))

    def drop_deadline(self, kind, at):
        self.due.pop((kind, at), None)

    def next_deadline(self):
        """The deadline that is to be booked next: (instant, not a tranche, kind, id), or None."""
        while self.agenda and self.due.get(self.agenda[0][2:]) != self.agenda[0][0]:
            heapq.heappop(self.agenda)
        return self.agenda[0] if self.agenda else None

    def after_tranches(self, due):
        """The deadline that follows the tranches of an instant: whether they come before it or by their kind is left open."""
        tranches = []
        while self.next_deadline() and self.agenda[0][0] == due and self.agenda[0][2] == TRANCHE:
            tranches.append(heapq.heappop(self.agenda))
        coming = self.next_deadline()
        for one in tranches:
            heapq.heappush(self.agenda, one)
        return coming

    def check_command_time(self, entry, verb):
        if verb == EXEMPT:
            return
        received = self.received(entry)
        self.expect("deadlines", received >= self.booked_to, "was received at {}, before the deadline {} that is booked", received,
                    self.booked_to)
        coming = self.next_deadline()
        while coming and coming[0] <= received:
            due, _, kind, at = coming
            if kind == WAITLIST:
                self.expect("waitlist", False, "comes before the waitlist of program {} has gone on", at)
            else:
                self.expect("deadlines", False, "was received at {}, the deadline {} of kind {} about {} is not booked", received,
                            due, kind, at)
            heapq.heappop(self.agenda)  # told once
            coming = self.next_deadline()

    def check_timer(self, entry, timer):
        kind, at, due = NAMES[timer["kind"]], number(timer.get("id")), number(timer.get("due_unix_ns"))
        right, coming = self.due.get((kind, at)), self.next_deadline()
        if coming and coming[2] == TRANCHE and coming[0] == due and kind != TRANCHE:
            coming = self.after_tranches(due)
        if right is None and (kind, at) in self.may_go_on:
            right = due
        self.may_go_on.discard((kind, at))
        self.expect("deadlines", right == due, "books a deadline of kind {} about {} at {}, right is {}", kind, at, due, right)
        if right == due and coming and (coming[0] < due or coming[0] == due and kind != TRANCHE):
            self.expect("deadlines", coming[2:] == (kind, at), "books a deadline of kind {} about {}, before it comes {}", kind, at,
                        coming)
        self.expect("deadlines", number(entry["recorded_unix_ns"]) >= due, "is recorded before its deadline {}", due)
        self.booked_to = max(self.booked_to, due)
        # What is left of it, a waitlist or more that lapses, is set again.
        self.drop_deadline(kind, at)

    # --- what lapses with the vouchers of a revision

    def follow_pending(self, grant, pending):
        """A grant begins or ceases to wait, by credit, for an approval before its vouchers end."""
        if grant.mode != "DELIVERY_MODE_CLOUD_CREDIT" or not grant.rules.terms or grant.pending == pending:
            return
        grant.pending = pending
        key = (grant.program.number << 32) + grant.revision
        waiting = self.pending_of[key]
        (waiting.add if pending else waiting.discard)(grant.number)
        if waiting:
            self.set_deadline(PENDING, key, grant.rules.vouchers_end()[0])
        else:
            self.drop_deadline(PENDING, key)
