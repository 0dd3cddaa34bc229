"""Judges entries about programs, budgets, calendars, enterprises, providers and clusters."""
import books
import times
from deadlines import CUTOFF, TRANCHE
from rules import Rules, number


class Registry:
    def on_publish_program(self, entry, request, event):
        rules = Rules(request["rules"])
        program = self.programs.get(number(event["program_number"]))
        if program is None:
            program = books.Program(number(event["program_number"]), rules)
            self.programs[program.number] = self.by_id[rules.program_id] = program
        else:
            self.check_identity(program, rules)
            program.revisions.append(rules)
            self.check_revision(program)
        if program.state in ("DRAFT", "OPEN", "SUSPENDED"):
            self.set_deadline(CUTOFF, program.number, rules.cutoff)
        self.expect("identity", number(event["revision"]) == len(program.revisions), "revision {} follows {}",
                    event["revision"], len(program.revisions) - 1)
        self.expect("cutoff", number(event["cutoff_unix_ns"]) == rules.cutoff, "states the cutoff {}, the rules give {}",
                    event["cutoff_unix_ns"], rules.cutoff)

    def check_identity(self, program, rules):
        before = program.rules
        self.expect("identity", rules.identity() == before.identity(), "changes {} to {}", before.identity(),
                    rules.identity())
        for item in program.applied:
            kept = rules.items.get(item, {}).get("item_id")
            self.expect("identity", kept == program.item_ids()[item], "item {} was applied for and becomes {}",
                        program.item_ids()[item], kept)

    def check_revision(self, program):
        """A revision sets no limit below what stands.

        A cap that it leaves as it was may be below: grants of an item without a cap count for the project as well.
        """
        before, rules = program.revisions[-2:]
        for key, fen in program.standing.items():
            amount = self.cap(rules, key)
            self.expect("caps", fen <= amount or self.cap(before, key) <= amount, "revision sets the cap of {} to {}, {} stands",
                        key, amount, fen)
        for grant in program.grants:
            if grant.standing:
                for name, left, _ in program.pools(grant, self.provider_numbers):
                    self.expect("pools", left >= 0, "revision sets {} to {} below what stands", name, -left)

    def cap(self, rules, key):
        """The least cap of a revision that counts what stands under a key: the program's, and of one item alone its own."""
        amounts = [number(cap["amount_fen"]) for cap in rules.raw.get("caps", []) if self.cap_key(cap["scope"], key)]
        if key[0] == "own" or key[0] == "enterprise" and len(key) == 3:
            amounts += [amount for scope, amount, _ in rules.own_caps(key[-1]) if (scope == "CAP_SCOPE_PROJECT") == (key[0] == "own")]
        return min(amounts, default=books.NO_CAP)

    @staticmethod
    def cap_key(scope, key):
        """Whether a cap of the program counts what stands under a key."""
        if scope == "CAP_SCOPE_PROJECT":
            return key[0] == "project"
        return key[0] == "enterprise" and len(key) == (2 if scope == "CAP_SCOPE_ENTERPRISE_YEAR" else 3)

    def on_set_program_state(self, entry, request, event):
        program = self.by_id[request["program_id"]]
        program.state = request["state"].replace("PROGRAM_STATE_", "")
        if program.state == "CLOSED":
            self.drop_deadline(CUTOFF, program.number)

    def on_program_cutoff_reached(self, entry, timer, event):
        program = self.programs[number(timer["id"])]
        # A draft stays one: a revision may give it a later window.
        program.state = "DRAFT" if program.state == "DRAFT" else "CLOSED"
        due = number(timer["due_unix_ns"])
        self.expect("cutoff", due == program.rules.cutoff, "the cutoff timer is due at {}, the rules give {}", due,
                    program.rules.cutoff)

    def on_appropriate(self, entry, request, event):
        program, amount = self.by_id[request["program_id"]], number(request["amount_fen"])
        self.act("appropriate", (program.number, request.get("fiscal_reference"), amount), request)
        self.expect("money", program.state != "ARCHIVED", "an archived program gets {}", amount)
        if number(event.get("tranche_id")):
            program.tranches[number(event["tranche_id"])] = amount
            self.new_number("tranche", number(event["tranche_id"]), program.sandbox)
            opens = times.start_of(times.day(request["opens_on"]))
            self.set_deadline(TRANCHE, number(event["tranche_id"]), opens)
            self.expect("money", number(event["opens_unix_ns"]) == opens, "the tranche opens at {}, its day begins at {}",
                        event["opens_unix_ns"], opens)
        else:
            program.budget += amount
        self.check_budget(program, event)

    def on_tranche_opened(self, entry, timer, event):
        program = self.programs[number(entry["program"])]
        program.budget += program.tranches.pop(number(timer["id"]), 0)
        self.check_budget(program, event)

    def check_budget(self, program, event):
        told = number(event.get("budget_fen"))
        self.expect("money", told == program.budget, "tells a budget of {}, applications and appropriations leave {}", told,
                    program.budget)
        self.expect("pools", program.budget >= 0, "a budget of {}", program.budget)

    def on_archive_program(self, entry, request, event):
        program = self.by_id[request["program_id"]]
        told = number(event.get("returned_fen"))
        self.expect("money", told == program.budget, "returns {}, the budget has {}", told, program.budget)
        left = sum(grant.held + grant.left() + grant.payable for grant in program.grants)
        self.expect("money", left == 0, "{} is not resolved when the year is closed", left)
        program.budget = 0
        program.state = "ARCHIVED"
        self.drop_deadline(CUTOFF, program.number)

    def on_publish_calendar(self, entry, request, event):
        self.calendar = times.Calendar(request)
        extended = {number(one["notice_id"]): number(one["ends_unix_ns"]) for one in event.get("extended_notices", [])}
        for at, notice in self.notices.items():
            if notice.end <= self.received(entry) or notice.unit == "DAY_UNIT_CALENDAR":
                continue
            last = times.last_notice_day(notice.first, notice.days, notice.unit, self.calendar)
            if last is not None:
                notice.end = max(notice.end, times.start_of(last + 1))
            told = extended.get(at, notice.told)
            self.expect("terms", told == notice.end, "notice {} ends at {}, by the calendar at {}", at, told, notice.end)
            notice.told = told

    def on_put_enterprise(self, entry, request, event):
        at, facts = number(event["enterprise_number"]), request["facts"]
        self.enterprises[facts["uscc"]] = at
        self.facts[at] = facts

    def on_succeed_enterprise(self, entry, request, event):
        at = number(event["enterprise_number"])
        self.expect("worlds", self.enterprises.get(request["uscc"]) == at, "{} becomes enterprise {}", request["uscc"], at)
        self.enterprises[request["new_uscc"]] = at
        self.facts[at] = dict(self.facts.get(at, {}), uscc=request["new_uscc"])

    def record(self, entry, enterprise, kind, what, sandbox, first, last, words=None):
        self.records[enterprise].append(books.Record(number(entry["sequence"]), kind, what, sandbox, first, last, words))

    def on_record_incident(self, entry, request, event):
        at, incident = number(event["enterprise_number"]), request["incident"]
        self.act("record_incident", (at, self.sandbox(request), repr(sorted(incident.items(), key=str))), request)
        self.record(entry, at, "incident", incident, self.sandbox(request), times.day(incident["date"]), None)

    def on_set_listing(self, entry, request, event):
        at, today = number(event["enterprise_number"]), self.today(entry)
        if request.get("listed"):
            first = times.day(request.get("from")) or today
            words = request["kind"], request.get("reference"), first, times.day(request.get("until"))
            self.check_same_words(at, "listing", self.sandbox(request), words, request, today)
            self.record(entry, at, "listing", request["kind"], self.sandbox(request), first, times.day(request.get("until")), words)
            return
        for record in self.records[at]:
            if record.kind == "listing" and record.what == request["kind"] and record.sandbox == self.sandbox(request):
                record.end(today - 1)

    def on_set_blacklist(self, entry, request, event):
        at = number(event["enterprise_number"])
        if "blacklisting" in request:
            return self.blacklist(entry, at, request["blacklisting"], self.sandbox(request), request)
        for record in self.records[at]:
            if record.kind == "blacklisting" and record.sandbox == self.sandbox(request):
                record.end(self.today(entry) - 1)

    def blacklist(self, entry, enterprise, blacklisting, sandbox, request=None):
        first, last = times.day(blacklisting.get("from")) or self.today(entry), times.day(blacklisting.get("until"))
        document = blacklisting.get("reference") or (blacklisting.get("reason"), last)
        words = tuple(sorted(blacklisting.get("program_ids", []))), blacklisting.get("reference"), first, document
        if request:  # a reclaim, which can be had once, may bring one as well
            self.check_same_words(enterprise, "blacklisting", sandbox, words, request, self.today(entry))
        self.record(entry, enterprise, "blacklisting", blacklisting, sandbox, first, last, words)

    def check_same_words(self, enterprise, kind, sandbox, words, request, today):
        """A bar with the same words, its first day too, is a repeat, unless an entry ended the one before.

        Without a document it is only while that one still holds or is to hold.
        """
        for record in reversed(self.records[enterprise]):
            over = record.withdrawn or record.ended or not words[1] and record.last is not None and record.last < today
            if (record.kind, record.sandbox, record.words) == (kind, sandbox, words) and not over:
                repeats = number(request.get("repeats"))
                return self.expect("repeats", repeats == record.sequence, "{} was recorded in entry {}, and repeats says {}", kind,
                                   record.sequence, repeats)

    def on_end_record(self, entry, request, event):
        for record in self.records[number(event["enterprise_number"])]:
            if record.sequence == number(request["sequence"]):
                if "last_day" in request:
                    record.end(times.day(request["last_day"]))
                else:
                    record.withdrawn = True
                    self.forget_act(record.sequence)

    def on_remind_enterprise(self, entry, request, event):
        self.act("remind_enterprise", (request["program_id"], number(event["enterprise_number"]), request.get("reference")),
                 request)
        self.reminders[self.by_id[request["program_id"]].number, number(event["enterprise_number"])] = self.received(entry)

    def on_put_provider(self, entry, request, event):
        self.provider_numbers[request["provider_id"]] = number(event["provider_number"])

    def on_set_provider_state(self, entry, request, event):
        suspended = request["state"] == "PROVIDER_STATE_SUSPENDED"
        (self.suspended.add if suspended else self.suspended.discard)(number(event["provider_number"]))

    def on_put_product(self, entry, request, event):
        product = request["product"]
        versions = self.by_id[product["program_id"]].catalog[product["provider_id"], product["product_id"]]
        version = [times.day(product["effective_from"]), times.day(product.get("effective_until")),
                   product.get("category"), set(product.get("item_ids", []))]
        for at, other in enumerate(versions):
            if other[0] == version[0]:  # the same day corrects it in its place
                versions[at] = version
                return
        versions.append(version)

    def on_withdraw_product(self, entry, request, event):
        versions = self.by_id[request["program_id"]].catalog[request["provider_id"], request["product_id"]]
        for version in versions:
            version[1] = min(version[1] or times.day(request["last_day"]), times.day(request["last_day"]))

    def on_bind_cloud_account(self, entry, request, event):
        at, sandbox = number(event["account_id"]), self.sandbox(request)
        self.new_number("account", at, sandbox)
        provider = number(event["provider_number"])
        key = (sandbox, provider, request["account_number"])
        self.expect("worlds", key not in self.account_numbers, "{} is bound already", key)
        self.account_numbers.add(key)
        self.check_stable(request["account_number"])
        self.accounts[at] = (number(event["enterprise_number"]), provider, sandbox)
