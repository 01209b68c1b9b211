using System.CommandLine;
using Unroll.Forecasting;
using Unroll.Reports;

namespace Unroll.Cli;

/// <summary><c>unroll backtest [FILE]</c></summary>
internal static class BacktestCommand
{
    public const string Name = "backtest";

    public static Command Create()
    {
        var arguments = new BacktestArguments();
        var command = new Verb(
            Name,
            "Forecasts the past as it would have been forecast then: everything is fitted anew every few rows on the rows before, "
                + "forecasts one or more rows ahead, and is judged with intervals.",
            "unroll backtest --sample aapl --model gru --epochs 3 --refit 126",
            "unroll backtest --sample stations --model ridge --test last:60 --refit 60");
        arguments.AddTo(command);
        command.SetAction(result => Run(arguments.Read(result)));
        return command;
    }

    /// <summary>What a worker is asked for.</summary>
    /// <inheritdoc cref="ClusterWork.Parse" path="/exception"/>
    public static BacktestRequest Parse(IReadOnlyList<string> words)
    {
        var arguments = new BacktestArguments();
        return ClusterWork.Parse(Name, words, arguments.AddTo, arguments.Read);
    }

    private static int Run(BacktestRequest request)
    {
        Terminal terminal = request.Forecast.Json ? Terminal.Error() : Terminal.Output();
        Terminal details = request.Forecast.IsQuiet ? Terminal.Silent() : terminal;
        var run = new BacktestRun(request);
        using var interruption = new Interruption();
        var folder = new ReportFolder(request.Forecast.Folder);
        folder.RequireNoForecaster("backtest");
        try
        {
            BacktestConsole.Before(details, run);
            var work = folder.OpenWork(run.Setup, terminal.Say);
            if (work.Count > 0)
                terminal.Say("Going on where the same command was interrupted.");
            run.KeepIn(work);
            var display = new BacktestDisplay(details, run);
            try
            {
                if (request.Forecast.Cluster is { } cluster)
                    ClusterRun.Gather(terminal, details, cluster, Name, request.Forecast.Data, ClusterWork.Pieces(run, work),
                        interruption.Token);
                display.Run(interruption.Token);
            }
            catch (TrainingDivergedException diverged)
            {
                work.Remove();
                throw ForecastCommand.Diverged(
                    request.Forecast.Network,
                    FormattableString.Invariant(
                        $"{display.Current.Moment.Forecaster} in fit {display.Current.Fit} of {display.Current.Fits}"),
                    diverged,
                    "Nothing was written.");
            }
            catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
            {
                terminal.Blank();
                terminal.Say(work.Count > 0
                    ? $"Interrupted. What is finished is kept in {work.Folder}: the same command goes on from there."
                    : "Interrupted before a fit was finished: nothing was written.");
                return interruption.ExitCode;
            }

            string figures = MetricsJson.Of(run).ToString();
            folder.Write(BacktestFiles.Of(run, figures), new Dictionary<string, Action<string>>
            {
                [BacktestFiles.Predictions] = path => PredictionsCsv.Write(run.Comparison, path)
            });
            work.Remove();
            BacktestConsole.After(terminal, run, folder);
            if (request.Forecast.Json)
                Console.Out.Write(figures);
            return 0;
        }
        finally
        {
            folder.Abandon();
        }
    }
}
