namespace Unroll.Forecasting;

/// <summary>
/// What is asked of forecasters: the parts, each with its training and test rows, the inputs they may look at, and how many rows ahead are
/// forecast. A part is a target of a series; a table is a set of one series.
/// </summary>
/// <remarks>
/// How files are read into it: rows before the first value of a target do not count; rows after its newest value are for later. Gaps of
/// past columns hold the value before; a column with more than a fifth of its values missing in most series is left out, and a series where
/// that is so in few. A series with too few rows is left out, and <see cref="LeftOut"/> says why.
/// </remarks>
public sealed class ForecastTask
{
    private const int LongestWindow = 60, WindowShare = 5, SeasonsSeen = 3, SeasonShare = 3;
    private readonly Dictionary<Part, ForecastSplit> _splits;

    /// <param name="data">One or many series; a <see cref="TimeSeries"/> is a set of one.</param>
    /// <param name="options">What is asked; null for the next row of the only column.</param>
    /// <exception cref="UnrollException">
    /// No such column, several columns and no target named, ranges that overlap, no rows in one, too few rows, a missing value, or a target
    /// that never changes.
    /// </exception>
    public ForecastTask(SeriesSet data, TaskOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        options ??= new TaskOptions();
        options.Validate();
        Data = data;
        (Horizon, Options) = (options.Horizon, options);
        string[] targets = TaskTargets.Choose(data.Keys.Select(key => data[key]).MaxBy(series => series.Rows)!, options.Targets);

        // Rows behind the newest value of every target are for later: however many there are, they decide nothing.
        TimeSeries longest = data.Keys.Select(key => Known(data[key], targets)).MaxBy(series => series.Rows)!;
        Targets = Array.AsReadOnly(targets);
        ForecastInputs wanted = TaskTargets.Inputs(longest, targets, options.Inputs);
        var ranges = TaskRanges.Choose(longest, targets, data.Count, options);
        (Ranges, OlderRows) = (ranges.Note, ranges.Older);
        var tables = new SeriesTables(data, targets, wanted, options.Missing, options.Needed, ranges.Train?.From);
        Inputs = tables.Inputs;
        _splits = [];
        var leftOut = new List<LeftOut>();
        UnrollException? first = null;
        int window = options.Window ?? WindowFor(longest, ranges.TrainRowsOf(longest));
        foreach (string key in data.Keys)
        {
            try
            {
                TimeSeries table = tables.Table(key, ranges.Test?.From);
                ForecastSplit[] splits = [.. targets.Select(target => ranges.Split(
                    tables.Of(table, target), target, window, InputsOf(table, target), Horizon, options.Window is null || data.Count > 1))];
                for (int k = 0; k < targets.Length; k++)
                    _splits.Add(new Part(key, targets[k]), splits[k]);
            }
            catch (UnrollException reason)
            {
                first ??= reason;
                leftOut.Add(new LeftOut(key, reason.Message));
            }
        }

        if (options.Window is null)
            SameWindow();
        if (_splits.Count == 0)
            throw data.Count == 1 ? first! : new UnrollException(
                $"No series of {data.Name} can be used. The first, {leftOut[0].Series}: {leftOut[0].Reason}")
            { Subject = first!.Subject };
        LeftOut = leftOut.AsReadOnly();
        Notes = [.. tables.Notes, .. tables.FilledNotes()];
        Parts = [.. _splits.Keys];
        Window = _splits.Values.Max(split => split.Window);
        Metric = options.Metric ?? (Parts.Count == 1 ? ForecastMetric.Rmse : ForecastMetric.Mase);
        RequireMetric();
    }

    /// <summary>One part that was cut already: the target of a split.</summary>
    /// <param name="split">Training and test rows.</param>
    /// <param name="horizon">H, how many rows ahead are forecast.</param>
    public ForecastTask(ForecastSplit split, int horizon = 1)
    {
        ArgumentNullException.ThrowIfNull(split);
        ArgumentOutOfRangeException.ThrowIfLessThan(horizon, 1);
        Data = SeriesSet.Of(split.Table);
        (Horizon, Options, Inputs, Window) =
            (horizon, new TaskOptions { Targets = [split.Target], Horizon = horizon, Inputs = split.Inputs }, split.Inputs, split.Window);
        Targets = [split.Target];
        _splits = new Dictionary<Part, ForecastSplit> { [new Part("", split.Target)] = split };
        (LeftOut, Notes, Parts) = ([], [], [.. _splits.Keys]);
    }

    /// <summary>The same task with other rows of each part; parts without any are not in it.</summary>
    private ForecastTask(ForecastTask basis, Func<Part, ForecastSplit?> split)
    {
        (Data, Options, Inputs, Targets, Horizon) = (basis.Data, basis.Options, basis.Inputs, basis.Targets, basis.Horizon);
        _splits = [];
        foreach (string key in basis.Parts.Select(part => part.Series).Distinct())
        {
            Part[] own = [.. basis.Parts.Where(part => part.Series == key)];
            ForecastSplit?[] cut = Array.ConvertAll(own, part => split(part));
            for (int k = 0; k < own.Length && Array.TrueForAll(cut, each => each is not null); k++)
                _splits.Add(own[k], cut[k]!);
        }

        (LeftOut, Notes, Parts, Metric) = (basis.LeftOut, basis.Notes, [.. _splits.Keys], basis.Metric);
        Window = _splits.Values.Max(split => split.Window);
    }

    /// <summary>The series as they were given.</summary>
    public SeriesSet Data { get; }

    /// <summary>What was asked.</summary>
    public TaskOptions Options { get; }

    /// <summary>The columns to forecast, as the file spells them.</summary>
    public IReadOnlyList<string> Targets { get; }

    /// <summary>What forecasters may look at beside the targets; columns with too many gaps are not in it.</summary>
    public ForecastInputs Inputs { get; }

    /// <summary>H, how many rows ahead are forecast.</summary>
    public int Horizon { get; }

    /// <summary>T, how many rows before a row its prediction may look at.</summary>
    public int Window { get; }

    /// <summary>What forecasts are chosen and compared by.</summary>
    public ForecastMetric Metric { get; }

    /// <summary>What is forecast, in the order of the series and, within one, of the targets.</summary>
    public IReadOnlyList<Part> Parts { get; }

    /// <summary>The series that can be used, in the order of the file.</summary>
    public IReadOnlyList<string> Keys => [.. Parts.Select(part => part.Series).Distinct()];

    /// <summary>The series that cannot be used, each with the reason.</summary>
    public IReadOnlyList<LeftOut> LeftOut { get; }

    /// <summary>What was done to columns, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>
    /// A sentence on which rows are learnt from and which are judged on, where that was not asked for; null where it was.
    /// </summary>
    public string? Ranges { get; }

    /// <summary>How many rows of the longest series are older than the newest that are looked at where no range says which.</summary>
    public int OlderRows { get; }

    /// <summary>The training and test rows of one part.</summary>
    /// <exception cref="UnrollException">There is no such part, or its series was left out.</exception>
    public ForecastSplit this[Part part] => _splits.TryGetValue(part, out ForecastSplit? split)
        ? split
        : throw new UnrollException(LeftOut.FirstOrDefault(entry => entry.Series == part.Series) is { } left
            ? $"The series {part.Series} was left out: {left.Reason}"
            : $"{part} is no part of this task. Choose one of {NameList.Of([.. Parts.Select(each => each.ToString())])}.");

    /// <summary>How many origins every part is judged from: those that are followed by H test rows; the fewest of any part.</summary>
    public int Origins => _splits.Values.Min(split => split.Test.Count) - Horizon + 1;

    /// <summary>The training rows of all parts together.</summary>
    public int TrainRows => _splits.Values.Sum(split => split.Train.Count);

    /// <summary>The test rows of all parts together.</summary>
    public int TestRows => _splits.Values.Sum(split => split.Test.Count);

    /// <summary>How many of the newest training rows of a part are held back to choose by and to calibrate intervals on.</summary>
    internal int ValidationRows(ForecastSplit split) => new EnsembleRecipe { Steps = Horizon, Validation = Options.Validation }
        .ValidationRows(split.Train.Count);

    /// <summary>A split is a task of one part and one row ahead.</summary>
    public static implicit operator ForecastTask(ForecastSplit split) => new(split);

    /// <summary>
    /// The same task with all rows to learn from, test rows and those behind them included: what a forecast of rows to come is fitted to.
    /// </summary>
    public ForecastTask Whole() => new(this, part => this[part].Whole());

    /// <summary>The newest training rows as test rows, those before to learn from; the test rows are not in it.</summary>
    /// <param name="newest">How many of a part's training rows are cut off.</param>
    /// <exception cref="UnrollException">Too few rows are left to learn from.</exception>
    public ForecastTask Within(Func<ForecastSplit, int> newest)
    {
        ArgumentNullException.ThrowIfNull(newest);
        return new ForecastTask(this, part => this[part].WithinTraining(newest(this[part])));
    }

    /// <summary>The same task without the series of parts for which something does not hold.</summary>
    internal ForecastTask Where(Predicate<Part> holds) => new(this, part => holds(part) ? this[part] : null);

    /// <summary>The same task with windows of other lengths.</summary>
    /// <param name="window">T of each part.</param>
    /// <exception cref="UnrollException">A part has too few rows to learn from.</exception>
    internal ForecastTask WithWindow(Func<ForecastSplit, int> window) => new(this, part => this[part].WithWindow(window(this[part])));

    /// <summary>
    /// A fold of a backtest: what was known when the test row <paramref name="first"/>, counted from 0, was the next one, to learn from,
    /// and from there on rows for as many origins to predict. Parts with fewer test rows are not in it.
    /// </summary>
    /// <param name="first">The first test row of the fold.</param>
    /// <param name="origins">How many origins the fold has; the last part's may be fewer.</param>
    /// <param name="newest">How many of the newest known rows are learnt from; null for all.</param>
    internal ForecastTask Fold(int first, int origins, int? newest) => new(this, part =>
    {
        ForecastSplit split = this[part];
        int before = split.Table.Rows - split.Test.Count, rows = Math.Min(origins + Horizon - 1, split.Test.Count - first);
        return rows >= Horizon ? split.Past(before + first, rows, newest) : null;
    });

    /// <summary>Refuses a metric that the values have no meaning for.</summary>
    /// <exception cref="UnrollException">There is no such metric, or percentages are asked for and a value is 0.</exception>
    private void RequireMetric()
    {
        _ = Metric.NameOf(true);
        if (Metric != ForecastMetric.Smape)
            return;
        foreach (Part part in Parts)
        {
            Series values = this[part].TrainThroughTest;
            if (values.Values.IndexOf(0.0) is >= 0 and int row)
            {
                string where = this[part].Table.Format(values.Dates[row]);
                throw new UnrollException($"{part} is 0 on {where}, where sMAPE is 200 % whatever is forecast. Choose another metric, such "
                    + "as mae.")
                { Subject = "metric" };
            }
        }
    }

    /// <summary>
    /// One window for all series, since all are read alike: the longest that three of four series have the rows for, but not below eight
    /// rows for the sake of few short ones. Those that have not the rows keep the window that they have: forecasters make do with simple
    /// rules there.
    /// </summary>
    private void SameWindow()
    {
        const int Least = 8;
        var recipe = new EnsembleRecipe { Steps = Horizon, Validation = Options.Validation };
        var windows = _splits.GroupBy(entry => entry.Key.Series)
            .ToDictionary(own => own.Key,
                own => own.Min(entry => Math.Min(entry.Value.Window, recipe.LongestWindow(entry.Value.Train.Count))));
        int[] possible = [.. windows.Values.Where(longest => longest >= 1).Order()];
        if (windows.Count <= 1 || possible.Length == 0)
            return;
        int window = Math.Max(possible[possible.Length / 4], Math.Min(possible[^1], Least));
        foreach ((Part part, ForecastSplit split) in _splits.ToArray())
            _splits[part] = split.WithWindow(Math.Clamp(windows[part.Series], 1, window));
    }

    /// <summary>
    /// A fifth of the training rows; where that is less than three of the calendar's shortest seasons, these, of up to a third of the rows.
    /// What a season is like shows against the mean of the season around it, so two of them take the rows of three.
    /// </summary>
    private static int WindowFor(TimeSeries series, int rows)
    {
        int seasons = SeasonalPeriod.Candidates(series) is [var season, ..] ? Math.Min(SeasonsSeen * season, rows / SeasonShare) : 0;
        return Math.Clamp(Math.Max(rows / WindowShare, seasons), 1, LongestWindow);
    }

    /// <summary>The rows up to the newest value of any target; all where there is none.</summary>
    private static TimeSeries Known(TimeSeries series, string[] targets)
    {
        int rows = targets.Max(target => series[target].Values.LastIndexOfAnyExcept(double.NaN) + 1);
        return rows == 0 ? series : series.Head(rows);
    }

    /// <summary>
    /// The other targets are past columns of each, in the order of the table, so that a target looks at the same columns as it would alone.
    /// </summary>
    private ForecastInputs InputsOf(TimeSeries table, string target) => Targets.Count == 1
        ? Inputs
        : Inputs with
        {
            Past =
            [.. table.ColumnNames.Where(name => name != target && (Inputs.Past.Contains(name) || Targets.Contains(name)))]
        };
}
