using Unroll.Forecasting;

namespace Unroll.Exchange.OnnxFormat.Forecasts;

/// <summary>
/// The inputs that <see cref="InputFrame"/> makes of one target's rows, as a graph. Places are counted from the newest row, which is 0; all
/// but the volatility read a fixed number of rows before it, and rows that are not there are NaN, which shows in the forecast.
/// </summary>
internal sealed class GraphFrame
{
    private readonly GraphMath _math;
    private readonly GraphSeries _series;
    private readonly int _before, _needed;
    private readonly string? _place, _placeIsKnown, _volatility, _remembered, _daysOff;
    private readonly string? _given, _calendar, _holidays;

    /// <param name="math">Where it is written: the outermost graph.</param>
    /// <param name="series">The rows.</param>
    /// <param name="plan">What is looked at.</param>
    /// <param name="horizon">How many rows ahead are forecast.</param>
    public GraphFrame(GraphMath math, GraphSeries series, InputPlan plan, int horizon)
    {
        (_math, _series, Plan) = (math, series, plan);
        _before = Math.Max(plan.Window, plan.Lags);
        _needed = Math.Max(Math.Max(_before, plan.Season),
            plan.Seasons.Select(season => (SeasonNumbers.MostTimes * season) + _before + plan.Around).DefaultIfEmpty(0).Max()) + 1;
        if (plan.Indices is { } indices)
            (_place, _placeIsKnown) = series.PlaceFrom(indices.First);
        string values = Transform(math, Plain(math, series.Column(plan.Target), null));
        _volatility = plan.InUnitsOfVolatility ? VolatilityOf(math, values) : null;
        string all = math.Concat(0, series.Dates, series.Ahead);
        string dates = math.Slice(math.Concat(0, math.Expand(math.Whole(0), _before), all), -(_before + horizon));
        _calendar = plan.Calendar is { } calendar ? new GraphDates(math).Calendar(calendar, dates) : null;
        if (plan.Holidays is { } holidays)
        {
            // As far as rows to come are likely to be asked for; beyond it the forecast is NaN.
            DateTime from = new(Math.Max(1900, series.First.Year - 1), 1, 1), to = new(Math.Min(9998, series.First.Year + 100), 12, 31);
            _holidays = new GraphDates(math).Table(dates, from, to, holidays.Count, (day, numbers) => holidays.Write(day, numbers));
            _daysOff = holidays.Days == 0 ? null
                : new GraphDates(math).Table(dates, from, to, holidays.Days, (day, numbers) => holidays.WriteDays(day, numbers));
        }

        _given = plan.Known.Count == 0 ? null : math.Concat(1, [.. plan.Known.Select(column => math.Unsqueeze(Known(column, horizon), 1))]);
        _remembered = plan.Memory ? GraphMemory.Of(math, series.Dates, values, dates) : null;
        Start = new State(
            Pad(values),
            [.. plan.Alike.Select(name => Pad(Transform(math, Plain(math, series.Fill(name), null))))],
            [.. plan.Past.Select(column => Pad(Scale(math, column, series.Fill(column.Name))))],
            [.. plan.Past.Select(column => math.Slice(series.Fill(column.Name), -1))]);
    }

    /// <summary>What changes where predictions are added to the rows: all in one target's own scale.</summary>
    /// <param name="Values">The target, transformed.</param>
    /// <param name="Alike">Columns like it, transformed.</param>
    /// <param name="Past">Past columns, scaled.</param>
    /// <param name="Newest">The newest values of these, in their own units.</param>
    public sealed record State(string Values, string[] Alike, string[] Past, string[] Newest)
    {
        public string[] All => [Values, .. Alike, .. Past, .. Newest];

        public State With(string[] all) => new(
            all[0],
            all[1..(1 + Alike.Length)],
            all[(1 + Alike.Length)..(1 + Alike.Length + Past.Length)],
            all[(1 + Alike.Length + Past.Length)..]);
    }

    public InputPlan Plan { get; }

    /// <summary>The rows that are known.</summary>
    public State Start { get; }

    /// <summary>Whether the season of the first row is known; null where there is none.</summary>
    public string? IsSound => _placeIsKnown;

    /// <summary>The inputs of least squares for each of the plan's steps, [steps, N].</summary>
    /// <param name="math">Where it is written.</param>
    /// <param name="state">The rows.</param>
    /// <param name="moved">How many predictions were added to the rows; null for none.</param>
    public string Linear(GraphMath math, State state, string? moved)
    {
        int steps = Plan.Steps, lags = Math.Min(AlikeColumns.MostLags, Plan.Lags);
        string level = Level(math, state), unit = Unit(math, level);
        List<string> first = [Same(Apart(state.Values, Plan.Lags))];
        first.AddRange(state.Alike.Select(column => Same(Apart(column, lags))));
        first.AddRange(state.Past.Select(column => Same(Newest(column, PastColumns.Lags))));
        first.AddRange(KnownNumbers(math, 1, steps, moved));
        if (_remembered is not null)
            first.Add(math.Divide(Rows(math, _remembered, 1, steps, moved), unit));
        if (Plan.Seasons.Count > 0)
            first.Add(Seasons(math, state, 1, steps, level, unit));
        if (_remembered is not null)
        {
            int count = Math.Min(MemoryNumbers.MostLags, Plan.Lags);
            string newest = math.Gather(Rows(math, _remembered, 1 - count, 0, moved),
                math.Wholes([.. Enumerable.Range(0, count).Select(k => (long)(count - 1 - k))]));
            first.Add(Same(math.Reshape(math.Divide(math.Gather(newest, math.Wholes(1, 3), 1), unit), 2 * count)));
        }

        if (Plan.Seasons.Count > 0 && Plan.Around > 0)
            first.Add(SeasonValues(math, state, level, unit));
        if (_daysOff is not null)
            first.Add(Same(math.Reshape(Rows(math, _daysOff, 0, 0, moved), Plan.Holidays!.Days)));
        return math.Concat(1, first);

        string Newest(string values, int count) => math.Gather(values, math.Wholes([.. Enumerable.Range(0, count).Select(k => -1L - k)]));
        string Apart(string values, int count) => math.Divide(math.Subtract(Newest(values, count), level), unit);
        string Same(string numbers) => math.Expand(math.Unsqueeze(numbers, 0), steps, 1);
    }

    /// <summary>
    /// What networks see, [rows, channels], as 32-bit numbers: the window, and where <paramref name="steps"/> is above 0 the rows to come.
    /// </summary>
    public string Channels(GraphMath math, State state, string? moved, int steps)
    {
        int window = Plan.Window, first = 1 - window;
        string level = Level(math, state), unit = Unit(math, level);
        List<string> columns = [Extend(math.Divide(math.Subtract(Window(state.Values), level), unit))];
        columns.AddRange(state.Alike.Select(column => Extend(math.Divide(math.Subtract(Window(column), level), unit))));
        columns.AddRange(state.Past.Select(column => Extend(Window(column))));
        columns.AddRange(KnownNumbers(math, first, steps, moved));
        if (_remembered is not null)
            columns.Add(math.Divide(Rows(math, _remembered, first, steps, moved), unit));
        if (Plan.Seasons.Count > 0)
            columns.Add(Seasons(math, state, first, steps, level, unit));
        if (Plan.Constants.Count > 0)
            columns.Add(math.Expand(math.Numbers([.. Plan.Constants], 1, Plan.Constants.Count), window + steps, 1));
        return math.ToFloat(math.Concat(1, columns));

        string Window(string values) => math.Slice(values, -window);
        string Extend(string values) =>
            math.Unsqueeze(steps == 0 ? values : math.Concat(0, values, math.Expand(math.Number(0), steps)), 1);
    }

    /// <summary>The values that predictions stand for, in the target's units: of the plan's steps along the first axis.</summary>
    /// <param name="math">Where it is written.</param>
    /// <param name="state">The rows.</param>
    /// <param name="predicted">[steps] or [steps, K].</param>
    /// <param name="axes">How many axes it has.</param>
    public string Inverse(GraphMath math, State state, string predicted, int axes = 1)
    {
        string level = Level(math, state), value = math.Add(math.Multiply(predicted, Unit(math, level)), level);
        if (Plan.Transform == TargetTransform.LogReturn.Name)
            value = math.Function("Exp", value);
        if (Plan.Indices is not { } indices)
            return value;
        string season = Season(math, math.Add(Place(math, state.Values),
            math.Wholes([.. Enumerable.Range(0, Plan.Steps).Select(step => (long)step)])));
        season = axes == 1 ? season : math.Unsqueeze(season, 1);
        return indices.Adds ? math.Add(value, season) : math.Multiply(value, season);
    }

    /// <summary>The rows with a prediction of this target, [1], and those of other targets behind them.</summary>
    public State Append(GraphMath math, State state, string prediction, Func<string, string> other)
    {
        string place = Plan.Indices is null ? "" : Place(math, state.Values);
        string Next(string value) => Transform(math, Plain(math, value, place));
        string[] newest = [.. Plan.Past.Select(column => other(column.Name))];
        return new State(
            math.Concat(0, state.Values, Next(prediction)),
            [.. state.Alike.Select((column, i) => math.Concat(0, column, Next(other(Plan.Alike[i]))))],
            [.. state.Past.Select((column, i) =>
                math.Concat(0, column, math.Slice(Scale(math, Plan.Past[i], math.Concat(0, state.Newest[i], newest[i])), 1)))],
            newest);
    }

    private string Pad(string values) => _math.Concat(0, _math.Expand(_math.NotANumber, _needed), values);

    /// <summary>The place in the season of the row after the newest, of rows that <see cref="Pad"/> made longer.</summary>
    private string Place(GraphMath math, string values) => math.Add(math.AddWhole(math.Length(values), -_needed), _place!);

    private string Season(GraphMath math, string places) =>
        math.Gather(math.Numbers(Plan.Indices!.Values), math.Modulo(places, Plan.Indices.Period));

    /// <param name="math">Where it is written.</param>
    /// <param name="values">Of all rows, or of one whose place is given.</param>
    /// <param name="place">Null: of all rows.</param>
    private string Plain(GraphMath math, string values, string? place)
    {
        if (Plan.Indices is not { } indices)
            return values;
        string season = Season(math, place is null ? math.Add(math.Range(math.Length(values)), _place!) : math.Reshape(place, 1));
        return indices.Adds ? math.Subtract(values, season) : math.Divide(values, season);
    }

    /// <summary>The scale on which changes are alike; NaN where it is not defined.</summary>
    private string Transform(GraphMath math, string values) => Plan.Transform != TargetTransform.LogReturn.Name
        ? values
        : math.Function("Log", math.Where(math.Function("Greater", values, math.Number(0)), values, math.NotANumber));

    private string Level(GraphMath math, State state) => !Plan.Mapping.IsDifferenced ? math.Number(Plan.Mean)
        : Plan.Season == 1 ? math.Slice(state.Values, -1)
        : math.Divide(math.Sum(math.Slice(state.Values, -Plan.Season), 0), math.Number(Plan.Season));

    private string Unit(GraphMath math, string level)
    {
        string unit = _volatility ?? math.Number(Plan.Scale);
        return Plan.Mapping.IsRelative ? math.Multiply(math.Function("Abs", level), unit) : unit;
    }

    /// <summary>The running deviation of changes at the newest row: √ΣwΔ², where each weight is a share of the next.</summary>
    private string VolatilityOf(GraphMath math, string values)
    {
        string changes = math.Subtract(math.Slice(values, 1), math.Slice(values, 0, -1)), squares = math.Multiply(changes, changes);
        string count = math.Length(changes), ages = math.Subtract(math.AddWhole(count, -1), math.Range(count));
        string Decay(string rows) => math.Function("Pow", math.Number(Volatility.Decay), math.ToNumber(rows));
        string sum = math.Sum(math.Multiply(squares, math.Multiply(Decay(ages), 1 - Volatility.Decay)), 0);
        string square = math.Add(sum, math.Multiply(Decay(count), Plan.Scale * Plan.Scale));
        return math.Clip(math.Function("Sqrt", square), Volatility.Least * Plan.Scale, Plan.Scale / Volatility.Least);
    }

    private static string Scale(GraphMath math, ScaledColumn column, string values)
    {
        if (column.Logarithm)
            values = math.Function("Log", math.Add(math.Clip(values, 0, double.PositiveInfinity), 1));
        if (column.Change)
            values = math.Subtract(values, math.Concat(0, math.Slice(values, 0, 1), math.Slice(values, 0, -1)));
        values = math.Divide(math.Add(values, -column.Offset), math.Number(column.Scale));
        return math.Clip(values, -ScaledColumn.Furthest, ScaledColumn.Furthest);
    }

    private string Known(ScaledColumn column, int horizon)
    {
        string values = Scale(_math, column, _series.Known(column.Name));
        return _math.Slice(_math.Concat(0, _math.Expand(_math.NotANumber, _before), values), -(_before + horizon));
    }

    /// <summary>Rows of a block that begins with as many rows as are looked at before the rows to come.</summary>
    private string Rows(GraphMath math, string block, int first, int last, string? moved) => moved is null
        ? math.Slice(block, _before - 1 + first, _before + last)
        : math.Slice(block, math.AddWhole(moved, _before - 1 + first), math.AddWhole(moved, _before + last));

    /// <summary>What is known of rows whatever the target is: known columns, calendar, holidays.</summary>
    private IEnumerable<string> KnownNumbers(GraphMath math, int first, int last, string? moved) =>
        new[] { _given, _calendar, _holidays }.OfType<string>().Select(block => Rows(math, block, first, last, moved));

    /// <summary>The newest value at the same place of each season, and the mean of the newest four, [rows, 2·seasons].</summary>
    private string Seasons(GraphMath math, State state, int first, int last, string level, string unit)
    {
        int rows = last - first + 1;
        string count = math.AddWhole(math.Length(state.Values), -_needed);
        var columns = new List<string>();
        foreach (int season in Plan.Seasons)
        {
            var places = new long[rows * SeasonNumbers.MostTimes];
            for (int i = 0; i < places.Length; i++)
            {
                int row = first + (i / SeasonNumbers.MostTimes), newest = Math.Min(0, row - 1);
                long seasons = ((row - newest + season - 1) / season) + (i % SeasonNumbers.MostTimes);
                places[i] = row - (season * seasons);
            }

            (string values, string isThere) = ValuesAt(math, state, count, places, level, unit);
            values = math.Reshape(values, rows, SeasonNumbers.MostTimes);
            string times = math.Sum(math.Reshape(isThere, rows, SeasonNumbers.MostTimes), 1);
            columns.Add(math.Reshape(math.Slice(values, 0, 1, 1), rows, 1));
            columns.Add(math.Unsqueeze(math.Divide(math.Sum(values, 1), math.Larger(times, math.Number(1))), 1));
        }

        return math.Concat(1, columns);
    }

    /// <summary>The values around the same place of each season, and a season before the newest row.</summary>
    private string SeasonValues(GraphMath math, State state, string level, string unit)
    {
        int steps = Plan.Steps, around = Plan.Around;
        string count = math.AddWhole(math.Length(state.Values), -_needed);
        var columns = new List<string>();
        foreach (int season in Plan.Seasons)
        {
            var places = new List<long>();
            for (int row = 1; row <= steps; row++)
            {
                int same = row - (season * ((row + season - 1) / season));
                places.AddRange(Enumerable.Range(-around, (2 * around) + 1).Where(apart => apart != 0)
                    .Select(apart => (long)Math.Min(0, same + apart)));
                places.AddRange(Enumerable.Range(-around, (2 * around) + 1).Select(apart => (long)Math.Min(0, apart - season)));
            }

            columns.Add(math.Reshape(ValuesAt(math, state, count, [.. places], level, unit).Values, steps, places.Count / steps));
        }

        return math.Concat(1, columns);
    }

    /// <summary>Values at places at or before the newest row, 0; 0 before the first row; and 1 or 0, whether they are there.</summary>
    private static (string Values, string IsThere) ValuesAt(
        GraphMath math, State state, string count, long[] places, string level, string unit)
    {
        string values = math.Gather(state.Values, math.Wholes([.. places.Select(place => place - 1)]));
        string isThere = math.Function("Greater", math.Add(math.Wholes(places), count), math.Whole(0));
        return (math.Where(isThere, math.Divide(math.Subtract(values, level), unit), math.Number(0)), math.ToNumber(isThere));
    }
}
