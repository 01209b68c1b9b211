using Unroll.Forecasting;

namespace Unroll.Exchange.OnnxFormat.Forecasts;

/// <summary>
/// The calendar by whole numbers, for vectors of days since 1970-01-01: years, months and days from a day and back, by the algorithms of
/// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" (2014), which count years from March.
/// </summary>
internal sealed class GraphDates(GraphMath math)
{
    public const long MillisecondsOfDay = 86_400_000;
    private const long DaysBefore1970 = 719_468, DaysOf400Years = 146_097;

    /// <summary>The days of moments in milliseconds.</summary>
    public string Days(string milliseconds) => math.FloorDivide(milliseconds, MillisecondsOfDay);

    /// <summary>The share of the day that has gone, as 64-bit numbers.</summary>
    public string TimeOfDay(string milliseconds) =>
        math.Divide(math.ToNumber(math.Modulo(milliseconds, MillisecondsOfDay)), math.Number(MillisecondsOfDay));

    /// <summary>0 for Sunday to 6.</summary>
    public string Weekday(string days) => math.Modulo(math.AddWhole(days, 4), 7);

    public (string Year, string Month, string Day) DateOf(string days)
    {
        string shifted = math.AddWhole(days, DaysBefore1970), era = Divide(shifted, DaysOf400Years);
        string ofEra = math.Subtract(shifted, Times(era, DaysOf400Years));
        string years = Divide(
            math.Subtract(math.Add(math.Subtract(ofEra, Divide(ofEra, 1460)), Divide(ofEra, 36_524)), Divide(ofEra, 146_096)), 365);
        string ofYear = math.Subtract(ofEra, math.Subtract(math.Add(Times(years, 365), Divide(years, 4)), Divide(years, 100)));
        string march = Divide(math.AddWhole(Times(ofYear, 5), 2), 153);
        string day = math.AddWhole(math.Subtract(ofYear, Divide(math.AddWhole(Times(march, 153), 2), 5)), 1);
        string isEarly = math.Function("Less", march, math.Whole(10));
        string month = math.Add(march, math.Where(isEarly, math.Whole(3), math.Whole(-9)));
        string year = math.Add(math.Add(years, Times(era, 400)), math.Where(isEarly, math.Whole(0), math.Whole(1)));
        return (year, month, day);
    }

    public string DaysOf(string year, string month, string day)
    {
        string isEarly = math.Function("Less", month, math.Whole(3));
        string counted = math.Subtract(year, math.ToWhole(isEarly)), era = Divide(counted, 400);
        string ofEra = math.Subtract(counted, Times(era, 400));
        string march = math.Add(month, math.Where(isEarly, math.Whole(9), math.Whole(-3)));
        string ofYear = math.AddWhole(math.Add(Divide(math.AddWhole(Times(march, 153), 2), 5), day), -1);
        string before = math.Add(math.Subtract(math.Add(Times(ofEra, 365), Divide(ofEra, 4)), Divide(ofEra, 100)), ofYear);
        return math.AddWhole(math.Add(Times(era, DaysOf400Years), before), -DaysBefore1970);
    }

    /// <summary>How many days the month of a year has.</summary>
    public string DaysOfMonth(string year, string month)
    {
        string isLast = math.Function("Equal", month, math.Whole(12));
        string nextYear = math.Add(year, math.ToWhole(isLast)), next = math.Where(isLast, math.Whole(1), math.AddWhole(month, 1));
        return math.Subtract(DaysOf(nextYear, next, math.Whole(1)), DaysOf(year, month, math.Whole(1)));
    }

    /// <summary>
    /// The numbers of <see cref="CalendarFeatures.Write"/> of moments [N], [N, Count].
    /// </summary>
    public string Calendar(CalendarFeatures calendar, string milliseconds)
    {
        string days = Days(milliseconds), weekday = Weekday(days);
        var parts = new List<string>();
        if (calendar.Weekday)
            parts.Add(OneOf(weekday, 7));
        if (calendar.TimeOfDay)
        {
            string kind = math.Gather(math.Wholes(calendar.Kinds == 2 ? [1, 0, 0, 0, 0, 0, 1] : [4, 0, 1, 1, 1, 2, 3]), weekday);
            string waves = math.Unsqueeze(Waves(TimeOfDay(milliseconds), CalendarFeatures.DayWaves), 1);
            string each = math.Multiply(math.Unsqueeze(OneOf(kind, calendar.Kinds), 2), waves);
            parts.Add(math.Reshape(each, -1, calendar.Kinds * 2 * CalendarFeatures.DayWaves));
        }

        if (calendar.Year || calendar.Months > 0)
        {
            (string year, string month, _) = DateOf(days);
            if (calendar.Year)
            {
                string ofYear = math.ToNumber(math.Subtract(days, DaysOf(year, math.Whole(1), math.Whole(1))));
                parts.Add(Waves(math.Divide(ofYear, math.Number(CalendarFeatures.DaysOfYear)), CalendarFeatures.YearWaves));
            }

            if (calendar.Months > 0)
                parts.Add(OneOf(Divide(math.AddWhole(month, -1), calendar.Months), 12 / calendar.Months));
        }

        return math.Concat(1, parts);
    }

    /// <summary>
    /// What a function says of the day of moments [N], [N, count]: looked up, because it cannot be written as a formula. NaN for days that
    /// are not in the table.
    /// </summary>
    public string Table(string milliseconds, DateTime from, DateTime to, int count, Action<DateTime, double[]> write)
    {
        int days = (to.Date - from.Date).Days + 1;
        var rows = new Dictionary<string, int>();
        var values = new List<double>();
        var places = new long[days + 1];
        var numbers = new double[count];
        for (int day = 0; day <= days; day++)
        {
            if (day == days)
                Array.Fill(numbers, double.NaN);
            else
                write(from.Date.AddDays(day), numbers);
            string key = string.Join(' ', Array.ConvertAll(numbers, BitConverter.DoubleToInt64Bits));
            if (!rows.TryGetValue(key, out int row))
            {
                rows.Add(key, row = rows.Count);
                values.AddRange(numbers);
            }

            places[day] = row;
        }

        string at = math.AddWhole(Days(milliseconds), -(from.Date - DateTime.UnixEpoch).Days);
        string isKnown = math.And(
            math.Function("GreaterOrEqual", at, math.Whole(0)), math.Function("Less", at, math.Whole(days)));
        return math.Gather(math.Numbers([.. values], rows.Count, count),
            math.Gather(math.Wholes(places), math.Where(isKnown, at, math.Whole(days))));
    }

    /// <summary>Quotients of numbers that are at least 0.</summary>
    private string Divide(string a, long b) => b == 1 ? a : math.Divide(a, math.Whole(b));

    private string Times(string a, long b) => math.Multiply(a, math.Whole(b));

    /// <summary>[N, count], 1 in the column of the number.</summary>
    private string OneOf(string numbers, int count) => math.ToNumber(math.Function(
        "Equal", math.Unsqueeze(numbers, 1), math.Wholes([.. Enumerable.Range(0, count).Select(each => (long)each)], 1, count)));

    /// <summary>[N, 2·count]: sine and cosine of 1 to <paramref name="count"/> times a turn.</summary>
    private string Waves(string turns, int count)
    {
        double[] turn = [.. Enumerable.Range(1, count).Select(k => 2 * Math.PI * k)];
        string angles = math.Multiply(math.Unsqueeze(turns, 1), math.Numbers(turn, 1, count));
        string sines = math.Unsqueeze(math.Function("Sin", angles), 2), cosines = math.Unsqueeze(math.Function("Cos", angles), 2);
        return math.Reshape(math.Concat(2, sines, cosines), -1, 2 * count);
    }
}
