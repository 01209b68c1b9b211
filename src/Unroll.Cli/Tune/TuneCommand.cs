using System.CommandLine;
using Unroll.Forecasting;
using Unroll.Reports;

namespace Unroll.Cli;

/// <summary><c>unroll tune [FILE]</c></summary>
internal static class TuneCommand
{
    public const string Name = "tune";

    private const string JournalName = "journal.jsonl";

    public static Command Create()
    {
        var options = new TuneOptions();
        var command = new Verb(
            Name,
            "Looks for good settings: trains networks with settings drawn at random, judges them on the newest part of the training rows "
                + "beside the naive forecast, and trains the best third on. The test rows are never seen. Started again after it was "
                + "ended, it goes on where it was.",
            "unroll tune --sample aapl --trials 4 --epochs 2",
            "unroll tune --sample aapl --recipe tutorial --trials 6 --epochs 3 --out tuned");
        options.AddTo(command);
        command.SetAction(result => Run(options.Read(result)));
        return command;
    }

    /// <summary>What a worker is asked for.</summary>
    /// <inheritdoc cref="ClusterWork.Parse" path="/exception"/>
    public static TuneRequest Parse(IReadOnlyList<string> words)
    {
        var options = new TuneOptions();
        return ClusterWork.Parse(Name, words, options.AddTo, options.Read);
    }

    private static int Run(TuneRequest request)
    {
        ForecastRequest forecast = request.Forecast;
        Terminal terminal = forecast.Json ? Terminal.Error() : Terminal.Output();
        var plan = new TunePlan(request);
        using var interruption = new Interruption();
        var folder = new ReportFolder(forecast.Folder);
        folder.RequireNoForecaster("search");
        try
        {
            string path = Path.Combine(folder.Path, JournalName);
            using var journal = TuningJournal.Open(path, plan.Tuner.Setup);
            TuneConsole.Before(terminal, plan, journal);
            TuningResult result;
            try
            {
                if (request.Cluster is { } cluster)
                    ClusterRun.Gather(terminal, terminal, cluster, Name, forecast.Data, new TunePieces(plan.Tuner, journal),
                        interruption.Token);
                result = TuneDisplay.Run(terminal, plan.Tuner, journal, interruption.Token);
            }
            catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
            {
                terminal.Blank();
                terminal.Say($"Interrupted. {TuneConsole.Trainings(journal.Finished.Count)} kept in {path}: the same command goes "
                    + "on from there.");
                return interruption.ExitCode;
            }

            double? ridge = plan.RidgeError();
            string json = TuneJson.Of(plan, result, ridge).ToString();
            folder.Write(new Dictionary<string, string>
            {
                [TuneJson.FileName] = json,
                ["trials.csv"] = TuneTable.Csv(result),
                ["tuning.svg"] = TuningChart.Draw(result, $"{forecast.Data.Title}, {ColumnNames.List(plan.Task.Targets)}").Svg,
            });
            TuneConsole.After(terminal, plan, result, ridge, folder);
            if (forecast.Json)
                Console.Out.Write(json);
            return 0;
        }
        finally
        {
            folder.Abandon();
        }
    }
}
