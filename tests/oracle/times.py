"""Civil days and instants, computed here alone: Unix nanoseconds, and days as ordinals, in the zone +08:00."""
import datetime

SECOND = 10 ** 9
HOUR = 3600 * SECOND
DAY = 24 * HOUR
ZONE = 8 * HOUR
EPOCH = datetime.date(1970, 1, 1).toordinal()


def day_of(instant):
    """The day an instant belongs to."""
    return EPOCH + (instant + ZONE) // DAY


def start_of(day):
    """The first instant of a day."""
    return (day - EPOCH) * DAY - ZONE


def day(civil):
    """A CivilDate as an ordinal; None if it is absent."""
    return datetime.date(civil["year"], civil["month"], civil["day"]).toordinal() if civil else None


def end_of_month(period):
    """The first instant after a CivilMonth."""
    year, month = period["year"], period["month"]
    return start_of(datetime.date(year + month // 12, month % 12 + 1, 1).toordinal())


def years_later(ordinal, years):
    """The same date of a later year; February 29 counts as March 1 in a common year."""
    date = datetime.date.fromordinal(ordinal)
    try:
        return date.replace(year=date.year + years).toordinal()
    except ValueError:
        return datetime.date(date.year + years, 3, 1).toordinal()


def months_later(ordinal, months):
    """The same day of a later month, or its last day."""
    date = datetime.date.fromordinal(ordinal)
    month = date.year * 12 + date.month - 1 + months
    first = datetime.date(month // 12, month % 12 + 1, 1)
    length = (datetime.date((month + 1) // 12, (month + 1) % 12 + 1, 1) - first).days
    return first.toordinal() + min(date.day, length) - 1


def instant(text):
    """An RFC 3339 timestamp as protobuf's JSON writes it: in UTC, with up to nine digits after the point."""
    whole, _, fraction = text.rstrip("Z").partition(".")
    moment = datetime.datetime.strptime(whole, "%Y-%m-%dT%H:%M:%S")
    seconds = (moment - datetime.datetime(1970, 1, 1)) // datetime.timedelta(seconds=1)
    return seconds * SECOND + int((fraction + "0" * 9)[:9])


class Calendar:
    """Working days of a published calendar."""

    def __init__(self, request):
        self.years = range(request.get("first_year", 0), request.get("last_year", 0) + 1)
        self.special = {day(one["date"]): one.get("working", False) for one in request.get("days", [])}

    def covers(self, ordinal):
        return datetime.date.fromordinal(ordinal).year in self.years

    def working(self, ordinal):
        return self.special.get(ordinal, datetime.date.fromordinal(ordinal).weekday() < 5)


def last_notice_day(starts_on, days, unit, calendar):
    """Last day of a notice: its N-th day after the first. None if the calendar does not reach that far."""
    if unit == "DAY_UNIT_CALENDAR":
        return starts_on + days
    current = starts_on
    while days > 0:
        current += 1
        if calendar is None or not calendar.covers(current):
            return None
        days -= calendar.working(current)
    return current
