"""Judges entries about applications: submission, awards, review, correction, notice."""
import books
import times
from deadlines import CORRECTION, PENDING
from rules import number


class Notice:
    def __init__(self, first, days, unit, end):
        self.first, self.days, self.unit, self.end = first, days, unit, end
        self.told = end


def state_of(event):
    return event["state"].replace("APPLICATION_STATE_", "")


class Granting:
    # --- submission

    def check_window(self, entry, program):
        received, rules = self.received(entry), program.rules
        self.expect("cutoff", rules.opens <= received < rules.cutoff, "received at {}, the window is from {} to before {}",
                    received, rules.opens, rules.cutoff)
        self.expect("cutoff", program.state == "OPEN", "accepted while the program is {}", program.state)

    def new_grant(self, entry, request, event, program):
        at = number(event["application_id"])
        self.new_number("application", at, program.sandbox)
        self.expect("worlds", number(event["enterprise_number"]) == self.enterprises.get(request["uscc"]),
                    "enterprise {} is not {}", event["enterprise_number"], request["uscc"])
        revision = number(entry["program_revision"])
        self.expect("terms", revision == len(program.revisions), "judged by revision {}, in force is {}", revision,
                    len(program.revisions))
        grant = books.Grant(at, program, revision, number(event["enterprise_number"]), number(event["item_number"]),
                            request.get("project", {}).get("project_id", "").lower(), number(entry["sequence"]))
        grant.queue, grant.received = number(entry["queue_number"]), self.received(entry)
        grant.mode, grant.spend = request["delivery_mode"], number(request.get("spend_fen"))
        grant.facts = self.facts.get(grant.enterprise, {})
        division = event.get("division", grant.facts.get("division", ""))
        providers = [number(one) for one in event.get("provider_numbers", [])]
        cluster = number(event.get("cluster_number"))
        right = program.member_of.get(grant.enterprise, 0)
        self.expect("plans", cluster == right, "counts in cluster {}, its enterprise is in the plan of {}", cluster, right)
        grant.counted_by(cluster, str(division), providers)
        program.applied.add(grant.item)
        self.check_stable(request.get("project", {}).get("project_id", ""))
        self.check_bars(entry, grant, self.today(entry))
        self.check_listings(grant, self.today(entry))
        self.check_once(grant)
        program.grants.append(grant)
        self.grants[at] = grant
        self.by_enterprise[grant.enterprise].append(grant)
        return grant

    def on_submit_application(self, entry, request, event):
        program = self.by_id[request["program_id"]]
        self.check_window(entry, program)
        grant = self.new_grant(entry, request, event, program)
        if not request.get("evidence", {}).get("invoices"):  # one with invoices cannot bring them twice
            self.check_booked_before(grant, (grant.item, grant.project, grant.spend), request)
        self.claim_invoices(grant, request.get("evidence", {}))
        grant.wanted = number(event.get("wanted_fen"))
        granted = number(event.get("granted_fen"))
        self.expect("amounts", not (granted and program.rules.competitive), "a competitive program grants {} at once", granted)
        self.check_highest_possible(grant, granted or grant.wanted)
        self.check_new_amount(program, grant, granted)
        if granted:
            self.give(grant, granted)
        self.enter(grant, state_of(event))

    def check_booked_before(self, grant, key, request):
        """The same application or award twice, while the first one stands."""
        for other in self.by_enterprise[grant.enterprise]:
            if (other is not grant and other.program is grant.program and other.booked_as == key and
                    self.stands(other) and not other.superseded):
                self.expect("repeats", number(request.get("repeats")) != 0, "application {} repeats {}", grant.number, other.number)
        grant.booked_as = key

    def on_award_grant(self, entry, request, event):
        program = self.by_id[request["program_id"]]
        grant = self.new_grant(entry, request, event, program)
        grant.awarded = True
        self.check_booked_before(grant, (grant.item, grant.project, request.get("reference")), request)
        granted = number(event.get("granted_fen"))
        self.check_highest_possible(grant, granted)
        self.check_new_amount(program, grant, granted)
        self.give(grant, granted)
        self.enter(grant, state_of(event))

    # --- review

    def on_withdraw_application(self, entry, request, event):
        grant = self.grants[number(request["application_id"])]
        self.expect("money", grant.state not in books.ENDED and grant.state not in ("APPROVED", "ACCEPTED"),
                    "application {} is withdrawn, it is {}", grant.number, grant.state)
        self.go_back(grant, number(event.get("released_fen")), "WITHDRAWN")

    def on_review_application(self, entry, request, event):
        grant = self.grants[number(request["application_id"])]
        state, verdict = state_of(event), request["verdict"]
        if verdict == "REVIEW_VERDICT_REJECT":
            return self.go_back(grant, number(event.get("released_fen")), "REJECTED")
        self.check_bars(entry, grant, self.today(entry))
        if verdict == "REVIEW_VERDICT_UPHOLD_APPEAL":
            self.enter(grant, state)
            for key in grant.claims:
                self.claim(self.invoices, key, grant)
            for order in grant.orders:
                self.claim(self.claimed_orders, order, grant)
            self.check_once(grant)
            if grant.former_held:
                self.check_passed(grant, self.pools(grant))
                self.give(grant, grant.former_held)
            return
        self.enter(grant, state)
        grant.score = number(event.get("score")) or grant.score

    def on_return_application(self, entry, request, event):
        grant = self.grants[number(request["application_id"])]
        grant.former_state = grant.state
        self.enter(grant, "RETURNED")
        due = times.start_of(self.today(entry) + number(grant.rules.raw["correction"]["days"]) + 1)
        told = number(event["due_unix_ns"])
        self.expect("terms", told == due, "the correction is due at {}, its revision says {}", told, due)
        self.set_deadline(CORRECTION, grant.number, due)

    def on_correct_application(self, entry, request, event):
        grant = self.grants[number(request["application_id"])]
        grant.spend = number(request["spend_fen"])
        told, released = number(event.get("granted_fen")), number(event.get("released_fen"))
        rate = grant.rules.amount(grant.item, grant.spend)
        if grant.held:
            self.expect("amounts", told == min(grant.held, rate), "holds {} after the correction, it held {} and the rate gives {}",
                        told, grant.held, rate)
            self.expect("money", told + released == grant.held, "held {}, holds {} and released {}", grant.held, told, released)
        elif grant.wanted:
            grant.wanted = min(grant.wanted, rate)
        if grant.booked_as:
            grant.booked_as = grant.item, grant.project, grant.spend
        self.release(grant, released)
        self.free_claims(grant)
        grant.claims, grant.orders = [], []
        self.claim_invoices(grant, request.get("evidence", {}))
        self.enter(grant, state_of(event))

    def on_correction_lapsed(self, entry, timer, event):
        self.go_back(self.grants[number(timer["id"])], number(event.get("released_fen")), "LAPSED")

    def on_pending_lapsed(self, entry, timer, event):
        key, told = number(timer["id"]), [number(at) for at in event.get("application_ids", [])]
        waiting = sorted((self.grants[at].queue, at) for at in self.pending_of[key])
        self.expect("deadlines", told == [at for _, at in waiting[:len(told)]], "lapses {}, what waits is {}", told,
                    waiting[:len(told)])
        for at in told:
            self.go_back(self.grants[at], self.grants[at].held, "LAPSED")
        left, goes_on = len(self.pending_of[key]), number(event.get("through_queue_number"))
        self.expect("deadlines", goes_on or not left, "ends and leaves {} that wait", left)
        if goes_on:
            self.may_go_on.add((PENDING, key))

    def on_publish_notice(self, entry, request, event):
        program = self.by_id[request["program_id"]]
        first = self.today(entry)
        at = number(event["notice_id"])
        self.new_number("notice", at, program.sandbox)
        rule = None
        for application in request["application_ids"]:
            grant = self.grants[number(application)]
            self.check_bars(entry, grant, first)
            rule = rule or grant.rules.raw.get("notice")
            self.enter(grant, "ON_NOTICE")
            grant.notice_end = at
        told = number(event["ends_unix_ns"])
        notice = Notice(first, number(rule["days"]) if rule else 0, rule["unit"] if rule else "", told)
        last = times.last_notice_day(first, notice.days, notice.unit, self.calendar) if rule else first
        self.expect("terms", last is not None and told == times.start_of(last + 1), "the notice ends at {}, its last day is {}",
                    told, last)
        self.notices[at] = notice

    def on_file_objection(self, entry, request, event):
        self.enter(self.grants[number(request["application_id"])], "OBJECTED")

    def on_resolve_objection(self, entry, request, event):
        grant = self.grants[number(request["application_id"])]
        if request.get("upheld"):
            self.go_back(grant, number(event.get("released_fen")), "REJECTED")
        else:
            self.enter(grant, state_of(event))
