using Unroll.Forecasting;
using Unroll.Reports;
using Unroll.Server;

namespace Unroll.Cli;

/// <summary>
/// A backtest from data to judged forecasts. Everything that can be wrong with data and options is found when this is made, before anything
/// is printed or written.
/// </summary>
internal sealed class BacktestRun
{
    private readonly IReadOnlyList<Func<PartsForecaster>> _create;
    private BacktestResult? _result;

    /// <exception cref="UnrollException">The data or the options are not usable.</exception>
    public BacktestRun(BacktestRequest request)
    {
        Request = request;
        ForecastRequest forecast = request.Forecast;
        Data = forecast.ReadData();
        Task = new ForecastTask(Data, forecast.TaskFor(Data));
        Options = new BacktestOptions { RefitEvery = request.Refit, TrainRows = request.Sliding, Budget = forecast.Budget };
        _create = forecast.Recipe.IsDefault
            ? [() => forecast.CreateBlend(Task)]
            : [.. forecast.Recipes.Select(recipe => (Func<PartsForecaster>)(() => new NetworkForecaster(recipe)))];
        Folds = Backtest.Folds(Task, _create, Options);
        Forecasters = [.. _create.Select(create => create())];
        Notes =
        [
            .. forecast.Targets.Count == 0 && forecast.Data.Sample is null
                ? [$"Forecasting {Task.Targets[0]}, the only column of numbers."]
                : Array.Empty<string>(),
            .. forecast.Recipe.LeftOut(Data[Data.Keys[0]], Task.Targets),
            .. Task.Notes,
        ];
    }

    public BacktestRequest Request { get; }

    /// <summary>The rows as they were read.</summary>
    public SeriesSet Data { get; }

    public ForecastTask Task { get; }

    public BacktestOptions Options { get; private set; }

    /// <summary>The fits of each forecaster.</summary>
    public IReadOnlyList<BacktestFold> Folds { get; }

    /// <summary>What is judged beside the baselines, not fitted, to look at: a blend, or the tutorial's networks.</summary>
    public IReadOnlyList<PartsForecaster> Forecasters { get; }

    /// <summary>What was chosen and done before, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; }

    public BacktestResult Result => _result ?? throw new InvalidOperationException("Nothing is judged yet. Call Run first.");

    public Comparison Comparison => Result.Comparison;

    /// <summary>What the forecasters were made with, by the names of the options.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Settings =>
    [
        .. Request.Forecast.Settings(Task).Where(setting => setting.Key is not ("train" or "refit")),
        new("refit", FormattableString.Invariant($"{Request.Refit ?? Folds.Max(fold => fold.Origins)}")),
        new("sliding", Request.Sliding is { } rows ? FormattableString.Invariant($"{rows}") : "all"),
    ];

    /// <summary>All that results depend on.</summary>
    public string Setup => SetupHash.Of([.. Settings, new("data", SetupHash.Of(Task))]);

    /// <summary>Where finished fits are kept.</summary>
    public void KeepIn(FinishedWork work) => Options = Options with { Work = work };

    /// <summary>Does the fits of one fold on one thread, and keeps them.</summary>
    /// <param name="fold">Which, from 0.</param>
    /// <param name="work">Where they are kept.</param>
    /// <param name="cancellation">Ends it.</param>
    public void RunFold(int fold, FinishedWork work, CancellationToken cancellation) => Backtest.RunFold(
        fold, Task, [.. _create.Select(create => (Func<PartsForecaster>)(() => OneThread(create())))], Options with { Work = work }, null,
            cancellation);

    private static PartsForecaster OneThread(PartsForecaster forecaster)
    {
        forecaster.Threads = 1;
        return forecaster;
    }

    /// <summary>Fits, predicts and judges.</summary>
    public void Run(IProgress<BacktestEvent> progress, CancellationToken cancellation) =>
        _result = Backtest.Run(Task, _create, Options, progress, cancellation);

    public ForecastReport Report() => ForecastReport.Create(Task, Comparison) with
    {
        Title = $"Backtest of {Request.Forecast.Data.Title}, {ColumnNames.List(Task.Targets)}",
        Notes = [.. Notes, BacktestConsole.Fits(this), .. Result.GivenUp, .. Comparison.LeftOut],
        Settings = Settings,
        Fits = [.. Folds.Skip(1).Select(fold => fold.TrainTo)],
    };
}
