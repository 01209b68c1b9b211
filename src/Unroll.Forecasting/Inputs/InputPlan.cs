using System.Text.Json.Serialization;

namespace Unroll.Forecasting;

/// <summary>
/// How the rows of a table become the inputs of a model; everything in it was read off training rows. It is kept with a saved model, so
/// that new rows become inputs in the same way.
/// </summary>
internal sealed record InputPlan
{
    public required string Target { get; init; }

    /// <summary>The name of the <see cref="TargetTransform"/>.</summary>
    public required string Transform { get; init; }

    /// <summary>The transform as it was given, which files know by its name; null where that says it all.</summary>
    [JsonIgnore]
    public TargetTransform? Given { get; init; }

    /// <summary>The transform.</summary>
    [JsonIgnore]
    public TargetTransform Mapping => Given ?? TargetTransform.Parse(Transform);

    /// <summary>
    /// Whether the transform was asked for, so that values it is not defined for are refused; where it was found, log-returns have a way
    /// back (<see cref="InputFrame.NoteOn"/>).
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsTransformFixed { get; init; }

    /// <summary>T, the rows before the predicted ones that are looked at.</summary>
    public required int Window { get; init; }

    /// <summary>How many of the newest values of the target a linear model looks at, at most T.</summary>
    public required int Lags { get; init; }

    /// <summary>H, how many rows ahead are predicted.</summary>
    public required int Steps { get; init; }

    /// <summary>m: values are seen from the mean of the newest m of them, the level; 1 for the newest itself.</summary>
    public int Season { get; init; } = 1;

    /// <summary>What the values' season is like, where models see and predict them without it; null where they see it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public SeasonalIndices? Indices { get; init; }

    /// <summary>What values are seen from where the transform is none: their mean in training.</summary>
    public double Mean { get; init; }

    /// <summary>Columns in the target's units, seen from the target's level as the target is: low and close beside high.</summary>
    public IReadOnlyList<string> Alike { get; init; } = [];

    /// <summary>Other past columns.</summary>
    public IReadOnlyList<ScaledColumn> Past { get; init; } = [];

    /// <summary>Columns known for the predicted rows too.</summary>
    public IReadOnlyList<ScaledColumn> Known { get; init; } = [];

    /// <summary>Numbers that follow from the date; null for none.</summary>
    public CalendarFeatures? Calendar { get; init; }

    /// <summary>
    /// Whether the calendar was seen for less than two years, so that networks, which would learn one year by heart, do not see it.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool KeepsCalendarFromNetworks { get; init; }

    /// <summary>Public holidays; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public HolidayFeatures? Holidays { get; init; }

    /// <summary>Inputs of the user's own; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<OwnInput>? Own { get; init; }

    /// <summary>Days of years before; see <see cref="YearMemory"/>.</summary>
    public bool Memory { get; init; }

    /// <summary>Seasons in rows whose earlier values at the same place are inputs.</summary>
    public IReadOnlyList<int> Seasons { get; init; } = [];

    /// <summary>
    /// How many rows on either side of the same place, of the predicted row and of the origin, a linear model sees of each season before.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Around { get; init; }

    /// <summary>
    /// Of how many different numbers of lags linear models are averaged: all of them, a half, a quarter and so on; 0 and 1 for all alone.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int LagSets { get; init; }

    /// <summary>Whether linear weights have the least absolute errors in place of the least squares.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsAbsolute { get; init; }

    /// <summary>
    /// Numbers that are the same on all rows, which a network sees beside each: what tells one series of a panel from another.
    /// </summary>
    public IReadOnlyList<double> Constants { get; init; } = [];

    /// <summary>
    /// The standard deviation of one row's change on the training rows, in transformed units: what inputs are measured in.
    /// </summary>
    public double Scale { get; init; } = 1;

    /// <summary>
    /// Whether changes are measured in how large they have been lately (<see cref="Volatility"/>), so that calm and
    /// rough times count alike.
    /// </summary>
    public bool InUnitsOfVolatility { get; init; }

    /// <summary>Whether anything is known of rows to come.</summary>
    [JsonIgnore]
    public bool HasKnown => Known.Count > 0 || Calendar is not null || Holidays is not null || Memory || Seasons.Count > 0
        || Own is not null;

    /// <summary>All columns beside the target.</summary>
    [JsonIgnore]
    public IEnumerable<string> Columns => [.. Alike, .. Past.Select(column => column.Name), .. Known.Select(column => column.Name)];

    /// <summary>For example: High by difference, 10 lags; Open, Low, Close; the calendar.</summary>
    public string InWords()
    {
        List<string> parts = [Transform == TargetTransform.None.Name ? Target : $"{Target} as {Transform}"];
        if (Indices is not null)
            parts[0] += " without its season";
        if (Columns.Any())
            parts.Add("with " + string.Join(", ", Columns));
        parts.AddRange(InputNumbers.Of(this).OrderBy(group => group.Group).Select(group => group.InWords).OfType<string>().Distinct());
        return string.Join(", ", parts);
    }
}

/// <summary>
/// A column brought to mean 0 and deviation 1 on the training rows: its logarithm where it is skewed, its change from row to row where
/// its level wanders off.
/// </summary>
internal sealed record ScaledColumn(string Name, double Offset, double Scale, bool Logarithm, bool Change)
{
    /// <summary>No scaled value is further from 0.</summary>
    public const double Furthest = 8;

    private const double Skewed = 2, Wandering = 0.98, Rounding = 1e-12;

    /// <summary>The scaled column. A value far beyond those seen in training says little more than one at their edge.</summary>
    public double[] Apply(ReadOnlySpan<double> values)
    {
        double[] scaled = Transform(values, Logarithm, Change);
        for (int row = 0; row < scaled.Length; row++)
            scaled[row] = Math.Clamp((scaled[row] - Offset) / Scale, -Furthest, Furthest);
        return scaled;
    }

    /// <summary>The scaled value of the row after one with the value <paramref name="previous"/>, as <see cref="Apply"/> has it.</summary>
    public double Next(double value, double previous) => Apply([previous, value])[1];

    /// <summary>The scaled numbers of rows that are known beforehand; those that are not known count as average.</summary>
    public double[] ApplyKnown(ReadOnlySpan<double> values) => Array.ConvertAll(Apply(values), value => double.IsNaN(value) ? 0 : value);

    /// <summary>Numbers as they are, brought to mean 0 and deviation 1.</summary>
    public static ScaledColumn Fit(string name, ReadOnlySpan<double> training)
    {
        (double mean, double deviation, _) = Moments(training);
        return new ScaledColumn(name, mean, deviation > Rounding * Math.Abs(mean) ? deviation : 1, false, false);
    }

    /// <param name="name">The column.</param>
    /// <param name="training">Its values on the training rows, none missing.</param>
    /// <param name="mayChange">Whether changes may take the place of a level that wanders.</param>
    public static ScaledColumn Fit(string name, ReadOnlySpan<double> training, bool mayChange)
    {
        bool logarithm = Moments(training).Skewness > Skewed && training.IndexOfAnyInRange(double.NegativeInfinity, -double.Epsilon) < 0;
        bool change = mayChange && Wanders(Transform(training, logarithm, false));
        return Fit(name, Transform(training, logarithm, change)) with { Logarithm = logarithm, Change = change };
    }

    private static double[] Transform(ReadOnlySpan<double> values, bool logarithm, bool change)
    {
        double[] mapped = values.ToArray();
        if (logarithm)
            mapped = Array.ConvertAll(mapped, value => Math.Log(Math.Max(value, 0) + 1));
        for (int row = mapped.Length - 1; change && row >= 0; row--)
            mapped[row] -= mapped[Math.Max(0, row - 1)];
        return mapped;
    }

    /// <summary>
    /// Whether neighbours are so alike (autocorrelation at one row) that the level says more of the time than of the row.
    /// </summary>
    private static bool Wanders(double[] values)
    {
        (double mean, double deviation, _) = Moments(values);
        double sum = 0;
        for (int row = 1; row < values.Length; row++)
            sum += (values[row] - mean) * (values[row - 1] - mean);
        return deviation > 0 && sum / (values.Length * deviation * deviation) > Wandering;
    }

    private static (double Mean, double Deviation, double Skewness) Moments(ReadOnlySpan<double> values)
    {
        double sum = 0, squares = 0, cubes = 0;
        foreach (double value in values)
            sum += value;
        double mean = sum / values.Length;
        foreach (double value in values)
        {
            double d = value - mean;
            squares += d * d;
            cubes += d * d * d;
        }

        double deviation = Math.Sqrt(squares / values.Length);
        return (mean, deviation, deviation > 0 ? cubes / values.Length / (deviation * deviation * deviation) : 0);
    }
}
