using System.Text.Json.Serialization;

namespace Unroll.Forecasting;

/// <summary>
/// Numbers that follow from a date alone, those that fit how often rows come: days of the week for days, times of the day for shorter
/// spacings, months for months, and the place in the year as sines and cosines (Hyndman and Athanasopoulos, fpp3, section 7.4).
/// </summary>
/// <param name="Weekday">A number for each day of the week, 1 on that day.</param>
/// <param name="TimeOfDay">Waves of a day, others for each kind of day.</param>
/// <param name="Year">Waves of a year.</param>
/// <param name="Months">1 or 3: a number for each month or quarter; 0 for none.</param>
/// <param name="Kinds">Kinds of day: 2 for days of the week and weekends, 5 for Monday, Tuesday to Thursday, Friday,
/// Saturday and Sunday.</param>
internal sealed record CalendarFeatures(bool Weekday, bool TimeOfDay, bool Year, int Months, int Kinds = 2)
{
    internal const int YearWaves = 3, DayWaves = 4;
    internal const double DaysOfYear = 365.2425;

    /// <summary>How many numbers a date gives.</summary>
    [JsonIgnore]
    public int Count => (Weekday ? 7 : 0) + (TimeOfDay ? 2 * Kinds * DayWaves : 0) + (Year ? 2 * YearWaves : 0)
        + (Months > 0 ? 12 / Months : 0);

    /// <summary>Those for the calendar of these dates; seasons of a year need two years to be told from a trend.</summary>
    public static CalendarFeatures For(ReadOnlySpan<DateTime> dates)
    {
        if (dates.Length < 3)
            return new CalendarFeatures(false, false, false, 0);
        RowCalendar calendar = RowCalendar.Of(dates);
        double days = (dates[^1] - dates[0]).TotalDays;
        bool year = days >= 2 * DaysOfYear;
        return calendar.Kind switch
        {
            DateSpacing.WithinDay => new CalendarFeatures(days >= 21, days >= 3, year, 0, days >= 28 ? 5 : 2),
            DateSpacing.Days or DateSpacing.BusinessDays => new CalendarFeatures(days >= 28, false, year, 0),
            DateSpacing.Weeks or DateSpacing.HalfMonths => new CalendarFeatures(false, false, year, 0),
            DateSpacing.Months => new CalendarFeatures(false, false, false, days >= 2 * DaysOfYear ? 1 : 0),
            DateSpacing.Quarters => new CalendarFeatures(false, false, false, days >= 2 * DaysOfYear ? 3 : 0),
            _ => new CalendarFeatures(false, false, false, 0),
        };
    }

    /// <summary>Writes the numbers of a date over <paramref name="destination"/>, <see cref="Count"/> of them.</summary>
    public void Write(DateTime date, Span<double> destination)
    {
        destination.Clear();
        if (Weekday)
            destination[(int)date.DayOfWeek] = 1;
        int at = Weekday ? 7 : 0;
        if (TimeOfDay)
        {
            Waves(date.TimeOfDay.TotalDays, DayWaves, destination.Slice(at + (KindOf(date.DayOfWeek) * 2 * DayWaves), 2 * DayWaves));
            at += 2 * Kinds * DayWaves;
        }

        if (Year)
        {
            Waves((date.DayOfYear - 1) / DaysOfYear, YearWaves, destination.Slice(at, 2 * YearWaves));
            at += 2 * YearWaves;
        }

        if (Months > 0)
            destination[at + ((date.Month - 1) / Months)] = 1;
    }

    /// <summary>Days off have a course of their own, and so have the days after and before them.</summary>
    private int KindOf(DayOfWeek day) => Kinds == 2 ? day is DayOfWeek.Saturday or DayOfWeek.Sunday ? 1 : 0 : day switch
    {
        DayOfWeek.Monday => 0,
        DayOfWeek.Friday => 2,
        DayOfWeek.Saturday => 3,
        DayOfWeek.Sunday => 4,
        _ => 1,
    };

    private static void Waves(double turn, int count, Span<double> destination)
    {
        for (int k = 1; k <= count; k++)
            (destination[(2 * k) - 2], destination[(2 * k) - 1]) = Math.SinCos(2 * Math.PI * k * turn);
    }
}
