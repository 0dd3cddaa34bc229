"""Judges entries about applications: from submission to approval, and the end of projects."""
import collections

import books
import times
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
        grant.counted_by(number(event.get("cluster_number")), str(division), providers)
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
        grant.state, grant.wanted = state_of(event), number(event.get("wanted_fen"))
        granted = number(event.get("granted_fen"))
        self.expect("amounts", not (granted and program.rules.competitive), "a competitive program grants {} at once", granted)
        self.check_highest_possible(grant, granted or grant.wanted)
        self.check_new_amount(program, grant, granted)
        if granted:
            self.give(grant, granted)
        elif grant.state == "WAITLISTED":
            program.waiting[grant.queue] = grant

    def check_booked_before(self, grant, key, request):
        """The same application or award twice, while the first one stands."""
        for other in self.by_enterprise[grant.enterprise]:
            if (other is not grant and other.program is grant.program and other.booked_as == key and
                    self.stands(other) and other.state != "SUPERSEDED"):
                self.expect("repeats", number(request.get("repeats")) != 0, "application {} repeats {}", grant.number, other.number)
        grant.booked_as = key

    def on_award_grant(self, entry, request, event):
        program = self.by_id[request["program_id"]]
        grant = self.new_grant(entry, request, event, program)
        self.check_booked_before(grant, (grant.item, grant.project, request.get("reference")), request)
        grant.state = state_of(event)
        granted = number(event.get("granted_fen"))
        self.check_new_amount(program, grant, granted)
        self.give(grant, granted)

    def room_under_caps(self, grant, facts=None, rules=None):
        """What the caps leave for a grant, of the newest revision if no other is named."""
        program = grant.program
        left = books.NO_CAP
        for scope, amount, item in (rules or program.rules).caps(grant.item, facts or grant.facts):
            key = ("project", grant.enterprise, grant.project) if scope == "CAP_SCOPE_PROJECT" else (
                "enterprise", grant.enterprise) if scope == "CAP_SCOPE_ENTERPRISE_YEAR" else ("enterprise", grant.enterprise, item)
            left = min(left, amount - program.standing[key])
        return left

    def room_in_plan(self, grant):
        """What the rate of a member's planned cost leaves for a grant that counts in its cluster."""
        rate = number(grant.rules.items[grant.item].get("rate_bps"))
        if not rate or grant.cluster not in self.plans:
            return books.NO_CAP
        planned = self.plans[grant.cluster].get(grant.enterprise, 0)
        return planned * rate // 10000 - grant.program.standing["member", grant.cluster, grant.enterprise]

    def check_new_amount(self, program, grant, granted):
        """What a submission or an award gets is what rate, caps and pools give."""
        most, fen = grant.rules.amount(grant.item, grant.spend), granted or grant.wanted
        # Who gets more than a limit leaves is told of that limit, by give(), and not here.
        for limit in (self.room_under_caps(grant), self.room_in_plan(grant)):
            most = min(most, limit) if fen <= limit else most
        if not granted:
            self.expect("caps", fen <= self.room_under_caps(grant), "waits or competes for {}, the caps leave {}", fen,
                        self.room_under_caps(grant))
            self.expect("amounts", fen == most, "waits or competes for {}, rate and caps give {}", fen, most)
            return
        pools = list(program.pools(grant, self.provider_numbers))
        partial = [left for _, left, policy in pools if policy == "ON_EXHAUSTED_PARTIAL" and fen <= left]
        right = min([most] + partial)
        self.expect("amounts", granted == right, "grants {}, rate, caps and pools give {}", granted, right)
        for name, left, policy in pools:
            if policy != "ON_EXHAUSTED_PARTIAL":
                self.expect("pools", left >= most, "grants although {} has {} for {}", name, left, most)
        self.check_passed(grant, pools)

    def check_passed(self, grant, pools):
        """Nobody waits before it whom every pool that has him counts it too."""
        names = {name for name, _, _ in pools}
        for queue, waiting in grant.program.waiting.items():
            if queue < grant.queue and waiting is not grant:
                his = {name for name, _, _ in waiting.program.pools(waiting, self.provider_numbers)}
                self.expect("waitlist", not his <= names, "application {} is granted before {}, which waits", grant.number,
                            waiting.number)

    def give(self, grant, fen):
        """Grants and holds an amount, which must fit every limit of the newest revision."""
        program = grant.program
        room = max(self.room_under_caps(grant, facts) for facts in (grant.facts, self.facts.get(grant.enterprise)))
        self.expect("caps", fen <= room, "application {} gets {}, its caps leave {}", grant.number, fen, room)
        self.expect("plans", fen <= self.room_in_plan(grant), "application {} gets {}, its plan leaves {}", grant.number, fen,
                    self.room_in_plan(grant))
        for name, left, _ in program.pools(grant, self.provider_numbers):
            self.expect("pools", fen <= left, "application {} gets {}, {} has {}", grant.number, fen, name, left)
        program.budget -= fen
        program.change(grant, fen)
        grant.granted += fen
        grant.held += fen
        grant.wanted = 0

    def check_not_archived(self, program):
        self.expect("money", program.state != "ARCHIVED", "program {} is archived and spends", program.number)

    # --- claims

    def invoice_keys(self, invoice):
        """Each way of naming an invoice; the 12 digits of a code and the 8 of a number are 20 written one after the other."""
        yield invoice.get("code", "") + invoice["number"]
        if invoice.get("digital_number"):
            yield invoice["digital_number"]

    def claim_invoices(self, grant, evidence):
        invoices, sandbox, own = evidence.get("invoices", []), grant.program.sandbox, 0
        billed = collections.Counter()  # by order
        for invoice in invoices:
            for key in self.invoice_keys(invoice):
                self.claim(self.invoices, (sandbox, key), grant)
                grant.claims.append((sandbox, key))
            if "order" in invoice:
                order = (sandbox, self.provider_numbers.get(invoice["order"]["provider_id"]), invoice["order"]["order_number"])
                billed[order] += number(invoice["amount_fen"])
            else:
                own += number(invoice["amount_fen"])
        grant.orders = list(billed)
        paid = 0  # by credit, of what is billed
        for order, fen in billed.items():
            self.claim(self.claimed_orders, order, grant)
            redemption = self.orders.get(order)
            by_credit = min(fen, redemption.amount - redemption.reversed if redemption else 0)
            own, paid = own + fen - by_credit, paid + by_credit
        if paid or grant.rules.items[grant.item].get("invoices_required"):
            self.expect("invoices", own >= grant.spend, "claims a spend of {}, its invoices less what credit paid are {}",
                        grant.spend, own)

    def claim(self, register, key, grant):
        """An invoice, or an order that one bills, supports one application."""
        claimed = register.get(key, grant)
        if not self.stands(claimed):
            claimed = grant
        register[key] = claimed
        self.expect("invoices", claimed is grant, "{} of application {} supports {} too", key[-1], grant.number, claimed.number)

    def stands(self, grant):
        """Whether it claims what it brought: until it ended, or the instant at which it lapses, whoever books that later."""
        return grant.state not in books.FREES_CLAIMS and not self.lapses(grant)

    def lapses(self, grant):
        """Whether an instant has come at which it lapses."""
        if grant.state == "RETURNED" and grant.correction_due <= self.at:
            return True
        rules = grant.program.rules
        if grant.state == "WAITLISTED" and rules.cutoff <= self.at and not rules.raw.get("waitlist_after_cutoff"):
            return True
        by_credit = grant.mode == "DELIVERY_MODE_CLOUD_CREDIT" and grant.rules.terms
        return bool(by_credit and grant.state in books.PENDING and grant.rules.vouchers_end()[0] <= self.at)

    def free_claims(self, grant):
        for key in grant.claims:
            if self.invoices.get(key) is grant:
                del self.invoices[key]
        for order in grant.orders:
            if self.claimed_orders.get(order) is grant:
                del self.claimed_orders[order]

    def check_once(self, grant):
        once = grant.rules.items.get(grant.item, {}).get("once")
        if not once or once.get("scope", "ONCE_SCOPE_UNSPECIFIED") == "ONCE_SCOPE_UNSPECIFIED":
            return
        for other in self.by_enterprise[grant.enterprise]:
            if (other is not grant and other.program is grant.program and other.item == grant.item and
                    self.stands(other) and other.state != "SUPERSEDED" and
                    (once["scope"] == "ONCE_SCOPE_ENTERPRISE" or other.project == grant.project)):
                self.expect("once", False, "application {} claims what {} has", grant.number, other.number)

    # --- bars

    def check_bars(self, entry, grant, ordinal):
        self.expect("bars", not self.is_blacklisted(grant.enterprise, grant.program, ordinal),
                    "application {} goes on, its enterprise is blacklisted", grant.number)

    def is_blacklisted(self, enterprise, program, ordinal):
        for record in self.records.get(enterprise, ()):
            if record.kind == "blacklisting" and record.sandbox == program.sandbox and record.holds(ordinal):
                programs = record.what.get("program_ids", [])
                if not programs or program.rules.program_id in programs:
                    return True
        return False

    def check_listings(self, grant, ordinal):
        for page in (grant.rules.raw.get("eligibility", {}), grant.rules.items[grant.item].get("eligibility", {})):
            for record in self.records.get(grant.enterprise, ()):
                if record.sandbox != grant.program.sandbox or record.withdrawn or record.first > ordinal:
                    continue
                if record.kind == "listing" and record.what in page.get("listing", {}).get("kinds", []):
                    years = number(page["listing"].get("years"))
                    over = record.last is not None and (record.last < record.first or
                                                        ordinal > times.years_later(record.last, years))
                    over = over or (record.last is not None and years > 0 and ordinal == times.years_later(record.last, years))
                    self.expect("bars", over, "application {} is accepted, its enterprise is on {}", grant.number, record.what)
                if record.kind == "incident":
                    self.check_incident(grant, ordinal, record, page.get("incidents", []))

    def check_incident(self, grant, ordinal, record, incident_rules):
        order = ["INCIDENT_SEVERITY_GENERAL", "INCIDENT_SEVERITY_LARGER", "INCIDENT_SEVERITY_MAJOR",
                 "INCIDENT_SEVERITY_ESPECIALLY_MAJOR"]
        severity = order.index(record.what.get("severity", "INCIDENT_SEVERITY_MAJOR"))
        for rule in incident_rules:
            least = rule.get("minimum_severity", "INCIDENT_SEVERITY_GENERAL")
            if record.what["kind"] in rule["kinds"] and severity >= (order.index(least) if least in order else 0):
                over = ordinal >= times.years_later(record.first, number(rule["years"])) or not record.holds(ordinal)
                self.expect("bars", over, "application {} is accepted, an incident of entry {} blocks it", grant.number,
                            record.sequence)

    # --- review

    def go_back(self, grant, fen, state):
        """A hold is resolved: the whole goes back to the budget."""
        self.expect("money", fen == grant.held, "application {} releases {}, it held {}", grant.number, fen, grant.held)
        grant.former_state, grant.former_held = grant.state, grant.held
        grant.held -= fen
        grant.released += fen
        grant.program.budget += fen
        grant.program.change(grant, -fen)
        grant.program.waiting.pop(grant.queue, None)
        grant.state = state
        if state in books.FREES_CLAIMS:
            self.free_claims(grant)

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
            grant.state = state
            for key in grant.claims:
                self.claim(self.invoices, key, grant)
            for order in grant.orders:
                self.claim(self.claimed_orders, order, grant)
            self.check_once(grant)
            if grant.former_held:
                self.check_passed(grant, list(grant.program.pools(grant, self.provider_numbers)))
                self.give(grant, grant.former_held)
            return
        grant.state = state
        grant.score = number(event.get("score")) or grant.score

    def on_return_application(self, entry, request, event):
        grant = self.grants[number(request["application_id"])]
        grant.former_state, grant.state = grant.state, "RETURNED"
        grant.correction_due = times.start_of(self.today(entry) + number(grant.rules.raw["correction"]["days"]) + 1)
        told = number(event["due_unix_ns"])
        self.expect("terms", told == grant.correction_due, "the correction is due at {}, its revision says {}", told,
                    grant.correction_due)

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
        grant.held -= released
        grant.released += released
        grant.program.budget += released
        grant.program.change(grant, -released)
        self.free_claims(grant)
        grant.claims, grant.orders = [], []
        self.claim_invoices(grant, request.get("evidence", {}))
        grant.state = state_of(event)

    def on_correction_lapsed(self, entry, timer, event):
        self.go_back(self.grants[number(timer["id"])], number(event.get("released_fen")), "LAPSED")

    def on_pending_lapsed(self, entry, timer, event):
        for at in event.get("application_ids", []):
            grant = self.grants[number(at)]
            self.go_back(grant, grant.held, "LAPSED")

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
            grant.state = "ON_NOTICE"
            grant.notice_end = at
        told = number(event["ends_unix_ns"])
        notice = Notice(first, number(rule["days"]) if rule else 0, rule["unit"] if rule else "", told)
        last = times.last_notice_day(first, notice.days, notice.unit, self.calendar) if rule else first
        self.expect("terms", last is not None and told == times.start_of(last + 1), "the notice ends at {}, its last day is {}",
                    told, last)
        self.notices[at] = notice

    def on_file_objection(self, entry, request, event):
        self.grants[number(request["application_id"])].state = "OBJECTED"

    def on_resolve_objection(self, entry, request, event):
        grant = self.grants[number(request["application_id"])]
        if request.get("upheld"):
            self.go_back(grant, number(event.get("released_fen")), "REJECTED")
        else:
            grant.state = state_of(event)

    # --- waitlist and ranking

    def follow_waitlist(self, entry, program, step, instant):
        for at in step.get("lapsed_application_ids", []):
            self.go_back(self.grants[number(at)], 0, "LAPSED")
        for one in step.get("promotions", []):
            grant, fen = self.grants[number(one["application_id"])], number(one["granted_fen"])
            self.expect("waitlist", grant.state == "WAITLISTED", "application {} is promoted, it is {}", grant.number, grant.state)
            over = instant >= program.rules.cutoff and not program.rules.raw.get("waitlist_after_cutoff")
            self.expect("cutoff", not over, "application {} is promoted after the cutoff", grant.number)
            self.check_bars(entry, grant, times.day_of(instant))
            program.waiting.pop(grant.queue, None)
            pools = list(program.pools(grant, self.provider_numbers))
            self.check_passed(grant, pools)
            partial = [left for _, left, policy in pools if policy == "ON_EXHAUSTED_PARTIAL"]
            right = {min([grant.wanted, self.room_in_plan(grant), self.room_under_caps(grant, facts, rules)] + partial)
                     for rules in (program.rules, grant.rules) for facts in (grant.facts, self.facts.get(grant.enterprise))}
            self.expect("amounts", fen in right or fen > max(right), "application {} is promoted with {}, caps and pools give {}",
                        grant.number, fen, sorted(right))
            self.expect("amounts", fen <= grant.wanted, "application {} is promoted with {}, it waited for {}", grant.number, fen,
                        grant.wanted)
            self.give(grant, fen)
            grant.state = state_of(one)
        program.continues = step.get("continues", False)

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
            grant.state = state_of(one)
            if grant.state in books.FREES_CLAIMS:
                self.free_claims(grant)

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
        pools = list(program.pools(grant, self.provider_numbers))
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

    # --- approval

    def on_approve_application(self, entry, request, event):
        grant = self.grants[number(request["application_id"])]
        program, received = grant.program, self.received(entry)
        self.check_not_archived(program)
        self.check_bars(entry, grant, self.today(entry))
        approved, released = number(event.get("approved_fen")), number(event.get("released_fen"))
        set_off = number(event.get("set_off_fen"))
        counted = self.supersede(grant, event.get("superseded", []))
        self.expect("money", approved + released == grant.held, "approves {} and releases {} of {}", approved, released,
                    grant.held)
        full = number(request.get("approved_fen")) or grant.held
        self.expect("money", approved + counted <= full, "approves {} beside {}, asked was {}", approved, counted, full)
        if grant.rules.raw.get("notice"):
            notice = self.notices.get(grant.notice_end)
            self.expect("terms", grant.state == "ON_NOTICE" and notice is not None and received >= notice.end,
                        "application {} is approved, its notice is not over", grant.number)
        grant.held, grant.full = 0, full
        grant.released += released
        program.budget += released
        program.change(grant, -released)
        # Credit is kept back at its approval, a reimbursement by its statement, when it is due.
        self.set_off(grant, set_off, approved if grant.mode == "DELIVERY_MODE_CLOUD_CREDIT" else 0)
        grant.returned += set_off
        grant.kept_back += set_off
        grant.state = "SETTLED" if event.get("settles_application") else "APPROVED"
        self.expect("money", (grant.state == "SETTLED") == (approved == set_off), "all is kept back of application {}: {}",
                    grant.number, grant.state)
        if grant.mode == "DELIVERY_MODE_CLOUD_CREDIT":
            self.issue_voucher(grant, event, approved - set_off)
        else:
            grant.payable += approved - set_off
        self.check_highest(grant)

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

    def supersede(self, higher, told):
        total = 0
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
            self.settle_gate(lower)  # what was used of it is a part of the higher grant, and can be settled
            self.end_grant(lower, "SUPERSEDED")
            total += counted
        return total

    def end_grant(self, grant, state):
        """A grant ends: what is unspent goes back."""
        self.move_on(grant, grant.unspent())
        grant.released += grant.held  # which goes back to the budget in any case
        grant.program.budget += grant.held
        grant.program.change(grant, -grant.held)
        grant.program.waiting.pop(grant.queue, None)
        grant.held = grant.available = grant.credit = 0
        self.drop_lots(grant)
        grant.dead = True
        grant.state = state

    def move_on(self, grant, fen):
        """Money of a grant that is over: to the budget while the program is open, else returned."""
        if grant.program.closed(self.at):
            grant.returned += fen
        else:
            grant.released += fen
            grant.program.budget += fen
            grant.program.change(grant, -fen)

    def project_grants(self, grant):
        return [other for other in self.by_enterprise[grant.enterprise]
                if other.project == grant.project and other.rules.highest_only and
                other.program.sandbox == grant.program.sandbox and other.full]

    def check_highest(self, grant):
        if not grant.rules.highest_only or not grant.project:
            return
        grants = self.project_grants(grant)
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
        return sum(other.value() for other in self.project_grants(grant) if other is not grant)

    # --- projects

    def on_accept_project(self, entry, request, event):
        grant = self.grants[number(request["application_id"])]
        released, receivable = number(event.get("released_fen")), number(event.get("receivable_fen"))
        cost = number(request.get("actual_cost_fen"))
        self.settle_gate(grant)
        self.take_unspent(grant, released)
        self.owe(grant, receivable)
        rate = number(grant.rules.items[grant.item].get("rate_bps"))
        if cost and rate:
            # What was accepted before of the item and project takes its part of the cost first.
            before = sum(other.kept() for other in self.by_enterprise[grant.enterprise]
                         if other.accepted and other is not grant and other.program is grant.program and
                         other.item == grant.item and other.project == grant.project)
            share = max(0, cost * rate // 10000 - before)
            grant.accepted = True
            self.expect("plans", grant.kept() <= share, "keeps {} of an actual cost of {}, its share is {}", grant.kept(), cost,
                        share)
        self.expect("plans", cost or not grant.cluster, "a grant in a cluster's plan is accepted without its cost")
        grant.state = "SETTLED" if event.get("settles_application") else "ACCEPTED"

    def take_unspent(self, grant, fen):
        """Unspent money goes back: of the voucher, of its credit, or not yet on a statement."""
        self.expect("money", fen <= grant.unspent() + grant.payable, "takes back {} of {}", fen, grant.unspent() + grant.payable)
        self.move_on(grant, fen)
        from_payable = min(fen, grant.payable)
        grant.payable -= from_payable
        self.take_credit(grant, fen - from_payable)

    def on_terminate_project(self, entry, request, event):
        self.terminate(self.grants[number(request["application_id"])], event)

    def on_project_lapsed(self, entry, timer, event):
        self.terminate(self.grants[number(timer["id"])], event)

    def terminate(self, grant, event):
        released, unsettled = number(event.get("released_fen")), number(event.get("unsettled_fen"))
        self.expect("money", released == grant.unspent(), "releases {} of {} unspent", released, grant.unspent())
        gated = self.ungate(grant)
        right = grant.payable + gated
        self.expect("money", unsettled == right, "leaves {} unsettled, {} is owed on no statement", unsettled, right)
        self.end_grant(grant, "TERMINATED")
        grant.spent -= gated
        self.move_on(grant, unsettled)
        grant.payable -= unsettled - gated
