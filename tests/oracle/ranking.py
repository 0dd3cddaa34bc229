"""Judges the order in which money is given: waitlists and rankings."""
import times
from deadlines import WAITLIST
from granting import state_of
from rules import number

TOUCH_WAITERS = ("set_blacklist", "reclaim", "approve_application", "put_enterprise")


class Ranking:
    def follow_waitlist(self, entry, program, step, instant):
        for at in step.get("lapsed_application_ids", []):
            grant = self.grants[number(at)]
            self.expect("waitlist", grant.state == "WAITLISTED", "application {} leaves the waitlist, it is {}", at, grant.state)
            self.go_back(grant, 0, "LAPSED")
        for one in step.get("promotions", []):
            self.promote(entry, self.grants[number(one["application_id"])], one, instant)
        program.continues = step.get("continues", False)
        if program.continues:
            self.set_deadline(WAITLIST, program.number, 0)
        else:
            self.check_heads(program, instant)

    def follow_other_waitlists(self, own, verb):
        """Money that an entry brings to another program than its own is given out by a timer entry, before any command.

        Who waits may be looked at, too, when his enterprise is barred, has other facts or is granted something.
        """
        if verb in TOUCH_WAITERS:
            self.may_go_on |= {(WAITLIST, at) for at, program in self.programs.items() if program.first_waiters()}
        for at in self.richer:
            program = self.programs[at]
            heads = program.first_waiters() if program is not own else []
            if heads and self.is_due(min(heads, key=lambda grant: grant.queue), self.at):
                self.set_deadline(WAITLIST, at, 0)
            elif heads:
                self.may_go_on.add((WAITLIST, at))

    def promote(self, entry, grant, one, instant):
        program, fen = grant.program, number(one["granted_fen"])
        self.expect("waitlist", grant.state == "WAITLISTED", "application {} is promoted, it is {}", grant.number, grant.state)
        self.expect("cutoff", not self.waitlist_over(program, instant), "application {} is promoted after the cutoff",
                    grant.number)
        self.check_bars(entry, grant, times.day_of(instant))
        program.wait_no_more(grant)
        self.check_passed(grant, self.pools(grant))
        _, right = self.turns(grant)
        self.expect("amounts", fen in right or fen > max(right), "application {} is promoted with {}, caps and pools give {}",
                    grant.number, fen, sorted(right))
        self.expect("amounts", fen <= grant.wanted, "application {} is promoted with {}, it waited for {}", grant.number, fen,
                    grant.wanted)
        self.give(grant, fen)
        self.enter(grant, state_of(one))

    @staticmethod
    def waitlist_over(program, instant):
        return instant >= program.rules.cutoff and not program.rules.raw.get("waitlist_after_cutoff")

    def turns(self, grant):
        """(what it asks of each pool, what it would get) at its turn.

        By which revision and which facts caps are read then, the documents leave open: there may be several.
        """
        partial = [left for _, left, policy in self.pools(grant) if policy == "ON_EXHAUSTED_PARTIAL"]
        asks = {min([grant.wanted, self.room_in_plan(grant), self.room_under_caps(grant, facts, rules)])
                for rules in (grant.program.rules, grant.rules) for facts in (grant.facts, self.facts.get(grant.enterprise))}
        return asks, {min([ask] + partial) for ask in asks}

    def check_heads(self, program, instant):
        """Nobody is left waiting once the waitlist is over, nor a head that fits every limit with all that it asks.

        The one with the lowest queue number is the head of every list. Who is the head behind one that does not fit depends
        on lists of which the documents do not say whether they have it.
        """
        heads = program.first_waiters()
        if not heads or program.state == "ARCHIVED":
            return
        if self.waitlist_over(program, instant):
            return self.expect("waitlist", False, "application {} waits, the waitlist is over", heads[0].number)
        head = min(heads, key=lambda grant: grant.queue)
        self.expect("waitlist", not self.is_due(head, instant), "application {} waits for {}, which fits every limit", head.number,
                    head.wanted)

    def is_due(self, head, instant):
        """Whether one who stands at the head of every list must come off it."""
        asks, turns = self.turns(head)
        fits = min(turns) > self.granted_for_project(head) and all(left >= max(asks) for _, left, _ in self.pools(head))
        return fits and not self.is_blacklisted(head.enterprise, head.program, times.day_of(instant))

    def on_rank_applications(self, entry, request, event):
        program = self.by_id[request["program_id"]]
        item = program.rules.item_numbers.get(request.get("item_id"))
        scored = [grant for grant in program.grants if grant.state == "SCORED" and item in (None, grant.item)]
        scored.sort(key=lambda grant: (-grant.score, grant.queue))
        ranks = event.get("ranks", [])
        told, right = [number(one["application_id"]) for one in ranks], [grant.number for grant in scored]
        self.expect("ranking", told == right, "ranks {}, scores give {}", told, right)
        places = [number(one["rank"]) for one in ranks]
        self.expect("ranking", places == list(range(1, len(ranks) + 1)), "places are {}", places)
        edges = set()  # "common" once the common pool does not hold a grant; items whose pool does not; "other" pools
        for one in ranks:
            grant, fen = self.grants[number(one["application_id"])], number(one.get("granted_fen"))
            self.take_rank(entry, grant, fen, edges)
            self.enter(grant, state_of(one))

    def take_rank(self, entry, grant, fen, edges):
        """One place of a ranking.

        The edge of the common pool passes over everyone behind it, that of an item's pool the item's applicants. Who is
        behind the edge of another pool may get nothing, or what is right without that edge: the policies do not say.
        """
        program = grant.program
        most = min(grant.wanted, self.room_in_plan(grant), self.room_under_caps(grant),
                   self.room_under_caps(grant, rules=grant.rules))
        total = self.granted_for_project(grant)
        most = most if most > total else 0  # could never be approved beside what the project has: passed over alone
        pools = self.pools(grant)
        barred = self.is_blacklisted(grant.enterprise, program, self.today(entry))
        behind = "common" in edges or grant.item in edges
        if fen:
            self.expect("ranking", not behind, "application {} gets {} behind the edge", grant.number, fen)
            self.expect("bars", not barred, "application {} is ranked, its enterprise is blacklisted", grant.number)
        short = [name for name, left, _ in pools if left < most]
        partial = [left for _, left, policy in pools if policy == "ON_EXHAUSTED_PARTIAL"]
        right = max(0, min([most] + partial))
        if any(left < most and policy != "ON_EXHAUSTED_PARTIAL" for _, left, policy in pools):
            right = 0
        right = right if right > total else 0
        if not behind and not barred and most > 0:
            self.expect("ranking", fen == right or "other" in edges and not fen or right < fen <= grant.wanted,
                        "application {} gets {}, caps and pools give {}", grant.number, fen, right)
            if any(name[0] == "POOL_SCOPE_ITEM" for name in short):
                edges.add(grant.item)
            if short == [("budget",)]:
                edges.add("common")
            elif any(name[0] != "POOL_SCOPE_ITEM" for name in short):
                edges.add("other")
        if fen:
            self.give(grant, fen)
