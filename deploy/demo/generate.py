#!/usr/bin/python3
"""Writes enterprises.csv and applications.csv of the demo, always the same bytes.

usage: generate.py           reads catalog.csv here and ../divisions.csv
       generate.py --check   writes nothing; exits with 1 if a file here differs from what would be written

The data is invented: no enterprise, person or document of it exists. Codes, check digits, divisions, invoice formats and
product names are real in form. Beside plain applications there are some of every kind that the program must refuse:
ineligible enterprises, an invoice used twice, missing evidence, products outside the catalog's dates or items, an unknown
enterprise, a grant of 0 fen, and enterprises that ask for more than their yearly cap. Together the applications ask for
about half as much again as the demo's budget of 50,000,000 yuan.
"""
import csv
import datetime
import hashlib
import io
import os
import random
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ENTERPRISES, APPLICATIONS = 3000, 6500
RATE_BPS = {"resource": 2000, "business": 3000, "capability": 4000, "ecosystem": 5000}
# Usual spend of one application in whole yuan, by item.
SPEND_YUAN = {"resource": (15_000, 90_000), "business": (12_000, 75_000), "capability": (10_000, 65_000),
              "ecosystem": (8_000, 60_000)}
CAP_FEN = 20_000_000

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
MARKS_1 = "华中光汉江楚天东长兴鼎瑞恒信达宏博远新云智联创科金盛众海亚安泰德"
MARKS_2 = "诚业森拓锐驰峰腾飞源通泽润凯翔晟禾屿岳辰钰铭卓越启正元明辉悦"
TRADES = {
    "INDUSTRIAL": ["精密机械", "汽车零部件", "光电子", "激光设备", "电气", "模具", "食品", "新材料", "医疗器械", "环保设备",
                   "包装制品", "纺织", "仪器仪表", "化工", "金属制品", "装备制造", "电子", "印务"],
    "SOFTWARE_IT": ["软件", "信息技术", "数据服务", "网络科技", "数字科技", "系统集成", "智能科技"],
    "OTHER": ["商贸", "餐饮管理", "物业服务", "文化传媒", "建筑工程", "物流"],
}


def organisation_check(code8):
    """Check character of an organisation code (GB 11714)."""
    total = sum(weight * int(char, 36) for weight, char in zip((3, 7, 9, 10, 5, 8, 4, 2), code8))
    return "0123456789X0"[11 - total % 11]


def uscc_of(division, code8):
    """Unified social credit code (GB 32100-2015) of a company."""
    head = "91" + division + code8 + organisation_check(code8)
    total = sum(USCC_ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(head))
    return head + USCC_ALPHABET[(31 - total % 31) % 31]


def day_between(rng, first, last):
    return first + datetime.timedelta(days=rng.randrange((last - first).days + 1))


def read_rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_rows(name, rows, check_only):
    """Writes the file; or only compares it, and ends the program if it differs."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path = os.path.join(HERE, name)
    if check_only:
        with open(path, encoding="utf-8", newline="") as file:
            if file.read() != text.getvalue():
                sys.exit(name + " is not what generate.py writes: run it")
        return
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(text.getvalue())


def make_enterprises(rng, divisions):
    names = {row["code"]: row["name"] for row in divisions}
    parents = {row["code"]: row["parent"] for row in divisions}
    wuhan = [code for code, parent in parents.items() if parent == "420100"]
    elsewhere = [code for code, parent in parents.items() if parent not in ("", "420000", "420100")]
    enterprises, seen = [], set()
    while len(enterprises) < ENTERPRISES:
        odd = len(enterprises) % 50  # four of fifty are not eligible, each for another reason
        industry = "OTHER" if odd == 11 else "SOFTWARE_IT" if rng.random() < 0.3 else "INDUSTRIAL"
        size = "LARGE" if odd == 23 else rng.choice(["MICRO"] * 5 + ["SMALL"] * 8 + ["MEDIUM"] * 3)
        division = rng.choice(elsewhere if odd == 37 else wuhan)
        registered = day_between(rng, datetime.date(1996, 1, 1), datetime.date(2024, 12, 31))
        if registered < datetime.date(2015, 10, 1):
            code8 = "%08d" % rng.randrange(10_000_000, 79_999_999)
        else:
            code8 = "MA" + "".join(rng.choice(USCC_ALPHABET) for _ in range(6))
        city = parents[division] if parents[division] in names else division
        place = names.get(city, names[division]).rstrip("市")
        name = place + rng.choice(MARKS_1) + rng.choice(MARKS_2) + rng.choice(TRADES[industry]) + "有限公司"
        uscc = uscc_of(division, code8)
        if uscc in seen or name in seen:
            continue
        seen.update((uscc, name))
        least, most = {"MICRO": (30, 300), "SMALL": (300, 2_000), "MEDIUM": (2_000, 40_000),
                       "LARGE": (40_000, 300_000)}[size]
        enterprises.append({
            "uscc": uscc, "name": name, "division": division, "size": size, "industry": industry,
            "registered_on": registered.isoformat(), "is_cloud_provider": "true" if odd == 47 else "false",
            "prior_year_revenue_fen": rng.randrange(least, most) * 1_000_000,
        })
    return enterprises


def make_invoice(rng, amount_fen):
    """A fully digital invoice, or one of four an older one with a code."""
    issued = day_between(rng, datetime.date(2025, 1, 2), datetime.date(2025, 10, 29))
    if rng.random() < 0.25:
        code, number = rng.choice(["4200", "0420"]) + "%06d" % rng.randrange(10**6), "%08d" % rng.randrange(10**8)
        if code[0] == "0":
            code += "%02d" % rng.randrange(100)
    else:
        code, number = "", "25422%015d" % rng.randrange(10**12)
    return {"invoice_code": code, "invoice_number": number, "invoice_amount_fen": amount_fen,
            "invoice_issued_on": issued.isoformat()}


def make_application(rng, key, enterprise, products):
    item = rng.choice(["resource"] * 4 + ["business"] * 3 + ["capability"] * 2 + ["ecosystem"])
    least, most = SPEND_YUAN[item]
    spend = rng.randrange(least, most) * 100 + rng.randrange(100)
    if enterprise["greedy"]:
        spend *= 12
    usable = [p for p in products if item in p["item_ids"].split(";") and not p["effective_until"]]
    provider = rng.choice(usable)["provider_id"]
    choices = [p["product_id"] for p in usable if p["provider_id"] == provider]
    chosen = rng.sample(choices, min(len(choices), rng.choice([1, 1, 1, 2])))
    row = {"application_key": key, "uscc": enterprise["uscc"], "item_id": item,
           "delivery_mode": "REIMBURSEMENT" if rng.random() < 0.2 else "CLOUD_CREDIT", "spend_fen": spend,
           "project_id": "P" + key, "products": ";".join(provider + "/" + product for product in chosen)}
    row.update(make_invoice(rng, spend))
    for name, mark in (("contract", "HT"), ("payment", "FK"), ("item_list", "QD")):
        row[name + "_number"] = mark + key
        row[name + "_sha256"] = hashlib.sha256((name + key).encode()).hexdigest()
    return row


def plant_refusals(rng, rows, enterprises):
    """Makes a few rows of each refused kind, all over the file."""
    places = rng.sample(range(200, len(rows)), 110)
    for place in places[:40]:  # an invoice that an earlier row used
        earlier = rows[rng.randrange(place)]
        for column in ("invoice_code", "invoice_number"):
            rows[place][column] = earlier[column]
    for place in places[40:55]:  # no contract
        rows[place]["contract_number"] = rows[place]["contract_sha256"] = ""
    for place in places[55:65]:  # invoices below the spend
        rows[place]["invoice_amount_fen"] = rows[place]["spend_fen"] // 2
    for place in places[65:80]:  # a product whose time in the catalog is over
        rows[place]["products"], rows[place]["item_id"] = "ctyun/waf", "business"
    for place in places[80:95]:  # a product approved for another item
        rows[place]["products"], rows[place]["item_id"] = "huaweicloud/ecs", "ecosystem"
    for place in places[95:100]:  # 4 fen × 20 % rounds to nothing
        rows[place].update(item_id="resource", products="aliyun/ecs", spend_fen=4, invoice_amount_fen=4)
    known = {enterprise["uscc"] for enterprise in enterprises}
    for number, place in enumerate(places[100:110]):  # nobody registered it
        stranger = uscc_of("420106", "%08d" % (80_000_000 + number))
        assert stranger not in known
        rows[place]["uscc"] = stranger


def grant_total(rows, enterprises):
    """What eligible enterprises ask for within their yearly caps, in fen, planted rows included."""
    eligible = {e["uscc"] for e in enterprises if e["division"].startswith("4201") and e["size"] != "LARGE"
                and e["industry"] != "OTHER" and e["is_cloud_provider"] == "false"}
    used = {}
    for row in rows:
        if row["uscc"] in eligible:
            grant = row["spend_fen"] * RATE_BPS[row["item_id"]] // 10_000
            used[row["uscc"]] = min(CAP_FEN, used.get(row["uscc"], 0) + grant)
    return sum(used.values())


def main(check_only):
    rng = random.Random(20251031)
    products = read_rows(os.path.join(HERE, "catalog.csv"))
    enterprises = make_enterprises(rng, read_rows(os.path.join(HERE, "..", "divisions.csv")))
    write_rows("enterprises.csv", enterprises, check_only)
    for number, enterprise in enumerate(enterprises):
        enterprise["greedy"] = number % 100 == 5  # asks for far more than its cap
    # Everyone applies twice; the rest goes to some of them.
    applicants = enterprises * 2 + rng.sample(enterprises, APPLICATIONS - 2 * ENTERPRISES)
    rng.shuffle(applicants)
    rows = [make_application(rng, "%04d" % number, enterprise, products)
            for number, enterprise in enumerate(applicants, 1)]
    invoices = {(row["invoice_code"], row["invoice_number"]) for row in rows}
    assert len(invoices) == len(rows)
    plant_refusals(rng, rows, enterprises)
    write_rows("applications.csv", rows, check_only)
    print("%d enterprises, %d applications; eligible enterprises ask for %d fen within their caps"
          % (len(enterprises), len(rows), grant_total(rows, enterprises)))


if __name__ == "__main__":
    if sys.argv[1:] not in ([], ["--check"]):
        sys.exit(__doc__)
    main(bool(sys.argv[1:]))
