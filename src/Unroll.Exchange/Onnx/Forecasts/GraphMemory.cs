using Unroll.Forecasting;

namespace Unroll.Exchange.OnnxFormat.Forecasts;

/// <summary>What the same days of years before were like, as <see cref="YearMemory"/> remembers it.</summary>
internal static class GraphMemory
{
    /// <param name="math">Where it is written.</param>
    /// <param name="dates">The moments of all rows, [R].</param>
    /// <param name="values">Their values, [R].</param>
    /// <param name="asked">The moments that are asked for, [N].</param>
    /// <returns>[N, 5], of rows within <see cref="YearMemory.MostDays"/> of the newest; 0 for those further ahead.</returns>
    public static string Of(GraphMath math, string dates, string values, string asked)
    {
        var calendar = new GraphDates(math);
        string days = calendar.Days(dates), first = math.Slice(days, 0, 1), newest = math.Slice(days, -1);
        string extent = math.Reshape(math.AddWhole(math.Subtract(newest, first), 1), 1);
        string anomalies = Anomalies(math, math.Subtract(days, first), extent, values);
        string wanted = calendar.Days(asked), count = math.Length(anomalies);

        string Recall(string other, string isThere)
        {
            string at = math.Subtract(other, first);
            string isKnown = math.And(isThere,
                math.And(math.Function("GreaterOrEqual", at, math.Whole(0)), math.Function("Less", at, count)));
            return math.Where(isKnown, math.Gather(anomalies, math.Where(isKnown, at, math.Whole(0))), math.NotANumber);
        }

        (string year, string month, string day) = calendar.DateOf(wanted);
        string weekday = calendar.Weekday(wanted);
        string isLast = math.Function("Greater", math.AddWhole(day, 7), calendar.DaysOfMonth(year, month));
        string place = math.Multiply(math.Divide(math.AddWhole(day, -1), math.Whole(7)), math.Whole(7));
        List<string> byDate = [], byPlace = [], asLast = [];
        for (int back = 1; back <= YearMemory.Years; back++)
        {
            string other = math.AddWhole(year, -back), length = calendar.DaysOfMonth(other, month);
            string start = calendar.DaysOf(other, month, math.Whole(1));
            byDate.Add(Recall(
                math.Add(start, math.AddWhole(day, -1)), math.Function("LessOrEqual", day, length)));
            string ahead = math.Add(math.Modulo(math.Subtract(weekday, calendar.Weekday(start)), 7), place);
            byPlace.Add(Recall(math.Add(start, ahead), math.Function("Less", ahead, length)));
            string end = math.AddWhole(math.Add(start, length), -1);
            asLast.Add(Recall(math.Subtract(end, math.Modulo(math.Subtract(calendar.Weekday(end), weekday), 7)), isLast));
        }

        string dated = Side(math, byDate), placed = Side(math, byPlace);
        string[] columns =
        [
            First(math, dated), Mean(math, dated),
            First(math, placed), Median(math, placed, YearMemory.Years),
            Median(math, Side(math, asLast), YearMemory.Years),
        ];
        string all = Side(math, columns);
        // Times of the day count too: few rows may be many days.
        string apart = math.Divide(math.ToNumber(math.Subtract(asked, math.Slice(dates, -1))), math.Number(GraphDates.MillisecondsOfDay));
        string isNear = math.Unsqueeze(math.Function("LessOrEqual", apart, math.Number(YearMemory.MostDays)), 1);
        return math.Where(isNear, all, math.Number(0));
    }

    /// <summary>How far each day is from the median of those around it; NaN for days without a row.</summary>
    private static string Anomalies(GraphMath math, string places, string extent, string values)
    {
        string empty = math.Function("Expand", math.NotANumber, extent), byDay = math.Function("ScatterElements", empty, places, values);
        long furthest = YearMemory.Neighbours.ToArray().Max();
        string beyond = math.Expand(math.NotANumber, furthest), padded = math.Concat(0, beyond, byDay, beyond), length = math.Length(byDay);
        List<string> near = [];
        foreach (int days in YearMemory.Neighbours)
            near.Add(math.Slice(padded, math.Whole(furthest + days), math.AddWhole(length, furthest + days)));
        string all = Side(math, near);
        string hasAny = math.Function("Greater", Known(math, all), math.Whole(0));
        return math.Where(hasAny, math.Subtract(byDay, Median(math, all, near.Count)), math.Multiply(byDay, math.Number(0)));
    }

    private static string Side(GraphMath math, IReadOnlyList<string> columns) =>
        math.Concat(1, [.. columns.Select(column => math.Unsqueeze(column, 1))]);

    /// <summary>How many are known in each row of [N, K].</summary>
    private static string Known(GraphMath math, string rows) => math.Sum(math.ToWhole(math.Not(math.Function("IsNaN", rows))), 1);

    /// <summary>The first that is known in each row; 0 where none is.</summary>
    private static string First(GraphMath math, string rows)
    {
        // The first row of the greatest: 1 where known.
        string isKnown = math.Not(math.Function("IsNaN", rows));
        string at = math.Graph.Node("ArgMax", [math.ToFloat(isKnown)], ("axis", 1L), ("keepdims", 1L));
        return Any(math, rows, math.Function("Squeeze", math.Graph.Node("GatherElements", [rows, at], ("axis", 1L)), math.Wholes(1)));
    }

    private static string Mean(GraphMath math, string rows)
    {
        string plain = math.Where(math.Function("IsNaN", rows), math.Number(0), rows);
        return Any(math, rows, math.Divide(math.Sum(plain, 1), math.ToNumber(Known(math, rows))));
    }

    private static string Median(GraphMath math, string rows, int columns)
    {
        string count = Known(math, rows), most = math.Number(double.MaxValue);
        string[] sorted = [math.Graph.NewName("sorted"), math.Graph.NewName("places")];
        math.Graph.Node(
            "TopK", [math.Where(math.Function("IsNaN", rows), most, rows), math.Wholes(columns)], sorted, ("axis", 1L), ("largest", 0L));
        string At(string place) => math.Function(
            "Squeeze", math.Graph.Node("GatherElements", [sorted[0], math.Unsqueeze(place, 1)], ("axis", 1L)), math.Wholes(1));
        string lower = math.Larger(math.Divide(math.AddWhole(count, -1), math.Whole(2)), math.Whole(0));
        string upper = math.Smaller(math.Divide(count, math.Whole(2)), math.Whole(columns - 1));
        return Any(math, rows, math.Multiply(math.Add(At(lower), At(upper)), 0.5));
    }

    private static string Any(GraphMath math, string rows, string value) =>
        math.Where(math.Function("Greater", Known(math, rows), math.Whole(0)), value, math.Number(0));
}
