namespace Unroll.Forecasting;

/// <summary>
/// What a day was like in years before: how far its value lay from the usual one, the median of the same weekday up to three weeks
/// before and after. Days are matched by date (25 December), by their place in the month (the fourth Thursday of November) and, at the
/// end of a month, as its last such weekday. So public holidays are learnt from the data, without a list of them.
/// </summary>
/// <remarks>Looks at days at least 330 days back only, so that it is known for every row less than 300 days ahead.</remarks>
internal sealed class YearMemory
{
    /// <summary>How many numbers a date gives.</summary>
    public const int Count = 5;

    /// <summary>Rows further ahead than this could see values that are not known yet.</summary>
    public const int MostDays = 300;

    public const int Years = 5;
    private static readonly int[] s_neighbours = [-21, -14, -7, 7, 14, 21];

    /// <summary>The days around a day that it is compared with.</summary>
    public static ReadOnlySpan<int> Neighbours => s_neighbours;
    private readonly Dictionary<DateTime, int> _rows = [];
    private readonly double[] _anomalies;

    /// <param name="dates">A row a day; days may be missing.</param>
    /// <param name="values">As many values.</param>
    public YearMemory(ReadOnlySpan<DateTime> dates, ReadOnlySpan<double> values)
    {
        for (int row = 0; row < dates.Length; row++)
            _rows[dates[row].Date] = row;
        _anomalies = new double[values.Length];
        Span<double> near = stackalloc double[s_neighbours.Length];
        for (int row = 0; row < values.Length; row++)
        {
            int count = 0;
            foreach (int days in s_neighbours)
            {
                if (_rows.TryGetValue(dates[row].Date.AddDays(days), out int other))
                    near[count++] = values[other];
            }

            _anomalies[row] = count > 0 ? values[row] - Median(near[..count]) : 0;
        }
    }

    /// <summary>Whether a table of these dates has days to remember: a row for every day of the week, and two years of them.</summary>
    public static bool Fits(ReadOnlySpan<DateTime> dates) =>
        dates.Length > 2 * 366 && RowCalendar.Of(dates).Kind == DateSpacing.Days;

    /// <summary>
    /// Writes five numbers in the units of the values, 0 where nothing is remembered: by date, the year before and the mean of up to five
    /// years; by place in the month, the year before and the median; as last weekday of the month, the median.
    /// </summary>
    public void Write(DateTime date, Span<double> destination)
    {
        destination.Clear();
        Span<double> byDate = stackalloc double[Years], byPlace = stackalloc double[Years], asLast = stackalloc double[Years];
        int dates = 0, places = 0, lasts = 0;
        bool isLast = date.Day + 7 > DateTime.DaysInMonth(date.Year, date.Month);
        for (int back = 1; back <= Years; back++)
        {
            int year = date.Year - back;
            if (year < 1)
                break;
            if (date.Day <= DateTime.DaysInMonth(year, date.Month) && AnomalyOf(new DateTime(year, date.Month, date.Day)) is { } same)
                byDate[dates++] = same;
            var first = new DateTime(year, date.Month, 1);
            DateTime place = first.AddDays((((int)date.DayOfWeek - (int)first.DayOfWeek + 7) % 7) + (7 * ((date.Day - 1) / 7)));
            if (place.Month == date.Month && AnomalyOf(place) is { } alike)
                byPlace[places++] = alike;
            DateTime end = first.AddMonths(1).AddDays(-1);
            if (isLast && AnomalyOf(end.AddDays(-(((int)end.DayOfWeek - (int)date.DayOfWeek + 7) % 7))) is { } last)
                asLast[lasts++] = last;
        }

        if (dates > 0)
            (destination[0], destination[1]) = (byDate[0], Mean(byDate[..dates]));
        if (places > 0)
            (destination[2], destination[3]) = (byPlace[0], Median(byPlace[..places]));
        if (lasts > 0)
            destination[4] = Median(asLast[..lasts]);
    }

    private double? AnomalyOf(DateTime date) => _rows.TryGetValue(date, out int row) && row < _anomalies.Length ? _anomalies[row] : null;

    private static double Mean(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values)
            sum += value;
        return sum / values.Length;
    }

    private static double Median(Span<double> values)
    {
        values.Sort();
        int middle = values.Length / 2;
        return values.Length % 2 == 1 ? values[middle] : 0.5 * (values[middle - 1] + values[middle]);
    }
}
