using System.Globalization;

namespace Unroll.Forecasting;

/// <summary>What a <see cref="Backtest"/> found: the errors of every model and every baseline, step by step ahead.</summary>
public sealed class BacktestResult
{
    private readonly double[] _firstTraining;
    private readonly string _saying;

    internal BacktestResult(string target, BacktestPlan plan, int period, IReadOnlyList<double> levels, IReadOnlyList<BacktestRun> runs, IReadOnlyList<string> leftOut)
    {
        (Target, Horizon, Window, RefitEvery, SlidingRows) = (target, plan.Horizon, plan.Window, plan.RefitEvery, plan.TrainRows);
        (Period, Levels, LeftOut, _firstTraining) = (period, plan.Calibration is null ? [] : levels, leftOut, plan.FirstTraining);
        (Dates, Actual) = (plan.TestDates, plan.Actual);
        Folds = [.. plan.Folds.Select(plan.FoldOf)];
        Calibration = plan.Calibration is { } before ? plan.FoldOf(before) : null;

        BacktestRun[] baselines = [.. runs.Where(run => run.IsBaseline)];
        double[][] rmses = [.. baselines.Select(run => Rmses(run.Forecast))];
        // Of equal ones the first, which is the simplest.
        BacktestRun[] bestAt = [.. Enumerable.Range(0, Horizon).Select(step => baselines[Lowest([.. rmses.Select(rmse => rmse[step])])])];
        int best = Lowest([.. rmses.Select(rmse => rmse.Average())]);
        (double naiveMean, double bestMean) = (rmses[0].Average(), rmses[best].Average());
        Scores = [.. runs.Select(run =>
        {
            StepScore[] steps = [.. Enumerable.Range(1, Horizon).Select(step => Judge(run, step, baselines[0], bestAt[step - 1]))];
            double mean = steps.Average(step => step.Rmse);
            return new BacktestScore
            {
                Name = run.Name,
                IsBaseline = run.IsBaseline,
                Forecast = run.Forecast,
                Steps = steps,
                Skill = Metrics.Skill(mean, naiveMean),
                SkillAgainstBest = bestMean == 0 ? null : Metrics.Skill(mean, bestMean),
                Lag = run.IsBaseline ? null : Attempt(() => LagDiagnosis.Of(run.Forecast.Actual(1), run.Forecast.Predicted(1))),
            };
        })];
        (Baselines, Models) = ([.. Scores.Where(score => score.IsBaseline)], [.. Scores.Where(score => !score.IsBaseline)]);
        BestBaseline = Baselines[best];
        _saying = baselines[best].Saying is { } saying ? $" \"{saying}\"" : "";
    }

    /// <summary>The target column's name as the file spells it.</summary>
    public string Target { get; }

    /// <summary>H, how many rows ahead each origin predicts.</summary>
    public int Horizon { get; }

    /// <summary>T, how many rows before a row its prediction may look at.</summary>
    public int Window { get; }

    /// <summary>After how many rows every model was fitted anew.</summary>
    public int RefitEvery { get; }

    /// <summary>How many rows each fit learnt from where the range slides; null where it expands.</summary>
    public int? SlidingRows { get; }

    /// <summary>m, the rows of one season that baselines and scaled errors use; 1 where there is none.</summary>
    public int Period { get; }

    /// <summary>The nominal levels of the intervals; empty where there are none.</summary>
    public IReadOnlyList<double> Levels { get; }

    /// <summary>The dates of the n test rows.</summary>
    public IReadOnlyList<DateTime> Dates { get; }

    /// <summary>The values of the n test rows, in the target's units.</summary>
    public IReadOnlyList<double> Actual { get; }

    /// <summary>The fits, in the order of time.</summary>
    public IReadOnlyList<BacktestFold> Folds { get; }

    /// <summary>The fit that the first intervals come from, its origins counted back from the first fold's; null where there are no intervals.</summary>
    public BacktestFold? Calibration { get; }

    /// <summary>All baselines, the naive forecast first, then all models.</summary>
    public IReadOnlyList<BacktestScore> Scores { get; }

    /// <summary>All baselines that apply and could be fitted, the naive forecast first.</summary>
    public IReadOnlyList<BacktestScore> Baselines { get; }

    /// <summary>The models, in the order in which they were given.</summary>
    public IReadOnlyList<BacktestScore> Models { get; }

    /// <summary>Tomorrow equals today.</summary>
    public BacktestScore Naive => Baselines[0];

    /// <summary>The baseline of the lowest mean RMSE over the steps, picked with hindsight as in <see cref="Comparison.BestBaseline"/>.</summary>
    public BacktestScore BestBaseline { get; }

    /// <summary>One plain line for each baseline that could not be fitted, and for intervals that there are none of, with the reason.</summary>
    public IReadOnlyList<string> LeftOut { get; }

    /// <summary>A model in a few plain sentences: does it beat the best baseline, by how much, and could that be chance.</summary>
    public string Verdict(BacktestScore score)
    {
        ArgumentNullException.ThrowIfNull(score);
        BacktestScore best = BestBaseline;
        bool beats = score.SkillAgainstBest > 0;
        string over = Horizon == 1 ? "RMSE" : $"mean RMSE of 1 to {Horizon} rows ahead";
        string naive = ReferenceEquals(best, Naive)
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $" It {(score.Skill > 0 ? "beats" : "does not beat")} the naive forecast \"tomorrow equals today\" ({(Horizon == 1 ? "" : "mean ")}RMSE {Naive.Rmse:G4}).");
        return string.Create(CultureInfo.InvariantCulture, $"The {score.Name} {(beats ? "beats" : "does not beat")} the best baseline, the {best.Name} forecast{_saying}: {over} {score.Rmse:G4} against {best.Rmse:G4}{Comparison.Difference(score.SkillAgainstBest)}.")
            + $"{naive} {(Horizon == 1 ? Chance(score.Name, score.Steps[0]) : StepByStep(score))}{(beats ? "" : $" Use the {best.Name} forecast instead.")}";
    }

    /// <summary>The RMSE of each step ahead.</summary>
    internal static double[] Rmses(HorizonForecast forecast) =>
        [.. Enumerable.Range(1, forecast.Steps).Select(step => Metrics.Rmse(forecast.Actual(step), forecast.Predicted(step)))];

    private StepScore Judge(BacktestRun run, int step, BacktestRun naive, BacktestRun best)
    {
        double[] actual = run.Forecast.Actual(step), predicted = run.Forecast.Predicted(step);
        double rmse = Metrics.Rmse(actual, predicted);
        double? Against(BacktestRun other) =>
            Metrics.Rmse(actual, other.Forecast.Predicted(step)) is > 0 and var reference ? Metrics.Skill(rmse, reference) : null;
        double? Figure(Func<double> metric) => Attempt(() => (double?)metric());
        return new StepScore
        {
            Step = step,
            Rmse = rmse,
            Mae = Metrics.Mae(actual, predicted),
            Mape = Figure(() => Metrics.Mape(actual, predicted)),
            Mase = Figure(() => Metrics.Mase(actual, predicted, _firstTraining, Period)),
            Rmsse = Figure(() => Metrics.Rmsse(actual, predicted, _firstTraining, Period)),
            Skill = Against(naive),
            BestBaseline = best.Name,
            SkillAgainstBest = Against(best),
            AgainstBest = run == best ? null : Attempt(() => DieboldMariano.Test(actual, predicted, best.Forecast.Predicted(step), step)),
            Intervals = run.Calibration is { } calibration ? IntervalsOf(run, calibration, step) : [],
        };
    }

    private IntervalScore[] IntervalsOf(BacktestRun run, HorizonForecast calibration, int step) => run.Quantiles is { } quantiles
        ? new Foreseen(run.Forecast, quantiles).Judge(new Foreseen(calibration, run.CalibrationQuantiles), step, Levels).Intervals
        : [.. Levels.Select(level => IntervalScore.Of(run.Forecast, calibration, step, level))];

    private string Chance(string name, StepScore step) =>
        step.AgainstBest?.InWords(name, $"{step.BestBaseline} forecast")
        ?? $"Whether that is chance cannot be told from {(Actual.Count == 1 ? "this one row" : $"these {Actual.Count} rows")}.";

    /// <summary>In how many steps the errors are smaller and larger than those of the best baseline of the step, and how often beyond chance.</summary>
    private string StepByStep(BacktestScore score)
    {
        StepScore[] smaller = [.. score.Steps.Where(step => step.SkillAgainstBest > 0)], others = [.. score.Steps.Except(smaller)];
        static int Beyond(StepScore[] steps) => steps.Count(step => step.AgainstBest is { IsSignificant: true });
        return $"Step by step, against the best baseline of each, its errors are smaller at {smaller.Length} of {Horizon} steps, at {Beyond(smaller)} of them beyond chance, and not smaller at {others.Length}, at {Beyond(others)} of them beyond chance (p < 0.05).";
    }

    private static int Lowest(double[] values) => Array.IndexOf(values, values.Min());

    /// <summary>Null where a figure is not defined for these values.</summary>
    private static T? Attempt<T>(Func<T?> figure)
    {
        try
        {
            return figure();
        }
        catch (UnrollException)
        {
            return default;
        }
    }
}
