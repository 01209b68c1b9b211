using System.Globalization;

namespace Unroll.Forecasting;

/// <summary>
/// How often rows come, learnt from their dates: what it is called, how many rows are missing between two dates, and which dates follow.
/// </summary>
internal sealed class RowCalendar
{
    private const string NoFrequency = "unknown", NotEven = "not evenly spaced";
    private const string RunningNumber = "a running number", UnevenNumbers = "a running number, not evenly spaced, no calendar",
        NumbersWord = "numbers";

    /// <summary>Spans of fewer days do not tell daily rows from those of business days.</summary>
    private const int DaysToKnowTheWeek = 14;

    /// <summary>How many days a month may seem shorter or longer where rows lie on days of the week.</summary>
    private const int DaysOff = 4;

    private readonly RowRule _rule;
    private readonly string _table;
    private readonly DateTime? _last;
    private readonly bool _knowsTheWeek;
    private readonly bool _isEven;

    private RowCalendar(
        string name, DateSpacing kind, RowRule rule, IReadOnlyList<int> seasonalPeriods, ReadOnlySpan<DateTime> dates, string table)
    {
        (Name, Kind, _rule, SeasonalPeriods, _table) = (name, kind, rule, seasonalPeriods, table);
        _isEven = kind != DateSpacing.Uneven && name != UnevenNumbers;
        _last = dates.IsEmpty ? null : dates[^1];
        _knowsTheWeek = !dates.IsEmpty && (dates[^1] - dates[0]).TotalDays >= DaysToKnowTheWeek;
    }

    /// <summary>
    /// In words: "daily", "business days (Mon to Fri)", "every 00:30:00, 09:30 to 15:30 (Mon to Fri)", "not evenly spaced",
    /// "a running number, no calendar".
    /// </summary>
    public string Name { get; }

    public DateSpacing Kind { get; }

    /// <summary>The seasons of this calendar in rows, the shortest first.</summary>
    public IReadOnlyList<int> SeasonalPeriods { get; }

    /// <summary>The usual time from one row to the next: the median where rows are not evenly spaced.</summary>
    public TimeSpan Spacing => _rule.Spacing;

    public bool IsEven => _isEven;

    /// <summary><see cref="Spacing"/> as messages write it.</summary>
    public string SpacingText => Kind == DateSpacing.Numbers ? RowNumbers.Text(Spacing) : Text(Spacing);

    /// <summary>The calendar in a word that can be kept with a model; <see cref="SameAs(string)"/> compares it.</summary>
    public string Word => Kind switch
    {
        _ when Name == NoFrequency => NoFrequency,
        DateSpacing.Days => "days",
        DateSpacing.BusinessDays => "business days",
        DateSpacing.Weeks => "weeks",
        DateSpacing.HalfMonths => "half months",
        DateSpacing.Months => "months",
        DateSpacing.Quarters => "quarters",
        DateSpacing.Years => "years",
        DateSpacing.Uneven => $"uneven {Text(Spacing)}",
        DateSpacing.Numbers => NumbersWord,
        _ => Text(Spacing),
    };

    /// <summary>Learns the calendar of some rows.</summary>
    /// <param name="dates">Strictly increasing.</param>
    /// <param name="table">What messages call the rows.</param>
    /// <param name="isNumbered">Whether the dates stand for running numbers, which have no calendar.</param>
    public static RowCalendar Of(ReadOnlySpan<DateTime> dates, string table = "The table", bool isNumbered = false)
    {
        if (isNumbered)
            return OfNumbers(dates, table);
        if (dates.Length < 3)
            return new RowCalendar(NoFrequency, DateSpacing.Other, new NoRule(), [], dates, table);
        RowSteps steps = new(dates);
        (string name, DateSpacing kind, RowRule rule, int[] seasons) = Learn(dates, steps);
        if (!IsMostly(rule, dates) || (rule is EveryRule && !steps.IsMostlyCommon))
        {
            rule = new EveryRule(steps.Median);
            (name, kind, seasons) = IsMostly(rule, dates)
                ? ($"about every {Text(steps.Median)}", KindOf(steps.Median), Within(steps.Median))
                : (NotEven, DateSpacing.Uneven, Array.Empty<int>());
        }

        return new RowCalendar(name, kind, rule, seasons, dates, table);
    }

    private static RowCalendar OfNumbers(ReadOnlySpan<DateTime> dates, string table)
    {
        if (dates.Length < 2)
            return new RowCalendar($"{RunningNumber}, no calendar", DateSpacing.Numbers, new EveryRule(RowNumbers.One), [], dates, table);
        RowSteps steps = new(dates);
        var rule = new EveryRule(steps.Common);
        if (!steps.IsMostlyCommon || !IsMostly(rule, dates))
            return new RowCalendar(UnevenNumbers, DateSpacing.Numbers, new EveryRule(steps.Median), [], dates, table);
        string every = steps.Common == RowNumbers.One ? "" : $" in steps of {RowNumbers.Text(steps.Common)}";
        return new RowCalendar($"{RunningNumber}{every}, no calendar", DateSpacing.Numbers, rule, [], dates, table);
    }

    /// <summary>How many rows are to be expected between two dates and are not there; 0 where rows are not evenly spaced.</summary>
    public long MissingBetween(DateTime after, DateTime before) => IsEven ? _rule.MissingBetween(after, before) : 0;

    /// <summary>The date of the row that follows a row of this date.</summary>
    /// <exception cref="UnrollException">It would lie beyond the last date there is, 9999-12-31.</exception>
    public DateTime Next(DateTime date)
    {
        try
        {
            return _rule.Next(date);
        }
        catch (ArgumentOutOfRangeException e)
        {
            string row = Kind == DateSpacing.Numbers ? RowNumbers.Text(date) : date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            string what = Kind == DateSpacing.Numbers ? "number" : "date";
            throw new UnrollException($"{_table}: no {what} follows the row of {row}. Correct its {what}, or remove the row.", e);
        }
    }

    /// <summary>The dates that follow the last row.</summary>
    /// <exception cref="UnrollException">One would lie beyond the last date there is.</exception>
    public DateTime[] NextDates(int count)
    {
        var dates = new DateTime[count];
        DateTime last = _last ?? throw new InvalidOperationException($"{_table} has no rows, so no date follows.");
        for (int i = 0; i < count; i++)
            dates[i] = last = Next(last);
        return dates;
    }

    /// <summary>Whether rows come as often here as there, as far as both can be known.</summary>
    public bool SameAs(RowCalendar other) => SameAs(other.Word) || (!other._knowsTheWeek && AreDays(Word, other.Word));

    /// <summary>Whether rows come as often as in a calendar of this <see cref="Word"/>; one that is not known differs from none.</summary>
    public bool SameAs(string word)
    {
        if (word == Word)
            return true;
        if (word == NumbersWord || Word == NumbersWord)
            return false;
        if (word == NoFrequency || Word == NoFrequency)
            return true;
        if (!_knowsTheWeek && AreDays(word, Word))
            return true;
        if (Usual(word) is not { } there || Usual(Word) is not { } here)
            return false;
        // Rows that are not evenly spaced are alike where they come about as often, other spacings where they are about the same.
        return IsUneven(word) || !IsEven
            ? there / here is > 0.5 and < 2
            : char.IsAsciiDigit(word[0]) && char.IsAsciiDigit(Word[0]) && there / here is > 0.9 and < 1.1;
    }

    /// <summary>What to say where a model learnt from another calendar than this; null where they are the same.</summary>
    /// <param name="learntFrom">The word of the calendar that the model learnt from.</param>
    public string? Mismatch(string learntFrom) => SameAs(learntFrom)
        ? null
        : $"The model learnt from {Rows(learntFrom)}, but {_table} has {Phrase(Word)}. "
            + $"Use rows as the model learnt from, or train a model on {_table}.";

    private static bool AreDays(string word, string other) => word is "days" or "business days" && other is "days" or "business days";

    private static bool IsUneven(string word) => word.StartsWith("uneven ", StringComparison.Ordinal);

    private static string Rows(string word) => word switch
    {
        "half months" or NumbersWord => Phrase(word),
        _ when IsUneven(word) => Phrase(word),
        _ => char.IsAsciiLetter(word[0]) ? word : $"rows every {word}",
    };

    private static string Phrase(string word) => word switch
    {
        "days" => "one row a day",
        "business days" => "one row each business day",
        "half months" => "two rows a month",
        "weeks" or "months" or "quarters" or "years" => $"one row a {word[..^1]}",
        NumbersWord => "rows that are numbered",
        _ when IsUneven(word) => "rows that are not evenly spaced",
        _ => $"one row every {word}",
    };

    private static TimeSpan? Usual(string word)
    {
        string text = word.Replace("uneven ", "", StringComparison.Ordinal);
        double? days = text switch
        {
            "days" or "business days" => 1,
            "weeks" => 7,
            "half months" => 365.2425 / 24,
            "months" => 365.2425 / 12,
            "quarters" => 365.2425 / 4,
            "years" => 365.2425,
            _ => double.TryParse(text.Replace(" days", "", StringComparison.Ordinal), CultureInfo.InvariantCulture, out double number)
                ? number : null,
        };
        if (days is { } known)
            return TimeSpan.FromDays(known);
        return TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out TimeSpan span) ? span : null;
    }

    private static bool IsMostly(RowRule rule, ReadOnlySpan<DateTime> dates)
    {
        int follow = 0;
        for (int row = 1; row < dates.Length; row++)
            follow += rule.IsNext(dates[row - 1], dates[row]) ? 1 : 0;
        return 2 * follow >= dates.Length - 1;
    }

    private static (string Name, DateSpacing Kind, RowRule Rule, int[] SeasonalPeriods) Learn(ReadOnlySpan<DateTime> dates, RowSteps steps)
    {
        if (MonthDaysRule.Find(dates, steps) is { } days)
        {
            return days.Count == 2
                ? ($"twice a month ({days.Words})", DateSpacing.HalfMonths, days, [24])
                : ($"three times a month ({days.Words})", DateSpacing.Other, days, [36]);
        }

        double common = steps.Common.TotalDays;
        if (common == 1)
            return Days(WeekdayRule.Of(dates, DaysToKnowTheWeek), "business days");
        if (common is > 1 and < 7 && WeekdayRule.OfPattern(dates, DaysToKnowTheWeek) is { } weekdays)
            return Days(weekdays, "days of the week");
        if (common == 7)
            return ("weekly", DateSpacing.Weeks, new WeekRule(dates), [52]);
        // Last weekdays of months may lie 32 days apart more often than any other number, and third Fridays five weeks.
        if ((InMonths(dates, steps, common, off: 0)
            ?? (steps.AreAllCommon ? null : InMonths(dates, steps, steps.Median.TotalDays, DaysOff))) is { } months)
            return months;
        if (common < 1 && SessionRule.Find(dates, steps.Common, DaysToKnowTheWeek) is { } session)
            return ($"every {Text(steps.Common)}{session.Words}", DateSpacing.WithinDay, session, session.SeasonalPeriods());
        return ($"every {Text(steps.Common)}", KindOf(steps.Common), new EveryRule(steps.Common),
            common == 28 ? [13] : Within(steps.Common));

        static (string, DateSpacing, RowRule, int[]) Days(WeekdayRule rule, string what) => rule.IsEveryDay
            ? ("daily", DateSpacing.Days, rule, [7, 365])
            : ($"{what} ({rule.Words})", DateSpacing.BusinessDays, rule, rule.Count > 1 ? [rule.Count] : []);
    }

    /// <summary>A row every so many months; null where so many days, or some more or less, are no months.</summary>
    /// <param name="dates">Of all rows.</param>
    /// <param name="steps">Between them.</param>
    /// <param name="days">From one row to the next.</param>
    /// <param name="off">How many days more or less they may be; where that is any, the rows must lie on one day or weekday of months.
    /// </param>
    private static (string Name, DateSpacing Kind, RowRule Rule, int[] SeasonalPeriods)? InMonths(
        ReadOnlySpan<DateTime> dates, RowSteps steps, double days, int off)
    {
        (string Name, DateSpacing Kind, int Months)? found = days switch
        {
            _ when Are(28, 31) => ("monthly", DateSpacing.Months, 1),
            _ when Are(59, 62) => ("every 2 months", DateSpacing.Other, 2),
            _ when Are(89, 92) => ("quarterly", DateSpacing.Quarters, 3),
            _ when Are(120, 123) => ("every 4 months", DateSpacing.Other, 4),
            _ when Are(181, 184) => ("every 6 months", DateSpacing.Other, 6),
            _ when Are(365, 366) => ("yearly", DateSpacing.Years, 12),
            _ => null,
        };
        return found is var (name, kind, months)
            && MonthRule.Find(dates, months, steps, isUsual: kind != DateSpacing.Other, mustFit: off > 0) is { } rule
            ? (name, kind, rule, months < 12 ? [12 / months] : [])
            : null;

        bool Are(int least, int most) => days >= least - off && days <= most + off;
    }

    /// <summary>An hour, a day and a week of rows that come more often than that.</summary>
    private static int[] Within(TimeSpan step)
    {
        if (step >= TimeSpan.FromDays(1))
            return [];
        TimeSpan[] seasons = [TimeSpan.FromHours(1), TimeSpan.FromDays(1), TimeSpan.FromDays(7)];
        IEnumerable<long> rows = seasons.Where(season => season.Ticks % step.Ticks == 0).Select(season => season.Ticks / step.Ticks);
        return [.. rows.Where(count => count is >= 2 and <= 1 << 20).Select(count => (int)count)];
    }

    private static DateSpacing KindOf(TimeSpan step) => step < TimeSpan.FromDays(1) ? DateSpacing.WithinDay : DateSpacing.Other;

    /// <summary>A spacing as messages write it.</summary>
    public static string Text(TimeSpan span) => span < TimeSpan.FromDays(1)
        ? span.ToString("c", CultureInfo.InvariantCulture)
        : FormattableString.Invariant($"{span.TotalDays:0.##} days");
}
