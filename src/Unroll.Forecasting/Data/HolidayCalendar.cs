using System.Collections.Concurrent;
using System.Globalization;
using PublicHoliday;

namespace Unroll.Forecasting;

/// <summary>
/// The public holidays of a country or a part of it, as they follow from laws: by the package PublicHoliday, not from any data. Where a
/// country keeps a holiday on another day than its own, as the United States do at weekends, both count.
/// </summary>
internal sealed class HolidayCalendar
{
    private const string Kept = " (kept)";
    private static readonly ConcurrentDictionary<string, HolidayCalendar> s_calendars = [];

    /// <summary>The package keeps what it computed in places that all its calendars share.</summary>
    private static readonly Lock s_lock = new();
    private static readonly Dictionary<DateTime, string> s_none = [];
    private readonly ConcurrentDictionary<int, Dictionary<DateTime, string>> _years = [];
    private readonly IPublicHolidays _rules;

    /// <summary>The rules of the whole country; null where these are those of it.</summary>
    private readonly IPublicHolidays? _whole;

    private HolidayCalendar(string code) =>
        (_rules, _whole) = (HolidayCountries.RulesOf(code), code.Length > 2 ? HolidayCountries.RulesOf(code[..2]) : null);

    /// <param name="code">Of ISO 3166, as "DE" or "DE-BY"; letter case does not count.</param>
    /// <exception cref="UnrollException">There is no such code, or its holidays are not known.</exception>
    public static HolidayCalendar Of(string code) => s_calendars.TryGetValue(code, out HolidayCalendar? known)
        ? known
        : s_calendars.GetOrAdd(HolidayCountries.CodeOf(code), own => new HolidayCalendar(own));

    /// <summary>The name of the holiday that a day is; null where it is none.</summary>
    public string? NameOf(DateTime day) => _years.GetOrAdd(day.Year, Year).GetValueOrDefault(day.Date);

    public bool Contains(DateTime day) => NameOf(day) is not null;

    /// <summary>The holidays of a year, those that belong to the year after or before but are kept in this one among them.</summary>
    public IReadOnlyDictionary<DateTime, string> In(int year) => _years.GetOrAdd(year, Year);

    private Dictionary<DateTime, string> Year(int year)
    {
        var days = new Dictionary<DateTime, string>();
        for (int each = Math.Max(1, year - 1); each <= Math.Min(9999, year + 1); each++)
        {
            foreach ((DateTime day, string name) in Compute(each))
            {
                // A day's own name counts more than that of one that is kept on it.
                bool isFree = !days.TryGetValue(day, out string? other) || other.EndsWith(Kept, StringComparison.Ordinal);
                if (day.Year == year && isFree)
                    days[day] = name;
            }
        }

        return days.Count == 0 ? s_none : days;
    }

    /// <summary>What the package computes for a year, whatever the language of the thread.</summary>
    private (DateTime Day, string Name)[] Compute(int year)
    {
        (CultureInfo numbers, CultureInfo language) = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        lock (s_lock)
        {
            try
            {
                (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (CultureInfo.InvariantCulture, CultureInfo.InvariantCulture);
                return _rules is USAPublicHoliday states ? [.. Both(states, year)] : NamedDays(year);
            }
            finally
            {
                (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (numbers, language);
            }
        }
    }

    /// <summary>
    /// The names of these holidays are translated, which needs cultures that a program may have left out; their keys are not.
    /// </summary>
    private static IEnumerable<(DateTime Day, string Name)> Both(USAPublicHoliday states, int year)
    {
        foreach (Holiday holiday in states.PublicHolidaysInformation(year))
        {
            yield return (holiday.HolidayDate.Date, holiday.IdTextLocalization);
            if (holiday.ObservedDate.Date != holiday.HolidayDate.Date)
                yield return (holiday.ObservedDate.Date, holiday.IdTextLocalization + Kept);
        }
    }

    /// <summary>
    /// Where two holidays lie on one day, the package may name neither: then those of the whole country count, or days without names.
    /// </summary>
    private (DateTime Day, string Name)[] NamedDays(int year)
    {
        if ((NamesOf(_rules, year) ?? (_whole is null ? null : NamesOf(_whole, year))) is { } named)
            return named;
        var first = new DateTime(year, 1, 1);
        IEnumerable<DateTime> days = Enumerable.Range(0, DateTime.IsLeapYear(year) ? 366 : 365).Select(day => first.AddDays(day));
        return [.. days.Where(_rules.IsPublicHoliday).Select(day => (day, ""))];
    }

    private static (DateTime Day, string Name)[]? NamesOf(IPublicHolidays rules, int year)
    {
        try
        {
            return [.. rules.PublicHolidayNames(year).Select(holiday => (holiday.Key.Date, holiday.Value))];
        }
        catch (ArgumentOutOfRangeException)
        {
            // Of calendars that follow the moon the package knows some years only.
            return [];
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
