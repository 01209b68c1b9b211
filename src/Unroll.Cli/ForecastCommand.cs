using System.CommandLine;
using Unroll.Forecasting;
using Unroll.Reports;

namespace Unroll.Cli;

/// <summary><c>unroll forecast [FILE]</c></summary>
internal static class ForecastCommand
{
    public static Command Create()
    {
        var options = new ForecastOptions(samples: Sample.All);
        var command = new Verb(
            "forecast",
            "Trains networks on a column of a file, judges them beside the naive forecast \"tomorrow equals today\" and other baselines, and writes a report.",
            "unroll forecast --sample aapl --epochs 5",
            "unroll forecast --sample aapl --target High,Low --epochs 5",
            "unroll forecast --sample stations --epochs 2");
        options.AddTo(command);
        options.AddPanelTo(command);
        command.SetAction(result => options.ReadPanel(result) is { } panel ? ForecastPanelCommand.Run(panel) : Run(options.Read(result)));
        return command;
    }

    private static int Run(ForecastRequest request)
    {
        if (TargetColumn.AreSeveral([], request) && request.Data.Read() is var series && TargetColumn.AreSeveral(series.ColumnNames, request))
            return ForecastTargetsCommand.Run(request, series);

        Terminal terminal = request.Json ? Terminal.Error() : Terminal.Output();
        var plan = new ForecastPlan(request);
        using var interruption = new Interruption();
        var folder = new ReportFolder(request.Folder);
        try
        {
            ForecastConsole.Before(terminal, plan);
            ForecastConsole.Baselines(terminal, plan);
            Train(terminal, plan, folder, interruption.Token);
            if (interruption.Token.IsCancellationRequested)
                return Interrupted(terminal, plan, folder, interruption);
            foreach (INetworkForecaster network in plan.Networks)
                plan.Comparison.Add(network);
            string metrics = MetricsJson.Of(plan).ToString();
            folder.Write(plan, Report(plan), metrics);
            ForecastConsole.After(terminal, plan, folder);
            if (request.Json)
                Console.Out.Write(metrics);
            return 0;
        }
        finally
        {
            folder.Abandon();
        }
    }

    private static void Train(Terminal terminal, ForecastPlan plan, ReportFolder folder, CancellationToken cancellation) =>
        TrainingDisplay.Run(terminal, [.. plan.Networks.Select(network => network.Name)], plan.Request.EpochsInAll, (i, onEvent) =>
        {
            INetworkForecaster network = plan.Networks[i];
            network.OnEvent = onEvent;
            return GoesOn(() => network.Fit(plan.Split, cancellation), diverged => Diverged(network, diverged, folder), cancellation);
        });

    /// <summary>Trains a network; false where that was interrupted.</summary>
    /// <param name="fit">The training.</param>
    /// <param name="failure">What to say where the training went wrong.</param>
    /// <param name="cancellation">Interrupts it.</param>
    public static bool GoesOn(Action fit, Func<TrainingDivergedException, UnrollException> failure, CancellationToken cancellation)
    {
        try
        {
            fit();
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        catch (TrainingDivergedException diverged)
        {
            throw failure(diverged);
        }

        return !cancellation.IsCancellationRequested;
    }

    private static UnrollException Diverged(INetworkForecaster network, TrainingDivergedException diverged, ReportFolder folder)
    {
        int good = diverged.History.KeptEpoch;
        string kept = (network, good) switch
        {
            (EnsembleForecaster, _) => "Nothing was written.",
            (_, > 0) => $"Its weights after epoch {good}, the last good ones, are in {folder.Keep(network)}.",
            _ => "No epoch was finished, so there is nothing to keep.",
        };
        return Diverged(network.Recipe, diverged, kept);
    }

    /// <param name="recipe">Of the network whose training went wrong.</param>
    /// <param name="diverged">How it did.</param>
    /// <param name="kept">A sentence on what there is of it.</param>
    public static UnrollException Diverged(NetworkRecipe recipe, TrainingDivergedException diverged, string kept) => new(FormattableString.Invariant(
        $"The loss of the {recipe.Name} became infinite at epoch {diverged.Epoch}, step {diverged.Step}. Try --learning-rate {recipe.Training.Optimizer.LearningRate / 10:G4} or less, or --clip-norm 1. {kept}"), diverged);

    private static int Interrupted(Terminal terminal, ForecastPlan plan, ReportFolder folder, Interruption interruption)
    {
        terminal.Blank();
        List<string> kept = [];
        foreach (INetworkForecaster network in plan.Networks)
        {
            if (network is NetworkForecaster && network.History is { KeptEpoch: > 0 } history)
                kept.Add(FormattableString.Invariant($"the {network.Name} of epoch {history.KeptEpoch} of {network.Recipe.Training.Epochs} in {folder.Keep(network)}"));
        }

        terminal.Say(kept.Count > 0
            ? $"Interrupted. Kept the best weights so far: {string.Join(", ", kept)}."
            : "Interrupted before a network was ready: nothing to keep.");
        return interruption.ExitCode;
    }

    public static ForecastReport Report(ForecastPlan plan) =>
        ForecastReport.Create(plan.Column, plan.Split, plan.Comparison, plan.Networks) with
        {
            Title = $"{plan.Request.Data.Title}, {plan.Split.Target}",
            Notes = [.. plan.Comparison.LeftOut, .. ForecastConsole.Made(plan), .. plan.InputNotes],
            Settings =
            [
                .. plan.Request.Settings(plan.Split),
                new(".NET", Environment.Version.ToString()),
                new("instruction set", plan.Networks[0].Model.InstructionSet),
            ],
        };
}
