using System.Text.Json.Serialization;

namespace Unroll.Forecasting;

/// <summary>What a row stands for: which days belong to it.</summary>
internal enum HolidayRows
{
    /// <summary>A day or less, weekends too.</summary>
    Day,

    /// <summary>A day or less, from Monday to Friday.</summary>
    WorkingDay,

    /// <summary>A week, of which the date may be the first day or the last.</summary>
    Week,

    /// <summary>The month of the date.</summary>
    Month,

    /// <summary>The quarter of the date.</summary>
    Quarter,
}

/// <summary>
/// Numbers that follow from a date and the public holidays of a country. Days have four numbers, each 1 or 0 (holiday, day before, day
/// after, day between a holiday and a weekend), and one for each holiday with an effect of its own. Weeks have how many holidays the seven
/// days up to the date have, and the seven from it on; months and quarters how many they have, and how many of them from Monday to Friday.
/// </summary>
/// <param name="Country">The code, as "DE" or "DE-BY".</param>
/// <param name="Rows">What rows stand for.</param>
/// <param name="Names">The holidays with an effect of their own.</param>
/// <param name="Days">
/// Of how many days up to the origin a linear model sees whether they were holidays, as their values were unusual then.
/// </param>
internal sealed record HolidayFeatures(string Country, HolidayRows Rows, IReadOnlyList<string> Names, int Days = 0)
{
    /// <summary>Two weeks: what the same day of the week was like before lies within.</summary>
    public const int DaysSeen = 14;

    /// <summary>The most holidays with an effect of their own.</summary>
    private const int MostNames = 24;

    private const int Kinds = 4, FewestTimes = 2;
    private const double YearsForNames = 2, DaysOfYear = 365;

    /// <summary>How many numbers a date gives.</summary>
    [JsonIgnore]
    public int Count => IsOfDays ? Kinds + Names.Count : 2;

    /// <summary>Whether a row is a day or less.</summary>
    [JsonIgnore]
    public bool IsOfDays => Rows is HolidayRows.Day or HolidayRows.WorkingDay;

    /// <summary>Whether what a file holds can be used.</summary>
    [JsonIgnore]
    public bool IsValid =>
        HolidayCountries.Codes.Contains(Country) && Enum.IsDefined(Rows) && Names.Count <= MostNames && Days is >= 0 and <= DaysSeen;

    private HolidayCalendar Calendar => HolidayCalendar.Of(Country);

    /// <summary>Those for rows to learn from; null where these have no holidays, or rows are of another kind.</summary>
    /// <param name="country">The code.</param>
    /// <param name="dates">Of the rows.</param>
    /// <exception cref="UnrollException">The holidays of the country are not known.</exception>
    public static HolidayFeatures? For(string country, ReadOnlySpan<DateTime> dates)
    {
        string code = HolidayCountries.CodeOf(country);
        if (dates.Length < 3 || RowsOf(dates) is not { } rows)
            return null;
        var features = new HolidayFeatures(code, rows, []);
        if (features.IsOfDays && (dates[^1] - dates[0]).TotalDays >= YearsForNames * DaysOfYear)
            features = features with { Names = NamesIn(features.Calendar, dates) };
        var numbers = new double[features.Count];
        foreach (DateTime date in dates)
        {
            features.Write(date, numbers);
            if (numbers.AsSpan().ContainsAnyExcept(0))
                return features;
        }

        return null;
    }

    /// <summary>Writes the numbers of a date over <paramref name="destination"/>, <see cref="Count"/> of them.</summary>
    public void Write(DateTime date, Span<double> destination)
    {
        destination.Clear();
        DateTime day = date.Date;
        HolidayCalendar calendar = Calendar;
        if (Rows == HolidayRows.Week)
        {
            (destination[0], destination[1]) = (Between(AddDays(day, -6), day), Between(day, AddDays(day, 6)));
        }
        else if (!IsOfDays)
        {
            int months = Rows == HolidayRows.Month ? 1 : 3, month = day.Month - ((day.Month - 1) % months), end = month + months - 1;
            DateTime first = new(day.Year, month, 1), last = new(day.Year, end, DateTime.DaysInMonth(day.Year, end));
            (destination[0], destination[1]) = (Between(first, last), Between(first, last, isAtWork: true));
        }
        else if (calendar.NameOf(day) is { } name)
        {
            destination[0] = 1;
            for (int i = 0; i < Names.Count; i++)
                destination[Kinds + i] = Names[i] == name ? 1 : 0;
        }
        else
        {
            DateTime before = Beside(day, -1), after = Beside(day, 1);
            bool wasHoliday = calendar.Contains(before), willBe = calendar.Contains(after);
            (destination[1], destination[2]) = (willBe ? 1 : 0, wasHoliday ? 1 : 0);
            bool isBetween = !IsWeekend(day) && IsOff(AddDays(day, -1)) && IsOff(AddDays(day, 1));
            destination[3] = isBetween && (calendar.Contains(AddDays(day, -1)) || calendar.Contains(AddDays(day, 1)))
                ? 1
                : 0;
        }

        bool IsOff(DateTime other) => IsWeekend(other) || calendar.Contains(other);

        double Between(DateTime from, DateTime to, bool isAtWork = false)
        {
            int count = 0;
            for (DateTime each = from; each <= to; each = AddDays(each, 1))
            {
                count += calendar.Contains(each) && !(isAtWork && IsWeekend(each)) ? 1 : 0;
                if (each == DateTime.MaxValue.Date)
                    break;
            }

            return count;
        }
    }

    /// <summary>Writes for the days up to an origin, <see cref="Days"/> of them, whether each is a holiday: the newest first.</summary>
    public void WriteDays(DateTime origin, Span<double> destination)
    {
        HolidayCalendar calendar = Calendar;
        DateTime day = origin.Date;
        for (int back = 0; back < Days; back++, day = AddDays(day, -1))
            destination[back] = calendar.Contains(day) ? 1 : 0;
    }

    public bool Equals(HolidayFeatures? other) =>
        other is not null && (Country, Rows, Days) == (other.Country, other.Rows, other.Days) && Names.SequenceEqual(other.Names);

    public override int GetHashCode() => HashCode.Combine(Country, Rows, Names.Count, Days);

    private static HolidayRows? RowsOf(ReadOnlySpan<DateTime> dates)
    {
        RowCalendar calendar = RowCalendar.Of(dates);
        bool isShort = calendar.Spacing > TimeSpan.Zero && calendar.Spacing <= TimeSpan.FromDays(1);
        bool isDays = calendar.Kind is DateSpacing.Days or DateSpacing.BusinessDays or DateSpacing.WithinDay
            || (calendar.Kind is DateSpacing.Uneven or DateSpacing.Other && isShort);
        bool hasWeekends = false;
        foreach (DateTime date in isDays ? dates : [])
            hasWeekends |= IsWeekend(date);
        return calendar.Kind switch
        {
            _ when isDays => hasWeekends ? HolidayRows.Day : HolidayRows.WorkingDay,
            DateSpacing.Weeks => HolidayRows.Week,
            DateSpacing.Months => HolidayRows.Month,
            DateSpacing.Quarters => HolidayRows.Quarter,
            _ => null,
        };
    }

    /// <summary>The names of holidays that rows show on two days at least, the most frequent first.</summary>
    private static string[] NamesIn(HolidayCalendar calendar, ReadOnlySpan<DateTime> dates)
    {
        var times = new Dictionary<string, int>();
        DateTime newest = DateTime.MinValue;
        foreach (DateTime date in dates)
        {
            if (date.Date != newest && calendar.NameOf(date) is { Length: > 0 } name)
                times[name] = times.GetValueOrDefault(name) + 1;
            newest = date.Date;
        }

        return
        [
            .. times.Where(entry => entry.Value >= FewestTimes).OrderByDescending(entry => entry.Value)
                .ThenBy(entry => entry.Key, StringComparer.Ordinal).Take(MostNames).Select(entry => entry.Key),
        ];
    }

    /// <summary>The day beside another; where weekends have no rows, the nearest that may have one.</summary>
    private DateTime Beside(DateTime day, int by)
    {
        DateTime beside = AddDays(day, by);
        while (Rows == HolidayRows.WorkingDay && IsWeekend(beside) && AddDays(beside, by) != beside)
            beside = AddDays(beside, by);
        return beside;
    }

    private static bool IsWeekend(DateTime day) => day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;

    /// <summary>So many days on, but no further than dates go.</summary>
    private static DateTime AddDays(DateTime day, int days) =>
        days < 0 ? (day - DateTime.MinValue).TotalDays < -days ? DateTime.MinValue : day.AddDays(days)
        : (DateTime.MaxValue.Date - day).TotalDays < days ? DateTime.MaxValue.Date : day.AddDays(days);
}
