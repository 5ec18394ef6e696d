"""The Persian calendar of the book against the browser's own."""

from datetime import date, timedelta

from playwright.sync_api import Browser

from dates import persian_date

THEIRS = """days => {
  const calendar = new Intl.DateTimeFormat("en-u-ca-persian-nu-latn",
    {timeZone: "UTC", year: "numeric", month: "numeric", day: "numeric"});
  return days.map((day) => {
    const parts = calendar.formatToParts(new Date(day + "T12:00Z"));
    return ["year", "month", "day"].map((type) => Number(parts.find((p) => p.type === type).value));
  });
}"""


def test_persian_dates_are_the_browsers(browser: Browser) -> None:
    days = [date(1990, 1, 1) + timedelta(step) for step in range(0, 60 * 365, 5)]
    page = browser.new_page()
    theirs = page.evaluate(THEIRS, [day.isoformat() for day in days])
    page.close()
    assert [list(persian_date(day)) for day in days] == theirs
