"""Judges claims: invoices, billed orders, items to be had once; and bars: blacklistings, lists, incidents."""
import collections

import books
import times
from rules import number


class Claims:
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

    @staticmethod
    def overtaken(grant, state):
        """Whether a higher grant replaced it before it was approved, so that it got nothing."""
        return state == "SUPERSEDED" and not grant.approved_at

    def stands(self, grant):
        """Whether it claims what it brought."""
        return grant.state not in books.FREES_CLAIMS and not self.overtaken(grant, grant.state)

    def free_claims(self, grant):
        for key in grant.claims:
            if self.invoices.get(key) is grant:
                del self.invoices[key]
        for order in grant.orders:
            if self.claimed_orders.get(order) is grant:
                del self.claimed_orders[order]

    def check_once(self, grant):
        other = self.claimed_before(grant)
        self.expect("once", other is None, "application {} claims what {} has", grant.number, other and other.number)

    def claimed_before(self, grant):
        """What claims an item already that can be claimed once; None if nothing does, or it can be had often."""
        scope = grant.rules.items.get(grant.item, {}).get("once", {}).get("scope", "ONCE_SCOPE_UNSPECIFIED")
        if scope == "ONCE_SCOPE_UNSPECIFIED":
            return None
        for other in self.by_enterprise[grant.enterprise]:
            if (other is not grant and other.program is grant.program and other.item == grant.item and
                    self.stands(other) and not other.superseded and
                    (scope == "ONCE_SCOPE_ENTERPRISE" or other.project == grant.project)):
                return other
        return None

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
