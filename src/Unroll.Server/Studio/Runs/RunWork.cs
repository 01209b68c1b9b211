using System.Globalization;
using Unroll.Forecasting;
using Unroll.Formats;
using Unroll.Reports;

namespace Unroll.Server;

/// <summary>What a run does, as <c>unroll forecast</c>: fits, judges, fits again to all rows, forecasts, writes its files.</summary>
internal sealed class RunWork(Run run, RunPlan plan)
{
    public const string ModelName = "forecast.unroll", ReportName = "report.html", FutureName = "future.csv",
        PredictionsName = "predictions.csv";

    /// <summary>A rate that trains networks of any size here.</summary>
    private const double UsualRate = 0.01;

    private readonly EpochWatch _watch = new(run, plan);

    /// <summary>Runs to the end, whatever it is, and says so.</summary>
    public void Execute()
    {
        run.Control.Start();
        try
        {
            run.Work(RunState.Training, row => row with { Epochs = _watch.Epochs });
            run.Control.Interrupted.ThrowIfCancellationRequested();
            RunResult result = plan.Blend is { } blend ? FitBlend(blend) : Tutorial();
            End(result);
        }
        catch (OperationCanceledException) when (run.Control.Interrupted.IsCancellationRequested)
        {
            run.Enter(RunState.Interrupted, row => row with { Message = Run.InterruptedMessage });
        }
        catch (TrainingDivergedException diverged)
        {
            Fail(string.Create(CultureInfo.InvariantCulture,
                $"The loss became infinite at epoch {diverged.Epoch}, step {diverged.Step}. Try a learning rate of "
                + $"{Math.Min(plan.Network.Training.Optimizer.LearningRate / 10, UsualRate):0.######} or less."));
        }
        catch (UnrollException refused)
        {
            Fail(Problems.Sentence(refused.Message));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Fail("The files of this run cannot be written: the disk is full, or the folder cannot be written to. Make room and "
                + "start it again.");
        }
        finally
        {
            run.Control.End();
        }
    }

    private RunResult FitBlend(BlendForecaster blend)
    {
        blend.Budget = TimeBudget.Open();
        using CancellationTokenRegistration stop = run.Control.Stopped.Register(blend.Budget.End);
        (double fitted, double judged) = FitShares.WithRefit;
        blend.Fit(plan.Task, _watch.Within(0, fitted), run.Control.Interrupted);
        run.Work(RunState.Judging);
        var comparison = new Comparison(plan.Task, blend, _watch.Within(fitted, judged), run.Control.Interrupted);
        InputImportance? importance = InputImportance.Of(blend, plan.Task, run.Control.Interrupted);
        run.Work(RunState.Training, row => Score(row, comparison));
        blend.Refit(plan.Task.Whole(), _watch.Within(judged, 1, isAgain: true), run.Control.Interrupted);
        run.Work(RunState.Judging);
        Forecast? future = null;
        IReadOnlyList<PartContributions> contributions = [];
        string? noFuture = null;
        try
        {
            future = blend.Predict(plan.Rows, plan.Horizon, plan.Missing);
            contributions = blend.Contributions(plan.Rows, plan.Horizon, plan.Missing);
        }
        catch (UnrollException reason)
        {
            noFuture = $"The rows to come cannot be forecast yet: {reason.Message}";
        }

        return new RunResult(plan, comparison, blend)
        {
            Future = future,
            Contributions = contributions,
            Importance = importance,
            NoFuture = noFuture,
        };
    }

    private RunResult Tutorial()
    {
        var comparison = new Comparison(plan.Task, run.Control.Interrupted);
        double count = plan.Forecasters.Count;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(run.Control.Interrupted, run.Control.Stopped);
        foreach ((int i, PartsForecaster network) in plan.Forecasters.Index())
        {
            try
            {
                network.Fit(plan.Task, _watch.Within(i / count, (i + 1) / count), end.Token);
            }
            catch (OperationCanceledException) when (run.Control.IsStopped && !run.Control.Interrupted.IsCancellationRequested)
            {
                // Judged below with the best weights that it has.
            }
        }

        run.Work(RunState.Judging);
        foreach (PartsForecaster network in plan.Forecasters.Where(network => network.History is { KeptEpoch: > 0 }))
            comparison.Add(network);
        PartsForecaster? first = plan.Forecasters.FirstOrDefault(network => network.History is { KeptEpoch: > 0 });
        return first is null
            ? throw new UnrollException("Training was ended before any network had an epoch behind it, so there is nothing to judge.")
            : new RunResult(plan, comparison, first) { Future = Next(first) };
    }

    /// <summary>The rows to come by the tutorial's network.</summary>
    private Forecast? Next(PartsForecaster network)
    {
        try
        {
            return network.Predict(plan.Rows, plan.Horizon, plan.Missing);
        }
        catch (UnrollException)
        {
            return null;
        }
    }

    /// <summary>Writes all files, then that it is done.</summary>
    private void End(RunResult result)
    {
        bool isStopped = run.Control.IsStopped;
        ResultView view = result.View(isStopped ? StoppedAt() : null);
        ForecastFile.Save(result.Forecaster, Path.Combine(run.Folder, ModelName));
        AtomicFile.WriteText(Path.Combine(run.Folder, ReportName), HtmlReport.Render(result.Report()));
        if (result.Future is { } future)
            AtomicFile.WriteText(Path.Combine(run.Folder, FutureName), FutureCsv.Of(future));
        PredictionsCsv.Write(result.Comparison, Path.Combine(run.Folder, PredictionsName));
        AtomicFile.Write(Path.Combine(run.Folder, Run.ExplanationName), StudioJson.Bytes(result.Explanation()));
        AtomicFile.Write(Path.Combine(run.Folder, Run.ResultName), StudioJson.Bytes(view));
        run.Enter(isStopped ? RunState.Stopped : RunState.Done, row =>
            Score(row, result.Comparison) with { Message = isStopped ? StoppedAt() : null });
        run.Events.Tell("result", view, isLast: true);
    }

    private string StoppedAt() => _watch.IsAgain
        ? $"The fit to all rows was ended by hand {_watch.Last}: the verdict is of networks that were trained to the end."
        : $"Training was ended by hand {_watch.Last}: what is judged are the best weights by then.";

    private void Fail(string detail)
    {
        run.Events.Tell("failed", new FailedView(detail));
        run.Enter(RunState.Failed, row => row with { Message = detail });
    }

    /// <summary>The errors of the test rows, beside those of naive, ridge regression and the best baseline.</summary>
    private static RunRow Score(RunRow row, Comparison comparison)
    {
        ForecasterScore best = comparison.Recommended ?? comparison.Scores.Where(score => score.Kind == ForecasterKind.Network)
            .MinBy(score => score.Error) ?? comparison.BestBaseline;
        return row with
        {
            ErrorName = best.ErrorName,
            Error = best.Error,
            Naive = comparison.Naive.Error,
            BestBaseline = new NamedError(comparison.BestBaseline.Name, comparison.BestBaseline.Error),
            Ridge = comparison.Scores.FirstOrDefault(score => score.Kind == ForecasterKind.Ridge)?.Error,
            Verdict = RunResult.DoubtOf(comparison) ?? (comparison.Summary() is [var first, ..] ? first : null),
        };
    }

    /// <summary>Why there is no result.</summary>
    private sealed record FailedView(string Detail);
}
