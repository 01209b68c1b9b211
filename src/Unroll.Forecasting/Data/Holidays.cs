namespace Unroll.Forecasting;

/// <summary>
/// Days without rows that come again each year: on a date (25 December), on a weekday of a month (the first Monday of September, the last
/// of May), or so many days from Easter. A day is taken for one only where it has no row in any of the years that the rows cover, two at
/// least, and where such days explain most of what is missing.
/// </summary>
internal sealed class Holidays
{
    /// <summary>Where a greater share of the days has no row, days are missing for other reasons.</summary>
    private const double MostMissing = 0.1;

    private const int FewestYears = 2, BeforeEaster = 60, AfterEaster = 70;
    private static readonly Holidays s_none = new([], [], []);
    private readonly HashSet<Key> _keys, _onFriday, _onMonday;

    /// <param name="keys">The holidays.</param>
    /// <param name="onFriday">Those kept on the Friday before where they fall on a Saturday.</param>
    /// <param name="onMonday">Those kept on the Monday after where they fall on a Sunday.</param>
    private Holidays(HashSet<Key> keys, HashSet<Key> onFriday, HashSet<Key> onMonday) =>
        (_keys, _onFriday, _onMonday) = (keys, onFriday, onMonday);

    private enum Kind
    {
        Date,
        WeekdayOfMonth,
        LastWeekdayOfMonth,
        FromEaster,
    }

    /// <param name="days">The days that have rows, strictly increasing.</param>
    /// <param name="rule">Which days are to be expected.</param>
    public static Holidays Of(DateTime[] days, WeekdayRule rule)
    {
        if (days.Length < 2 || (days[^1] - days[0]).TotalDays < 365)
            return s_none;
        DateTime first = days[0], last = days[^1];
        HashSet<DateTime> present = [.. days];
        long expected = rule.CountBetween(first, last);
        if (expected - present.Count(rule.IsExpected) > MostMissing * expected)
            return s_none;
        List<DateTime> missing = [];
        for (DateTime day = first.AddDays(1); day < last; day = day.AddDays(1))
        {
            if (rule.IsExpected(day) && !present.Contains(day))
                missing.Add(day);
        }

        int[] years = [.. Enumerable.Range(first.Year, last.Year - first.Year + 1)];
        var candidates = new List<(Key Key, DateTime[] Days)>();
        foreach (Key key in missing.SelectMany(KeysOf).Distinct())
        {
            DateTime[] seen = [.. years.Select(key.In).OfType<DateTime>().Where(day => day > first && day < last && rule.IsExpected(day))];
            if (seen.Length >= FewestYears && !Array.Exists(seen, present.Contains))
                candidates.Add((key, seen));
        }

        // One reason a day: what an earlier one explains is no evidence for another.
        HashSet<DateTime> explained = [];
        HashSet<Key> keys = [];
        foreach ((Key key, DateTime[] seen) in candidates.OrderByDescending(each => each.Days.Length).ThenBy(each => each.Key.Kind))
        {
            if (seen.Count(day => !explained.Contains(day)) < FewestYears)
                continue;
            keys.Add(key);
            explained.UnionWith(seen);
        }

        if (2 * explained.Count < missing.Count)
            return s_none;
        return new Holidays(
            keys, [.. keys.Where(key => IsMoved(key, DayOfWeek.Saturday, -1))], [.. keys.Where(key => IsMoved(key, DayOfWeek.Sunday, 1))]);

        // Whether a holiday on a day off has always been kept on a day beside it.
        bool IsMoved(Key key, DayOfWeek off, int by)
        {
            if (key.Kind != Kind.Date)
                return false;
            DateTime[] kept = [.. years.Select(key.In).OfType<DateTime>()
                .Where(day => day.DayOfWeek == off && !rule.IsExpected(day))
                .Select(day => day.AddDays(by))
                .Where(day => day > first && day < last)];
            return kept.Length >= FewestYears && !Array.Exists(kept, present.Contains);
        }
    }

    public bool Contains(DateTime day)
    {
        if (_keys.Count == 0)
            return false;
        day = day.Date;
        return KeysOf(day).Any(_keys.Contains)
            || (day.DayOfWeek == DayOfWeek.Friday && _onFriday.Count > 0 && _onFriday.Contains(DateKey(day.AddDays(1))))
            || (day.DayOfWeek == DayOfWeek.Monday && _onMonday.Count > 0 && _onMonday.Contains(DateKey(day.AddDays(-1))));
    }

    /// <summary>
    /// The days of other years that are the same holiday as a day, if it were one: a list for each reason that it may have. A Friday or a
    /// Monday may stand for a date on the weekend beside it.
    /// </summary>
    public static IEnumerable<IReadOnlyList<DateTime>> Same(DateTime day, IReadOnlyList<int> years)
    {
        int beside = day.DayOfWeek switch { DayOfWeek.Friday => 1, DayOfWeek.Monday => -1, _ => 0 };
        IEnumerable<Key> keys = beside == 0 || day.Year is <= 1 or >= 9999 ? KeysOf(day) : [.. KeysOf(day), DateKey(day.AddDays(beside))];
        return keys.Select(key => (IReadOnlyList<DateTime>)[.. years.Where(year => year != day.Year).Select(key.In).OfType<DateTime>()]);
    }

    private static Key DateKey(DateTime day) => new(Kind.Date, day.Month, day.Day, DayOfWeek.Sunday);

    private static IEnumerable<Key> KeysOf(DateTime day)
    {
        yield return DateKey(day);
        int place = (day.Day + 6) / 7;
        if (place < 5)
            yield return new Key(Kind.WeekdayOfMonth, day.Month, place, day.DayOfWeek);
        if (day.Day + 7 > DateTime.DaysInMonth(day.Year, day.Month))
            yield return new Key(Kind.LastWeekdayOfMonth, day.Month, 0, day.DayOfWeek);
        int fromEaster = (day - Easter(day.Year)).Days;
        if (fromEaster is >= -BeforeEaster and <= AfterEaster)
            yield return new Key(Kind.FromEaster, 0, fromEaster, DayOfWeek.Sunday);
    }

    /// <summary>
    /// Easter Sunday of the Gregorian calendar, by the algorithm of Meeus, Jones and Butcher (Meeus, Astronomical Algorithms, chapter 8).
    /// </summary>
    private static DateTime Easter(int year)
    {
        int a = year % 19, b = year / 100, c = year % 100;
        int h = ((19 * a) + b - (b / 4) - ((b - ((b + 8) / 25) + 1) / 3) + 15) % 30;
        int l = (32 + (2 * (b % 4)) + (2 * (c / 4)) - h - (c % 4)) % 7;
        int days = h + l - (7 * ((a + (11 * h) + (22 * l)) / 451)) + 114;
        return new DateTime(year, days / 31, (days % 31) + 1);
    }

    /// <summary>A holiday; <paramref name="Number"/> is a day of the month, a place in it, or days from Easter.</summary>
    private readonly record struct Key(Kind Kind, int Month, int Number, DayOfWeek Weekday)
    {
        /// <summary>When it is in a year; null where it is not.</summary>
        public DateTime? In(int year)
        {
            if (Kind == Kind.FromEaster)
                return Easter(year).AddDays(Number);
            int days = DateTime.DaysInMonth(year, Month);
            if (Kind == Kind.Date)
                return Number <= days ? new DateTime(year, Month, Number) : null;
            var start = new DateTime(year, Month, Kind == Kind.WeekdayOfMonth ? (7 * Number) - 6 : days - 6);
            return start.AddDays(((int)Weekday - (int)start.DayOfWeek + 7) % 7);
        }
    }
}
