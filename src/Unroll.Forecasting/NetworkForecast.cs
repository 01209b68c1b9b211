namespace Unroll.Forecasting;

/// <summary>
/// What one network in training forecasts of the newest training rows, see <see cref="NetworkEpoch.Forecast"/>, and what stands beside it.
/// All is of the same origins, which follow one another, and in the target's units. It may be kept after the moment that it is of.
/// </summary>
public sealed class NetworkForecast
{
    private readonly Looked _rows;
    private readonly HorizonQuantiles? _head;

    /// <param name="rows">What is looked at.</param>
    /// <param name="raw">From its origins.</param>
    internal NetworkForecast(Looked rows, RawForecast raw) => (_rows, _head, Network) = (rows, raw.Head, rows.Of(raw.Values));

    /// <summary>What is forecast.</summary>
    public Part Part => _rows.Part;

    /// <summary>
    /// True where the network learns from the rows that are forecast, as in the last fit and in the tutorial's recipe without a validation
    /// split: errors then say how well it fits, not how well it forecasts. False: they are validation rows, which it does not learn from.
    /// </summary>
    public bool IsLearnt => _rows.IsLearnt;

    /// <summary>The network's forecasts, with what least squares says where it corrects that, and the actual values.</summary>
    public PartForecast Network { get; }

    /// <summary>
    /// What least squares alone forecasts, which the network corrects: ridge regression on the inputs that were chosen, fitted to the rows
    /// that the network learns from. Null where it corrects nothing, as in the tutorial's recipe.
    /// </summary>
    public PartForecast? Linear => _rows.Linear;

    /// <summary>The newest value again.</summary>
    public PartForecast Naive => _rows.Naive;

    /// <summary>
    /// The forecast from the newest origin alone. Its intervals are made of the errors on all validation rows, those after this origin
    /// among them; it has none where <see cref="IsLearnt"/>.
    /// </summary>
    public PartForecast Newest => field ??= _rows.NewestOf(Network, _head);

    /// <summary>
    /// F names, one for each number that the network reads of a row: columns by their names, others numbered, <c>calendar 1</c>.
    /// </summary>
    public IReadOnlyList<string> InputNames => _rows.InputNames;

    /// <summary>
    /// How many of the rows of <see cref="Input"/>, its last, come after the origin: H where anything is known of rows to come, or 0.
    /// </summary>
    public int InputRowsAhead => _rows.InputRowsAhead;

    /// <summary>What the network reads at an origin, as it is fed to it: for <see cref="Model.Trace"/>.</summary>
    /// <param name="origin">Of <see cref="Network"/>, from 0.</param>
    /// <returns>
    /// (T, F) row-major: the T rows up to the origin; where anything is known of rows to come (T + H, F), those H rows behind them. Values
    /// are scaled and seen from the level of the origin. Of a recursive forecast it is the input of the first step, H = 1.
    /// </returns>
    public float[] Input(int origin)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(origin);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(origin, Network.Origins);
        return _rows.InputAt(origin);
    }
}

/// <summary>Rows of one part that networks are looked at on, whichever network it is.</summary>
/// <param name="Part">What is forecast.</param>
/// <param name="Table">Training rows alone, the newest last.</param>
/// <param name="First">The row of the first origin; all later rows are forecast.</param>
/// <param name="Limits">No value lies outside.</param>
internal sealed record Looked(Part Part, TimeSeries Table, int First, IntervalLimits Limits)
{
    public required bool IsLearnt { get; init; }

    public required PartForecast? Linear { get; init; }

    public required IReadOnlyList<string> InputNames { get; init; }

    /// <summary>How many rows of an input come after its origin.</summary>
    public required int InputRowsAhead { get; init; }

    /// <summary>The input at an origin, counted from 0.</summary>
    public required Func<int, float[]> InputAt { get; init; }

    /// <summary>H.</summary>
    public required int Steps { get; init; }

    public PartForecast Naive =>
        field ??= Of([.. Enumerable.Range(0, Origins).Select(i => Enumerable.Repeat(Values[First + i], Steps).ToArray())]);

    private int Origins => Table.Rows - First - Steps;

    private ReadOnlySpan<double> Values => Table[Part.Target].Values;

    /// <summary>Forecasts [n][H] with dates and actual values.</summary>
    public PartForecast Of(double[][] values) => Of(Part, Table, First, Limits, values, null);

    /// <summary>The same of rows from an origin on, with quantiles where there are any.</summary>
    public static PartForecast Of(
        Part part, TimeSeries table, int first, IntervalLimits limits, double[][] values, HorizonQuantiles? quantiles) =>
        new(part, table.DateSpan[first..].ToArray(), values, quantiles, table[part.Target].Values[(first + 1)..].ToArray(), table, limits);

    /// <summary>The forecast from the newest of all origins.</summary>
    public PartForecast NewestOf(PartForecast all, HorizonQuantiles? head)
    {
        double[][] last = [all.From(Origins - 1)];
        HorizonQuantiles? quantiles = null;
        if (!IsLearnt && Array.TrueForAll(all.Values, ahead => Array.TrueForAll(ahead, double.IsFinite)))
        {
            var track = new TrackRecord(all.Judged, head);
            HorizonQuantiles? own = head is null ? null : new HorizonQuantiles(head.Steps, head.Ahead[^1..]);
            quantiles = new HorizonQuantiles(Steps, track.Calibrate(new RawForecast(last, own), [], Limits));
        }

        return Of(Part, Table, First + Origins - 1, Limits, last, quantiles);
    }
}
