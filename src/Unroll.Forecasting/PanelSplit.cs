namespace Unroll.Forecasting;

/// <summary>
/// Every series of a panel cut at the same dates into training and test rows. Series that cannot be cut so, because they begin too
/// late, end too early or never change, are left out, and it says which and why.
/// </summary>
/// <remarks>
/// Gaps of past input columns hold the value before. A column with more than a fifth of its values missing in most series is left out for
/// all; where that is so in a few, these are left out.
/// </remarks>
public sealed class PanelSplit
{
    /// <summary>A column with more of its values missing than this share says too little.</summary>
    private const double MostMissing = 0.2;

    private readonly Dictionary<string, ForecastSplit> _splits = [];

    /// <param name="panel">The series.</param>
    /// <param name="target">The column to predict.</param>
    /// <param name="train">The rows to learn from; a series may begin within them.</param>
    /// <param name="test">The rows to predict; must begin after <paramref name="train"/> ends.</param>
    /// <param name="window">T, how many rows before a row its prediction may look at.</param>
    /// <param name="inputs">What forecasters may look at beside the target; null for nothing.</param>
    /// <param name="steps">H, how many rows ahead will be predicted: a series needs rows enough to learn and to judge that.</param>
    /// <param name="missing">What to do with missing values of the target after a series' first value; those before it are cut off.</param>
    /// <exception cref="UnrollException">No such column, a test range that begins before the training range ends, or no series that can be used.</exception>
    public PanelSplit(Panel panel, string target, DateRange train, DateRange test, int window = 60, ForecastInputs? inputs = null, int steps = 1, MissingPolicy missing = MissingPolicy.Error)
    {
        ArgumentNullException.ThrowIfNull(panel);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        Panel = panel;
        Target = panel[panel.Keys[0]][target].Name;
        (Inputs, Steps, Window, TrainRange, TestRange) = (inputs ?? ForecastInputs.TargetOnly, steps, window, train, test);
        _ = panel[panel.Keys[0]].Select([Target, .. Inputs.Columns]);
        if (!train.EndsBefore(test))
            throw new UnrollException($"The test range {test} begins before the training range {train} ends, so the model would be judged on rows it has seen. End training before the first test row.");

        (var notes, var past) = (new List<string>(), new List<string>());
        foreach (string column in Inputs.Past)
        {
            int patchy = panel.Keys.Count(key => Patchy(Begun(panel[key]), column) is not null);
            if (2 * patchy > panel.Count)
                notes.Add($"left out the column {column}: too many of its values are missing in {patchy} of {panel.Count} series");
            else
                past.Add(column);
        }

        Inputs = Inputs with { Past = past.AsReadOnly() };
        string[] columns = [Target, .. Inputs.Columns];
        int[] filled = new int[past.Count];
        var leftOut = new List<KeyValuePair<string, string>>();
        var recipe = new EnsembleRecipe { Steps = steps };
        foreach (string key in panel.Keys)
        {
            try
            {
                var split = new ForecastSplit(Complete(panel[key].Select(columns), missing, filled), Target, train, test, window, Inputs);
                _ = recipe.ValidationRows(split);
                if (split.Test.Count < steps)
                    throw new UnrollException($"The test range {test} has {split.Test.Count} rows, too few to judge {steps} rows ahead.");
                _splits.Add(key, split);
            }
            catch (UnrollException reason)
            {
                leftOut.Add(KeyValuePair.Create(key, reason.Message));
            }
        }

        if (_splits.Count == 0)
            throw new UnrollException($"No series of {panel.Name} can be used. The first, {leftOut[0].Key}: {leftOut[0].Value}");
        Keys = Array.AsReadOnly([.. panel.Keys.Where(_splits.ContainsKey)]);
        LeftOut = leftOut.AsReadOnly();
        for (int i = 0; i < past.Count; i++)
        {
            if (filled[i] > 0)
                notes.Add($"{filled[i]} missing {(filled[i] == 1 ? "value" : "values")} of {past[i]} filled with the value before");
        }

        Notes = notes.AsReadOnly();
    }

    public Panel Panel { get; }

    /// <summary>The target column's name as the file spells it.</summary>
    public string Target { get; }

    /// <summary>What forecasters may look at beside the target.</summary>
    public ForecastInputs Inputs { get; }

    public DateRange TrainRange { get; }

    public DateRange TestRange { get; }

    /// <summary>T, how many rows before a row its prediction may look at.</summary>
    public int Window { get; }

    /// <summary>H, how many rows ahead can be predicted.</summary>
    public int Steps { get; }

    /// <summary>The series that can be used, in the panel's order.</summary>
    public IReadOnlyList<string> Keys { get; }

    /// <summary>The series that cannot be used, each with the reason.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> LeftOut { get; }

    /// <summary>What was done to input columns, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>The training and test rows of one series.</summary>
    /// <exception cref="UnrollException">There is no such series, or it was left out.</exception>
    public ForecastSplit this[string key]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(key);
            if (_splits.TryGetValue(key, out ForecastSplit? split))
                return split;
            _ = Panel[key];
            throw new UnrollException($"The series {key} was left out: {LeftOut.FirstOrDefault(entry => entry.Key == key).Value ?? $"write it as {Panel.Name} does."}");
        }
    }

    /// <summary>The training rows of all series together.</summary>
    public int TrainRows => _splits.Values.Sum(split => split.Train.Count);

    /// <summary>The test rows of all series together.</summary>
    public int TestRows => _splits.Values.Sum(split => split.Test.Count);

    private TimeSeries Complete(TimeSeries rows, MissingPolicy missing, int[] filled)
    {
        rows = Filled(Begun(rows), filled);
        return missing == MissingPolicy.Error ? rows : rows.Fill(missing, TestRange.From);
    }

    /// <summary>The rows from the first value of the target on; rows at the end without one only tell what known columns will be.</summary>
    private TimeSeries Begun(TimeSeries rows)
    {
        int first = Math.Max(0, rows[Target].Values.IndexOfAnyExcept(double.NaN));
        rows = rows.Tail(rows.Rows - first);
        return Inputs.Known.Count > 0 ? rows.Head(rows[Target].Values.LastIndexOfAnyExcept(double.NaN) + 1) : rows;
    }

    /// <summary>Why a column has too many gaps to be filled from the training range on; null where it has not.</summary>
    private string? Patchy(TimeSeries rows, string column)
    {
        int first = TrainRange.From is { } from ? rows.CountBefore(from) : 0;
        ReadOnlySpan<double> used = rows[column].Values[first..];
        int missing = used.Count(double.NaN);
        return missing <= MostMissing * used.Length ? null : FormattableString.Invariant($"{rows.Name} has no {column} on {missing:N0} of {used.Length:N0} rows from {rows.Format(rows.Dates[first])} on, too many to fill. Complete the file, or begin later.");
    }

    /// <summary>Past columns without gaps, each of which holds the value before; rows before their first values are cut off.</summary>
    private TimeSeries Filled(TimeSeries rows, int[] filled)
    {
        int lead = 0;
        foreach (string column in Inputs.Past)
        {
            if (Patchy(rows, column) is { } reason)
                throw new UnrollException(reason);
            lead = Math.Max(lead, rows[column].Values.IndexOfAnyExcept(double.NaN));
        }

        rows = rows.Tail(rows.Rows - lead);
        if (!Inputs.Past.Any(column => rows[column].Values.Contains(double.NaN)))
            return rows;
        Column[] columns = [.. rows.ColumnNames.Select(name => new Column(name, rows[name].ToArray()))];
        for (int i = 0; i < Inputs.Past.Count; i++)
        {
            double[] values = columns[Array.FindIndex(columns, column => column.Name == Inputs.Past[i])].Values;
            for (int row = 1; row < values.Length; row++)
            {
                filled[i] += double.IsNaN(values[row]) ? 1 : 0;
                values[row] = double.IsNaN(values[row]) ? values[row - 1] : values[row];
            }
        }

        return rows.Rebuilt([.. rows.Dates], columns, [.. rows.Notices]);
    }
}
