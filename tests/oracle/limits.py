"""Judges amounts: what rate, caps, pools and plans give, and where money goes that comes back."""
import books
from deadlines import CORRECTION, PROJECT
from rules import number


class Limits:
    # --- states

    def enter(self, grant, state):
        """A grant is in another state from now on, and deadlines of the one before are no more."""
        if grant.state == "RETURNED":
            self.drop_deadline(CORRECTION, grant.number)
        if grant.project_due:
            self.drop_deadline(PROJECT, grant.number)
        if state in books.FREES_CLAIMS or self.overtaken(grant, state):
            self.free_claims(grant)
        if state == "WAITLISTED":
            grant.program.wait(grant)
        elif grant.state == "WAITLISTED":
            grant.program.wait_no_more(grant)
        grant.state = state
        grant.superseded = grant.superseded or state == "SUPERSEDED"
        self.follow_pending(grant, state in books.PENDING)

    # --- room

    def caps_left(self, grant, facts=None, rules=None):
        """(scope, what is left) of each cap that counts a grant, of the newest revision if no other is named."""
        standing = grant.program.standing
        for scope, amount, item in (rules or grant.program.rules).caps(grant.item, facts or grant.facts):
            key = ("project", grant.enterprise, grant.project) if scope == "CAP_SCOPE_PROJECT" else (
                "enterprise", grant.enterprise) if scope == "CAP_SCOPE_ENTERPRISE_YEAR" else ("enterprise", grant.enterprise, item)
            yield scope, amount - standing[key]

    def room_under_caps(self, grant, facts=None, rules=None):
        return min((left for _, left in self.caps_left(grant, facts, rules)), default=books.NO_CAP)

    def room_in_plan(self, grant):
        """What the rate of a member's planned cost leaves for a grant that counts in its cluster."""
        rate = number(grant.rules.items[grant.item].get("rate_bps"))
        if not rate or grant.cluster not in self.plans:
            return books.NO_CAP
        planned = self.plans[grant.cluster].get(grant.enterprise, 0)
        return planned * rate // 10000 - grant.program.standing["member", grant.cluster, grant.enterprise]

    def pools(self, grant):
        return list(grant.program.pools(grant, self.provider_numbers))

    def check_new_amount(self, program, grant, granted):
        """What a submission or an award gets is what rate, caps and pools give."""
        most, fen = grant.rules.amount(grant.item, grant.spend), granted or grant.wanted
        # Who gets more than a limit leaves is told of that limit, by give(), and not here.
        for limit in (self.room_under_caps(grant), self.room_in_plan(grant)):
            most = min(most, limit) if fen <= limit else most
        pools = self.pools(grant)
        if not granted:
            self.expect("caps", fen <= self.room_under_caps(grant), "waits or competes for {}, the caps leave {}", fen,
                        self.room_under_caps(grant))
            self.expect("amounts", fen == most, "waits or competes for {}, rate and caps give {}", fen, most)
            # Who waits before it may stand on a list that has it too.
            must_wait = any(left < most and (policy != "ON_EXHAUSTED_PARTIAL" or left <= 0) for _, left, policy in pools)
            self.expect("waitlist", program.rules.competitive or must_wait or program.first_waiters(),
                        "waits for {}, every pool holds that and nobody waits before it", fen)
            return
        partial = [left for _, left, policy in pools if policy == "ON_EXHAUSTED_PARTIAL" and fen <= left]
        right = min([most] + partial)
        self.expect("amounts", granted == right, "grants {}, rate, caps and pools give {}", granted, right)
        for name, left, policy in pools:
            if policy != "ON_EXHAUSTED_PARTIAL":
                self.expect("pools", left >= most, "grants although {} has {} for {}", name, left, most)
        self.check_passed(grant, pools)

    def check_passed(self, grant, pools):
        """Nobody waits before it, on a list, whom every pool that has him counts it too."""
        names = {name for name, _, _ in pools}
        for waiting in grant.program.first_waiters():
            if waiting.queue < grant.queue:
                his = {name for name, _, _ in self.pools(waiting)}
                listed = any(policy == "ON_EXHAUSTED_WAITLIST" for _, _, policy in self.pools(waiting))
                self.expect("waitlist", not (listed and his <= names), "application {} is granted before {}, which waits",
                            grant.number, waiting.number)

    def give(self, grant, fen):
        """Grants and holds an amount, which must fit every limit of the newest revision."""
        program = grant.program
        room = max(self.room_under_caps(grant, facts) for facts in (grant.facts, self.facts.get(grant.enterprise)))
        self.expect("caps", fen <= room, "application {} gets {}, its caps leave {}", grant.number, fen, room)
        self.expect("plans", fen <= self.room_in_plan(grant), "application {} gets {}, its plan leaves {}", grant.number, fen,
                    self.room_in_plan(grant))
        for name, left, _ in self.pools(grant):
            self.expect("pools", fen <= left, "application {} gets {}, {} has {}", grant.number, fen, name, left)
        program.budget -= fen
        program.change(grant, fen)
        grant.granted += fen
        grant.held += fen
        grant.wanted = 0

    def check_not_archived(self, program):
        self.expect("money", program.state != "ARCHIVED", "program {} is archived and spends", program.number)

    # --- what comes back

    def release(self, grant, fen):
        """Part of a hold goes back to the budget, in any case."""
        grant.held -= fen
        grant.released += fen
        grant.program.budget += fen
        grant.program.change(grant, -fen)
        self.richer.add(grant.program.number)

    def go_back(self, grant, fen, state):
        """A hold is resolved: the whole goes back."""
        self.expect("money", fen == grant.held, "application {} releases {}, it held {}", grant.number, fen, grant.held)
        grant.former_state, grant.former_held = grant.state, grant.held
        self.release(grant, fen)
        self.enter(grant, state)

    def move_on(self, grant, fen):
        """Money of a grant that is over: to the budget while the program is not closed at that instant, else returned."""
        if grant.program.closed(self.at):
            grant.returned += fen
        else:
            grant.released += fen
            grant.program.budget += fen
            grant.program.change(grant, -fen)
            self.richer.add(grant.program.number)

    def end_grant(self, grant, state):
        """A grant ends: what is unspent goes back."""
        self.move_on(grant, grant.unspent())
        self.release(grant, grant.held)
        grant.available = grant.credit = 0
        self.end_voucher(grant)
        self.enter(grant, state)
