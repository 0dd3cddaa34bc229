"""The oracle: judges the entries of one ledger, in order."""
import collections
import unicodedata

import books
import times
from approving import Approving
from claims import Claims
from clusters import Clusters
from credit import Credit
from deadlines import Deadlines
from findings import Findings
from granting import Granting
from limits import Limits
from projects import Projects
from ranking import Ranking
from refusals import REFUSED, Refusals
from registry import Registry
from rules import number
from settling import Account, Settling

NOT_OF_A_VERB = ("waitlist", "postings", "limit_deltas")
SUBMISSIONS = ("submit_application", "award_grant")


class Judge(Registry, Clusters, Granting, Claims, Limits, Ranking, Approving, Projects, Credit, Settling, Refusals, Deadlines):
    """`real_only` leaves out all that is of sandboxes: what is real must come out the same."""

    def __init__(self, real_only=False):
        self.real_only = real_only
        self.findings = Findings()
        self.expect = self.findings.expect
        self.entries = 0
        self.recorded = self.last_received = 0
        self.at = 0  # the instant that an entry is judged by
        self.due, self.agenda, self.booked_to, self.may_go_on = {}, [], 0, set()
        self.pending_of = collections.defaultdict(set)  # applications by program and revision
        self.programs, self.by_id = {}, {}
        self.enterprises, self.facts = {}, {}
        self.records = collections.defaultdict(list)
        self.provider_numbers, self.suspended = {}, set()
        self.accounts, self.account_numbers = {}, set()
        self.accounts_of = collections.defaultdict(list)
        self.grants, self.by_enterprise, self.vouchers = {}, collections.defaultdict(list), {}
        self.invoices, self.claimed_orders, self.orders, self.redemptions = {}, {}, {}, {}
        self.transfers, self.lots = {}, collections.defaultdict(list)
        self.notices, self.calendar = {}, None
        self.plans = {}
        self.richer = set()  # programs whose budgets an entry may have raised
        self.provider_accounts = collections.defaultdict(Account)
        self.statements, self.unpaid, self.lagging = {}, collections.Counter(), {}
        self.debtors = collections.defaultdict(dict)
        self.reminders = {}  # the newest, by program and enterprise
        self.acts, self.act_of = {}, {}
        self.numbers = collections.Counter()

    # --- what handlers ask

    @staticmethod
    def received(entry):
        return number(entry["received_unix_ns"])

    def today(self, entry):
        return times.day_of(self.received(entry))

    @staticmethod
    def sandbox(request):
        return request.get("sandbox", False)

    def provider_name(self, at):
        for name, provider in self.provider_numbers.items():
            if provider == at:
                return name
        return None

    def act(self, verb, key, request):
        """The same act twice: only where `repeats` names the entry that booked it."""
        for name in ("fiscal_reference", "reference"):
            self.check_stable(request.get(name, ""))
        before, repeats = self.acts.setdefault((verb, key), []), number(request.get("repeats"))
        if before:
            self.expect("repeats", repeats == before[-1], "{} {} was booked in entry {}, and repeats says {}", verb, key,
                        before[-1], repeats)
        before.append(self.findings.sequence)
        self.act_of[self.findings.sequence] = verb, key

    def forget_act(self, sequence):
        """What an entry recorded never was: what it repeated stands again."""
        standing = self.acts.get(self.act_of.pop(sequence, None), [])
        if sequence in standing:
            standing.remove(sequence)

    def check_stable(self, text):
        """A name or number that another could be taken for is no business key."""
        odd = [one for one in text if unicodedata.category(one) in ("Cc", "Cf")]
        stable = " ".join(unicodedata.normalize("NFKC", text).split())
        self.expect("repeats", text == stable and not odd, "{!r} is not in its stable form {!r}", text, stable)

    def new_number(self, kind, at, sandbox):
        """Numbers are dense in each world."""
        self.numbers[kind, sandbox] += 1
        right = self.numbers[kind, sandbox] + (books.SANDBOX_NUMBERS if sandbox else 0)
        self.expect("worlds", at == right, "{} {} comes where {} would", kind, at, right)

    # --- entries

    def take(self, entry):
        self.entries += 1
        self.findings.sequence = number(entry["sequence"])
        verb, request = next(iter(entry["command"].items()))
        self.check_order(entry, verb)
        self.at = self.received(entry) if verb != "timer_due" else number(request.get("due_unix_ns"))
        if self.real_only and self.is_of_sandbox(entry, verb, request):
            return
        if verb == "timer_due":
            self.check_timer(entry, request)
        else:
            self.check_command_time(entry, verb)
        program = self.programs.get(number(entry.get("program")))
        if program is not None:
            self.check_queue(entry, verb, program)
        if "event" in entry:
            self.accept(entry, verb, request, entry["event"])
        elif verb in REFUSED:
            self.refuse(entry, verb, request, entry["refusal"]["reason"].replace("REASON_", ""))

    def accept(self, entry, verb, request, event):
        kind = next(name for name in event if name not in NOT_OF_A_VERB)
        self.richer.clear()
        handler = getattr(self, "on_" + (kind if verb == "timer_due" else verb), None)
        if handler:
            handler(entry, request, event[kind])
        program = self.programs.get(number(entry.get("program")))
        if verb == "bind_cloud_account":
            self.accounts_of[number(event[kind]["enterprise_number"])].append(number(event[kind]["account_id"]))
        if program is not None:
            self.follow_waitlist(entry, program, event.get("waitlist", {}), self.at)
            self.expect("pools", program.budget >= 0, "program {} has a budget of {}", program.number, program.budget)
        self.follow_other_waitlists(program, verb)

    def check_order(self, entry, verb):
        self.expect("order", self.findings.sequence == self.entries, "comes as number {}", self.entries)
        recorded, received = number(entry["recorded_unix_ns"]), self.received(entry)
        self.expect("order", recorded > self.recorded, "was recorded at {}, not after the entry before", recorded)
        self.recorded = recorded
        if verb != "timer_due":
            self.expect("order", received >= self.last_received, "was received at {}, before an earlier one", received)
            self.last_received = received

    def check_queue(self, entry, verb, program):
        at = number(entry.get("queue_number"))
        if verb not in SUBMISSIONS:
            return self.expect("queue", at == 0, "has queue number {} and is no submission", at)
        program.queue += 1
        self.expect("queue", at == program.queue, "has queue number {}, next is {}", at, program.queue)
        self.expect("queue", self.received(entry) >= program.last_submission, "was received before queue number {}", at - 1)
        program.last_submission = self.received(entry)

    def is_of_sandbox(self, entry, verb, request):
        if verb == "publish_program":
            return request["rules"].get("sandbox", False)
        if self.sandbox(request):
            return True
        program = number(entry.get("program"))
        return program != 0 and program not in self.programs

    def finish(self):
        """What holds at the end: the money of every grant adds up, and that of every program."""
        for grant in self.grants.values():
            self.findings.sequence = grant.sequence
            self.expect("money", grant.sum() == grant.granted, "application {}: granted {}, the parts are {}", grant.number,
                        grant.granted, grant.sum())
            parts = (grant.held, grant.available, grant.transit, grant.credit, grant.spent, grant.payable, grant.stated)
            self.expect("money", min(parts) >= 0, "application {}: {}", grant.number, parts)
            self.check_recovered(grant)

    def real_numbers(self):
        """What must not depend on sandboxes."""
        return ([(program.number, program.state, program.budget, program.queue) for program in self.programs.values()
                 if not program.sandbox] +
                [(grant.number, grant.state, grant.granted, grant.standing, grant.sum(), grant.debt, grant.recovered)
                 for grant in self.grants.values() if not grant.program.sandbox])


def judge(read):
    """Judges a ledger; `read` gives its entries anew at each call. Returns findings and the number of entries."""
    whole = Judge()
    for entry in read():
        whole.take(entry)
    whole.finish()
    if any(program.sandbox for program in whole.programs.values()):
        real = Judge(real_only=True)
        for entry in read():
            real.take(entry)
        real.finish()
        whole.findings.sequence = whole.entries
        whole.expect("worlds", real.real_numbers() == whole.real_numbers(), "without its sandboxes the ledger comes to other numbers")
        for name in real.findings.failed():
            more = real.findings.counts[name] > whole.findings.counts[name]
            whole.expect("worlds", not more, "without its sandboxes the ledger fails {}", name)
    return whole.findings, whole.entries
