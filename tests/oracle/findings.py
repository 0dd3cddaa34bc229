"""What the oracle found."""

# Each is one check over one ledger.
CHECKS = {
    "order": "sequences are dense, recorded times rise, received times do not fall",
    "queue": "queue numbers are dense and in the order of received times",
    "deadlines": "each deadline is booked before the first command that was received at or after it, in order",
    "cutoff": "nothing is accepted outside the window or while the program is not open",
    "identity": "revisions keep what identifies a program and its items",
    "amounts": "a grant is what rate, caps and pools give",
    "caps": "what stands fits every cap of the newest revision, at each grant and at each revision",
    "pools": "what stands fits every pool, and no budget is below zero",
    "waitlist": "nobody is let past the head of a waitlist, and a waitlist goes on before anything else",
    "ranking": "money goes down the ranking, by score, then by queue, to a strict edge",
    "refusals": "what is refused for lack of room or credit lacks it",
    "money": "what is told of each grant adds up: unspent, in accounts, owed, paid, returned",
    "debts": "of no grant is more taken back than was spent, all ways together",
    "settlement": "statements state what is owed, once, and no more is paid than is due",
    "invoices": "one invoice supports one claim, and none claims what credit paid",
    "orders": "one order of a provider is redeemed once",
    "once": "what can be claimed once is claimed once",
    "highest": "of the grants for one project no more than the highest counts",
    "redemption": "credit pays in time, after it was there, for approved products, to the account's owner",
    "terms": "vouchers and notices follow the revision that judged them, and the calendar",
    "plans": "members of a cluster get no more than the rate of their planned and actual cost",
    "worlds": "sandboxes change nothing real",
    "repeats": "the same act is booked twice only where that is said",
    "bars": "nobody who is barred is granted anything, goes on, transfers or redeems",
}
KEPT = 20  # findings of a check that are spelled out


class Findings:
    def __init__(self):
        self.sequence = 0  # of the entry that is judged
        self.found = {name: [] for name in CHECKS}
        self.counts = dict.fromkeys(CHECKS, 0)

    def expect(self, check, holds, text, *numbers):
        """A finding, unless it holds; `text` is formatted with `numbers`."""
        if holds:
            return
        self.counts[check] += 1
        if len(self.found[check]) < KEPT:
            self.found[check].append((self.sequence, text.format(*numbers)))

    def failed(self):
        return [name for name, count in self.counts.items() if count]

    def lines(self):
        for name in self.failed():
            for sequence, text in self.found[name]:
                yield "{}: entry {}: {}".format(name, sequence, text)
            if self.counts[name] > KEPT:
                yield "{}: and {} more".format(name, self.counts[name] - KEPT)
