using System.Globalization;
using Unroll.Forecasting;
using Unroll.Reports;
using Unroll.Server;

namespace Unroll.Cli;

/// <summary>
/// A forecast from data to rows to come. Everything that can be wrong with data and options is found when this is made, before anything is
/// printed or written.
/// </summary>
internal sealed class ForecastRun
{
    /// <summary>The most series whose filled gaps are told one by one.</summary>
    private const int MostNotices = 5;

    private Comparison? _comparison;
    private string[] _unmeasured = [];

    /// <exception cref="UnrollException">The data or the options are not usable.</exception>
    public ForecastRun(ForecastRequest request)
    {
        Request = request;
        Data = request.ReadData();
        Task = new ForecastTask(Data, request.TaskFor(Data));
        Comparison.RequireChange(Task);
        Blend = request.Recipe.IsDefault ? request.CreateBlend(Task) : null;
        if (Blend is null && request.Cluster is not null)
            throw new UnrollException(
                $"--recipe {RecipeOptions.Tutorial} trains its networks here, not on a cluster. Leave the cluster out, or use --recipe "
                    + $"{RecipeOptions.Default}.");
        Forecasters = Blend?.Members ?? [.. request.Recipes.Select(recipe => new NetworkForecaster(recipe))];
        foreach (PartsForecaster forecaster in Blend is null ? Forecasters : [Blend])
            forecaster.Require(Task);
        Notes =
        [
            .. request.Targets.Count == 0 && request.Data.Sample is null ? [$"Forecasting {Task.Targets[0]}, the only column "
                + "of numbers."] : Array.Empty<string>(),
            .. request.Recipe.LeftOut(Data[Data.Keys[0]], Task.Targets),
            .. Task.Notes,
            .. GapWords(),
            .. JudgedGapWords(),
            .. Limits(),
        ];
    }

    public ForecastRequest Request { get; }

    /// <summary>The rows as they were read.</summary>
    public SeriesSet Data { get; }

    public ForecastTask Task { get; }

    /// <summary>What is recommended; null with the tutorial's recipe.</summary>
    public BlendForecaster? Blend { get; }

    /// <summary>What is fitted, the members of the blend.</summary>
    public IReadOnlyList<PartsForecaster> Forecasters { get; }

    /// <summary>Those of them that train networks.</summary>
    public IEnumerable<PartsForecaster> Networks =>
        InOrder.Where(forecaster => forecaster.Kind == ForecasterKind.Network);

    /// <summary>What is fitted and not too short for it.</summary>
    public IEnumerable<PartsForecaster> InOrder => Blend?.Members.Where(member => member.CanLearn(Task)) ?? Forecasters;

    /// <summary>What was chosen and done before, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>The rows to come; null with the tutorial's recipe.</summary>
    public Forecast? Future { get; private set; }

    /// <summary>What the rows to come are made of; empty where there are none.</summary>
    public IReadOnlyList<PartContributions> Contributions { get; private set; } = [];

    /// <summary>
    /// What the recommended forecast owes to its inputs; null with the tutorial's recipe, or where there are too few rows.
    /// </summary>
    public InputImportance? Importance { get; private set; }

    /// <summary>Why there are no rows to come; null where there are, and with the tutorial's recipe.</summary>
    public string? NoFuture { get; private set; }

    public Comparison Comparison => _comparison ?? throw new InvalidOperationException("Nothing is judged yet. Call Judge first.");

    /// <summary>All that results depend on.</summary>
    public string Setup => SetupHash.Of([.. Request.Settings(Task), new("data", SetupHash.Of(Task))]);

    /// <summary>Does one of the pieces of the fit, on one thread, and keeps it.</summary>
    /// <param name="piece">From <see cref="BlendForecaster.Pieces"/>.</param>
    /// <param name="work">Where it is kept.</param>
    /// <param name="cancellation">Ends it.</param>
    public void FitPiece(string piece, FinishedWork work, CancellationToken cancellation)
    {
        BlendForecaster blend = Request.CreateBlend(Task);
        (blend.Work, blend.Threads) = (work, 1);
        blend.FitPiece(piece, Task, Request.Refits, cancellation);
    }

    /// <summary>Where finished networks are kept.</summary>
    public void KeepIn(FinishedWork work)
    {
        if (Blend is not null)
            Blend.Work = work;
    }

    /// <summary>Fits everything to the training rows.</summary>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellation">Ends it early.</param>
    public void Fit(IProgress<ForecastEvent> progress, CancellationToken cancellation)
    {
        if (Blend is not null)
        {
            Blend.Budget = Request.Budget;
            Blend.Fit(Task, progress, cancellation);
            return;
        }

        double count = Forecasters.Count;
        foreach ((int i, PartsForecaster network) in Forecasters.Index())
        {
            network.Fit(Task, new Told(moment => progress.Report(moment with { Share = (i + moment.Share) / count })), cancellation);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Judges the baselines before networks are trained.</summary>
    public Comparison JudgeBaselines(CancellationToken cancellation) => _comparison = new Comparison(Task, cancellation);

    /// <summary>Judges everything on the test rows.</summary>
    public void Judge(IProgress<ForecastEvent> progress, CancellationToken cancellation)
    {
        if (Blend is not null)
        {
            _comparison = new Comparison(Task, Blend, progress, cancellation);
            Importance = ImportanceOf(Blend, cancellation);
            return;
        }

        _comparison ??= new Comparison(Task, cancellation);
        foreach (PartsForecaster network in Forecasters)
            _comparison.Add(network);
    }

    /// <summary>What was left out or cut short for want of time, a sentence each; none without a budget.</summary>
    public IReadOnlyList<string> GivenUp => [.. Blend?.GivenUp ?? [], .. _unmeasured];

    /// <summary>What the forecast owes to its inputs; with a budget only where that takes little of it.</summary>
    private InputImportance? ImportanceOf(BlendForecaster blend, CancellationToken cancellation)
    {
        const double Most = 0.05;
        if (Request.Budget is not { } budget)
            return InputImportance.Of(blend, Task, cancellation);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            if (budget.Left > 2 * Most * budget.Whole)
            {
                end.CancelAfter(Most * budget.Whole);
                return InputImportance.Of(blend, Task, end.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // It would take too long.
        }

        _unmeasured = ["What the forecast owes to its inputs was not measured, for want of time."];
        return null;
    }

    /// <summary>Fits everything again to all rows.</summary>
    public void Refit(IProgress<ForecastEvent> progress, CancellationToken cancellation) =>
        Blend?.Refit(Task.Whole(), progress, cancellation);

    /// <summary>Forecasts the rows to come, as far as the file tells what must be known of them.</summary>
    public void Look()
    {
        try
        {
            Future = Blend?.Predict(Data, Task.Horizon, Request.Missing);
            Contributions = Blend?.Contributions(Data, Task.Horizon, Request.Missing) ?? [];
        }
        catch (UnrollException reason)
        {
            NoFuture = $"The rows to come cannot be forecast yet: {reason.Message}";
        }
    }

    public ForecastReport Report() => ForecastReport.Create(Task, Comparison, Future, [.. Networks]) with
    {
        Title = $"{Request.Data.Title}, {ColumnNames.List(Task.Targets)}",
        Notes = [.. Notes, .. ForecastWords.Findings(this), .. NoFuture is { } none ? [none] : Array.Empty<string>()],
        Settings = Request.SettingsWithMachine(Task),
        Importance = Importance,
        Contributions = Contributions,
    };

    /// <summary>That values which were missing are judged, as they were filled.</summary>
    private IEnumerable<string> JudgedGapWords()
    {
        int count = Task.Parts.Sum(part =>
        {
            TimeSeries rows = Data[Task.Data.IsTable ? Data.Keys[0] : part.Series];
            var judged = Task[part].Test.Dates.ToHashSet();
            double[] values = rows[part.Target].ToArray();
            return Enumerable.Range(0, rows.Rows).Count(row => double.IsNaN(values[row]) && judged.Contains(rows.Dates[row]));
        });
        if (count > 0 && Request.Missing != MissingPolicy.Drop)
            yield return string.Create(CultureInfo.InvariantCulture, $"Note: {count:N0} of the test values {(count == 1 ? "was" : "were")} "
                + $"missing: forecasts are judged against what was filled in.");
    }

    /// <summary>That values lie beyond the limits which were stated.</summary>
    private IEnumerable<string> Limits()
    {
        double[] values = [.. Task.Parts.SelectMany(part => Task[part].TrainThroughTest.ToArray())];
        return [.. Beyond("below --min", Request.Min, value => value < Request.Min),
            .. Beyond("above --max", Request.Max, value => value > Request.Max)];

        IEnumerable<string> Beyond(string where, double? limit, Func<double, bool> isBeyond)
        {
            int count = values.Count(isBeyond);
            if (count > 0)
                yield return string.Create(CultureInfo.InvariantCulture,
                    $"Warning: {count:N0} of {values.Length:N0} values are {where} {limit}, where no forecast goes.");
        }
    }

    /// <summary>What was done about missing values of the targets, as far as that is the same for many series only once.</summary>
    private IEnumerable<string> GapWords()
    {
        string[] before = [.. Data.Keys.SelectMany(key => Data[key].Notices).Concat(Data.Notices).Distinct()];
        (string Series, string Notice)[] all =
            [.. Task.Parts.SelectMany(part => Task[part].Table.Notices.Except(before).Select(notice => (part.Series, notice))).Distinct()];
        return all.Length <= MostNotices
            ? all.Select(each => each.Series.Length == 0 ? $"Note: {each.Notice}" : $"Note: {each.Series}: {each.Notice}")
            : [string.Create(CultureInfo.InvariantCulture, $"Note: missing values were treated in "
                + $"{all.Select(each => each.Series).Distinct().Count():N0} series, as "
                + $"--missing {MissingOption.Word(Request.Missing)} asks.")];
    }
}
