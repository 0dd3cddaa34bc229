"""What the oracle keeps of programs and grants. Amounts are fen."""
import collections
import heapq

import rules as rule_pages
from rules import number

ENDED = {"REJECTED", "WITHDRAWN", "LAPSED", "PASSED_OVER", "SUPERSEDED", "TERMINATED", "SETTLED"}
FREES_CLAIMS = {"REJECTED", "WITHDRAWN", "LAPSED", "PASSED_OVER"}  # of invoices
PENDING = {"WAITLISTED", "COLLECTED", "SCORED", "HELD", "RETURNED", "LISTED", "ON_NOTICE", "OBJECTED"}
SANDBOX_NUMBERS = 2 ** 52
NO_CAP = 10 ** 18


class Line:
    """Who waits, by queue number."""

    def __init__(self):
        self.grants, self.queue = {}, []

    def add(self, grant):
        self.grants[grant.queue] = grant
        heapq.heappush(self.queue, grant.queue)

    def first(self):
        while self.queue[0] not in self.grants:
            heapq.heappop(self.queue)
        return self.grants[self.queue[0]]


class Program:
    def __init__(self, at, rules):
        self.number = at
        self.revisions = [rules]
        self.sandbox = rules.sandbox
        self.state = "DRAFT"
        self.budget = 0
        self.tranches = {}
        self.queue = 0
        self.last_submission = 0
        self.waiting = collections.defaultdict(Line)  # by what pools count them by
        self.continues = False
        self.cluster_pools = {}  # fen by number of the cluster
        self.clusters = {}  # plans by cluster_id
        self.scored_clusters = {}
        self.member_of = {}  # approved clusters by enterprise
        self.catalog = collections.defaultdict(list)  # (provider_id, product_id) → versions
        self.standing = collections.Counter()
        self.in_divisions = collections.Counter()  # what stands, by division code
        self.core = collections.Counter()  # net redeemed for core products, by enterprise and category
        self.grants = []
        self.owed = {}  # grants that a district's statement may have to state, by number
        self.applied = set()  # items that were applied for

    @property
    def rules(self):
        return self.revisions[-1]

    def closed(self, instant):
        """Whether it takes no applications any more, for good: then money that comes back is returned."""
        return self.state in ("CLOSED", "ARCHIVED") or instant >= self.rules.cutoff

    def item_ids(self):
        """What each item was first called."""
        return {at: item["item_id"] for rules in reversed(self.revisions) for at, item in rules.items.items()}

    def change(self, grant, fen):
        """What stands of a grant rises or falls."""
        grant.standing += fen
        self.in_divisions[grant.division] += fen
        for key in grant.keys:
            self.standing[key] += fen

    def in_division(self, code):
        return sum(fen for division, fen in self.in_divisions.items() if rule_pages.covers(code, division))

    def wait(self, grant):
        self.waiting[grant.counted_as()].add(grant)

    def wait_no_more(self, grant):
        self.waiting[grant.counted_as()].grants.pop(grant.queue, None)

    def first_waiters(self):
        """Of each group that the same pools count, the one with the lowest queue number."""
        return [line.first() for line in self.waiting.values() if line.grants]

    def pools(self, grant, providers):
        """(name, what is left, on_exhausted) of the budget and of every pool of the newest revision that counts a grant."""
        rules = self.rules
        yield ("budget",), self.budget, rules.raw.get("on_exhausted")
        for pool in rules.raw.get("pools", []):
            scope, key, size = pool["scope"], pool["key"], number(pool.get("amount_fen"))
            if scope == "POOL_SCOPE_DIVISION":
                if not rule_pages.covers(key, grant.division):
                    continue
                used = self.in_division(key)
            elif scope == "POOL_SCOPE_PROVIDER":
                if providers.get(key) not in grant.providers:
                    continue
                used = self.standing["provider", providers[key]]
            else:
                if rules.item_numbers.get(key) != grant.item:
                    continue
                used = self.standing["item", grant.item]
            yield (scope, key), size - used, pool.get("on_exhausted")
        if grant.cluster and rules.clusters:
            pool_fen = self.cluster_pools.get(grant.cluster, 0)
            yield ("cluster", grant.cluster), pool_fen - self.standing["cluster", grant.cluster], rules.clusters.get("on_exhausted")


class Grant:
    """An application, or an award, and where its money is."""

    def __init__(self, at, program, revision, enterprise, item, project, sequence):
        self.number, self.program, self.enterprise, self.item, self.project = at, program, enterprise, item, project
        self.revision, self.rules = revision, program.revisions[revision - 1]
        self.sequence = sequence
        self.state = ""
        self.spend = 0
        self.booked_as = None  # what makes another application or award the same one
        self.mode = ""
        self.division = ""
        self.cluster = 0
        self.providers = ()
        self.keys = ()
        self.queue = self.received = 0
        self.facts = {}
        self.wanted = self.score = 0
        self.claims = []  # keys of invoices
        self.orders = []  # keys of orders that they bill
        self.notice_end = None
        self.pending = False  # by credit, so that it lapses with the vouchers of its revision
        self.approved_at = self.approved_on = self.project_due = 0
        self.voucher = self.expires = self.lapses = 0
        self.dead = self.superseded = self.awarded = False
        self.lost = False  # what was spent of it, with its project: no provider is paid for it, and no reversal brings it back
        self.accepted = False
        self.confirmed = {}  # when its newest credit was, by account
        self.settleable = not self.rules.gated  # its money need not wait for acceptance (any more)
        self.replaced = []  # lower grants that wait for its acceptance
        self.gated = collections.Counter()  # what providers are owed and waits, by account
        self.unstated = collections.Counter()  # what providers are owed and is on no statement, by account
        self.rows = 0  # how many bills and reversals that is
        self.statements = set()  # that are not paid and have it
        self.billed_by = set()  # accounts of providers that a statement has it of
        self.booked = collections.Counter()  # billed less reversed, by account
        self.owed_since = 0  # to the enterprise, on no statement
        self.former_state = ""  # before it was rejected
        self.former_held = 0
        # Money: all that was ever granted, and where it is.
        self.granted = self.standing = self.full = 0
        self.held = self.available = self.transit = self.credit = self.spent = self.payable = self.stated = 0
        self.released = self.returned = 0
        self.kept_back = 0  # of what was returned: it paid debts of other grants
        # What is owed back, was recovered (paid back or kept back), and is owed to it again after a reversal.
        self.debt = self.recovered = self.refund = 0

    def counted_by(self, cluster, division, providers):
        self.cluster, self.division, self.providers = cluster, division, tuple(providers)
        enterprise, item = self.enterprise, self.item
        self.keys = [("enterprise", enterprise), ("enterprise", enterprise, item), ("project", enterprise, self.project),
                     ("own", enterprise, self.project, item), ("item", item)]
        self.keys += [("provider", provider) for provider in self.providers]
        if cluster:
            self.keys += [("cluster", cluster), ("member", cluster, enterprise)]

    def counted_as(self):
        """What pools and budget count it by."""
        return self.division, self.item, self.providers, self.cluster

    def left(self):
        """What is left to redeem, to transfer or to be answered."""
        return self.available + self.transit + self.credit

    def unspent(self):
        return self.available + self.credit

    def sum(self):
        return (self.held + self.available + self.transit + self.credit + self.spent + self.payable + self.stated +
                self.released + self.returned)

    def kept(self):
        """What the enterprise keeps of it."""
        return self.left() + self.payable + self.used() - self.debt - self.recovered

    def used(self):
        """What the enterprise had of it, also where that paid its debts: no more can be taken back."""
        return self.spent + self.stated + self.kept_back

    def value(self):
        """What counts of it where only the highest of a project does: what was taken back, or is owed back, does not."""
        unspent = self.unspent() if self.state in ("APPROVED", "ACCEPTED", "SETTLED") else 0
        return unspent + self.transit + self.payable + self.taken()

    def taken(self):
        """What was used of it and need not be given back."""
        return self.used() - self.debt - self.recovered


class Lot:
    """Credit of one voucher in one account."""

    def __init__(self, grant, credited, fen):
        self.grant, self.credited, self.fen = grant, credited, fen

    def place(self):
        """First-expiring first."""
        return self.grant.expires, self.grant.voucher, self.credited


class Redemption:
    def __init__(self, program, account, amount):
        self.program, self.account, self.amount = program, account, amount
        self.draws = []  # [lot, fen]
        self.reversed = 0
        self.category = ""


class Record:
    """An incident, a listing or a blacklisting: holds from `first` to `last`, both included."""

    def __init__(self, sequence, kind, what, sandbox, first, last, words):
        self.sequence, self.kind, self.what, self.sandbox = sequence, kind, what, sandbox
        self.first, self.last = first, last
        self.words = words  # that another one can repeat
        self.withdrawn = self.ended = False

    def end(self, last):
        self.ended = True
        self.last = last if self.last is None else min(self.last, last)

    def holds(self, ordinal):
        return not self.withdrawn and self.first <= ordinal and (self.last is None or ordinal <= self.last)
