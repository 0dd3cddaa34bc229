"""A revision of a program's rules, as the comments of program.proto explain it."""
import times


def number(value):
    """An integer of protobuf's JSON, which writes 64-bit ones as strings and leaves out zeros."""
    return int(value or 0)


def covers(code, division):
    """Whether a division code covers another: XXYY00 what begins with XXYY, XX0000 the province."""
    prefix = code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code
    return division.startswith(prefix)


class Rules:
    def __init__(self, raw):
        self.raw = raw
        self.program_id = raw["program_id"]
        self.sandbox = raw.get("sandbox", False)
        self.items = {number(item["number"]): item for item in raw.get("items", [])}
        self.item_numbers = {item["item_id"]: at for at, item in self.items.items()}
        window = raw["window"]
        self.opens = times.start_of(times.day(window["first_day"]))
        self.cutoff = times.start_of(times.day(window["last_day"]) + 1)
        self.competitive = raw.get("allocation") == "ALLOCATION_COMPETITIVE"
        self.highest_only = "highest_only" in raw
        self.set_off = "set_off" in raw
        self.gated = raw.get("acceptance", {}).get("gates_settlement", False)
        self.clusters = raw.get("clusters")
        self.core = set(raw.get("basket", {}).get("core_categories", []))
        self.terms = raw.get("voucher_terms")

    def identity(self):
        """What never changes from one revision to the next."""
        raw = self.raw
        allocation = "COMPETITIVE" if self.competitive else "FIRST_COME"
        return (self.program_id, self.sandbox, raw.get("fiscal_year"), allocation, raw.get("time_zone"))

    def amount(self, item, spend):
        """What the rate, or the fixed amount, gives before caps."""
        rule = self.items[item]
        return number(rule["fixed_fen"]) if "fixed_fen" in rule else spend * number(rule.get("rate_bps")) // 10000

    def tier(self, item, facts):
        """Cap of the revenue tier that an enterprise reaches; None without tiers, 0 if none is reached."""
        tiers = self.items[item].get("revenue_tiers", [])
        for one in tiers:
            industries = one.get("industries", [])
            if number(facts.get("prior_year_revenue_fen")) >= number(one.get("minimum_revenue_fen")) and (
                    not industries or facts.get("industry") in industries):
                return number(one["cap_fen"])
        return 0 if tiers else None

    def caps(self, item, facts=None):
        """(scope, amount, item it is of or None) of each cap that counts a grant of an item.

        Without facts, the highest tier.
        """
        for cap in self.raw.get("caps", []):
            yield cap["scope"], number(cap["amount_fen"]), item if cap["scope"].endswith("ITEM_YEAR") else None
        yield from self.own_caps(item, facts)

    def own_caps(self, item, facts=None):
        """The same of those that the item states."""
        rule = self.items.get(item, {})
        scope = rule.get("cap_scope", "CAP_SCOPE_UNSPECIFIED")
        if scope == "CAP_SCOPE_UNSPECIFIED":
            scope = "CAP_SCOPE_ENTERPRISE_ITEM_YEAR"
        if number(rule.get("cap_fen")):
            yield scope, number(rule["cap_fen"]), item
        if rule.get("revenue_tiers"):
            tiers = [number(one["cap_fen"]) for one in rule["revenue_tiers"]]
            yield scope, self.tier(item, facts) if facts else max(tiers), item

    def vouchers_end(self):
        """First instant at which vouchers of this revision are expired, and at which what is unspent goes back."""
        end = times.start_of(times.day(self.terms["expires_on"]) + 1)
        return end, end + number(self.terms.get("redemption_grace_hours")) * times.HOUR
