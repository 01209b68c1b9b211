using System.CommandLine;
using System.Globalization;
using Unroll.Forecasting;
using Unroll.Server;

namespace Unroll.Cli;

/// <summary><c>unroll forecast [FILE]</c></summary>
internal static class ForecastCommand
{
    public const string Name = "forecast";

    /// <summary>A rate that trains the networks of this tool with any of its optimizers.</summary>
    private const double UsualRate = 0.01;

    public static Command Create()
    {
        var options = new ForecastOptions();
        var command = new Verb(
            Name,
            "Forecasts the rows to come of a file, with intervals, and says how good the forecast is: recurrent networks, regression and "
                + "simple rules are judged on the newest rows, always beside the naive forecast "
                + "\"the value before\", and blended by what each deserves.",
            "unroll forecast --sample aapl --epochs 5",
            "unroll forecast --sample aapl --target High,Low --horizon 5 --epochs 5",
            "unroll forecast --sample stations --test last:28 --model ridge,seasonal-naive");
        options.AddTo(command);
        command.SetAction(result => Run(options.Read(result)));
        return command;
    }

    /// <summary>What a worker is asked for.</summary>
    /// <inheritdoc cref="ClusterWork.Parse" path="/exception"/>
    public static ForecastRequest Parse(IReadOnlyList<string> words)
    {
        var options = new ForecastOptions();
        return ClusterWork.Parse(Name, words, command => options.AddTo(command), options.Read);
    }

    private static int Run(ForecastRequest request)
    {
        Terminal terminal = request.Json ? Terminal.Error() : Terminal.Output();
        Terminal details = request.IsQuiet ? Terminal.Silent() : terminal;
        var run = new ForecastRun(request);
        using var interruption = new Interruption();
        var folder = new ReportFolder(request.Folder);
        try
        {
            FinishedWork work = Work(terminal, run, folder);
            Before(details, run, work);
            string? fitted = null;
            try
            {
                if (run.Blend is null)
                    TutorialConsole.Baselines(details, run, interruption.Token);
                if (request.Cluster is { } cluster)
                    ClusterRun.Gather(terminal, details, cluster, Name, request.Data, ClusterWork.Pieces(run, work), interruption.Token);
                Fit(details, run, name => fitted = name, interruption.Token);
            }
            catch (TrainingDivergedException diverged)
            {
                work.Remove();
                throw Diverged(run, fitted ?? "network", diverged, folder);
            }
            catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
            {
                return TellInterruption(terminal, run, work, folder, interruption);
            }

            run.Look();
            string metrics = MetricsJson.Of(run).ToString();
            ForecastFiles.Write(run, folder, metrics);
            After(terminal, run, folder);
            if (request.Json)
                Console.Out.Write(metrics);
            return 0;
        }
        finally
        {
            folder.Abandon();
        }
    }

    /// <summary>Where finished networks are kept until the report is written.</summary>
    private static FinishedWork Work(Terminal terminal, ForecastRun run, ReportFolder folder)
    {
        FinishedWork work = folder.OpenWork(run.Setup, terminal.Say);
        run.KeepIn(work);
        return work;
    }

    private static void Before(Terminal terminal, ForecastRun run, FinishedWork work)
    {
        if (run.Blend is null)
        {
            TutorialConsole.Before(terminal, run);
            return;
        }

        ForecastConsole.Before(terminal, run);
        if (work.Count > 0)
            terminal.Say(string.Create(CultureInfo.InvariantCulture, $"Going on where the same command was interrupted: {work.Count:N0} "
                + $"finished {(work.Count == 1 ? "network is" : "networks are")} there."));
        ForecastConsole.Training(terminal, run);
    }

    /// <summary>Fits, judges and fits again to all rows.</summary>
    private static void Fit(Terminal terminal, ForecastRun run, Action<string> fits, CancellationToken cancellation)
    {
        bool refits = run.Request.Refits && run.Blend is not null;
        (double fitted, double judged) = refits ? FitShares.WithRefit : FitShares.Alone;
        var display = new FitDisplay(terminal, run.Request.Budget);
        string[] names = [.. run.InOrder.Select(forecaster => forecaster.Name)];
        display.Run([.. names, FitDisplay.Judging], run.Request.EpochsInAll, 0, judged, progress =>
        {
            run.Fit(Within(0, fitted / judged), cancellation);
            run.Judge(Within(fitted / judged, 1, FitDisplay.Judging), cancellation);

            Told Within(double from, double to, string? name = null) => new(moment =>
            {
                if (name is null)
                    fits(moment.Forecaster);
                progress.Report(moment with { Share = from + ((to - from) * moment.Share), Forecaster = name ?? moment.Forecaster });
            });
        });
        if (!refits)
            return;
        terminal.Blank();
        ForecastConsole.Refit(terminal, run);
        display.Run([.. run.InOrder.Select(forecaster => forecaster.Name)], run.Request.EpochsInAll / 2, judged, 1,
            progress => run.Refit(progress, cancellation));
    }

    private static void After(Terminal terminal, ForecastRun run, ReportFolder folder)
    {
        terminal.Blank();
        if (run.Request.IsQuiet)
        {
            ForecastConsole.Verdict(terminal, run);
            foreach (string sentence in run.GivenUp)
                terminal.Say(sentence, Spectre.Console.Color.Yellow);
            if (run.NoFuture is { } reason)
                terminal.Say(reason, Spectre.Console.Color.Yellow);
        }
        else if (run.Blend is null)
            TutorialConsole.After(terminal, run);
        else
            ForecastConsole.After(terminal, run);
        ForecastConsole.Files(terminal, run, folder, ForecastFiles.Names(run));
    }

    private static UnrollException Diverged(ForecastRun run, string name, TrainingDivergedException diverged, ReportFolder folder)
    {
        int good = diverged.History.KeptEpoch;
        PartsForecaster? network = run.Blend is null ? run.Forecasters.FirstOrDefault(each => each.Name == name) : null;
        string kept = (network, good) switch
        {
            (null, _) => "Nothing was written.",
            (_, > 0) => $"Its weights after epoch {good}, the last good ones, are in {folder.Keep(network)}.",
            _ => "No epoch was finished, so there is nothing to keep.",
        };
        return Diverged(run.Request.Network, name, diverged, kept);
    }

    /// <param name="recipe">Of the network whose training went wrong.</param>
    /// <param name="name">Of the network.</param>
    /// <param name="diverged">How it did.</param>
    /// <param name="kept">A sentence on what there is of it.</param>
    public static UnrollException Diverged(NetworkRecipe recipe, string name, TrainingDivergedException diverged, string kept)
    {
        double rate = Math.Min(recipe.Training.Optimizer.LearningRate / 10, UsualRate);
        string clipping = recipe.Training.Clipping is null or { Limit: > 1 } ? ", or --clip-norm 1" : "";
        return new UnrollException(string.Create(
            CultureInfo.InvariantCulture,
            $"The loss of the {name} became infinite at epoch {diverged.Epoch}, step {diverged.Step}. "
                + $"Try --learning-rate {rate:0.######} or less{clipping}. {kept}"), diverged);
    }

    private static int TellInterruption(Terminal terminal, ForecastRun run, FinishedWork work, ReportFolder folder,
        Interruption interruption)
    {
        terminal.Blank();
        if (run.Blend is not null)
        {
            string finished = work.Count == 1
                ? "1 finished network is"
                : FormattableString.Invariant($"{work.Count:N0} finished networks are");
            terminal.Say(work.Count > 0
                ? $"Interrupted. {finished} kept in {work.Folder}: the same command goes on from there."
                : "Interrupted before a network was finished: nothing was written.");
            return interruption.ExitCode;
        }

        List<string> kept = [];
        foreach (PartsForecaster network in run.Forecasters)
        {
            if (network.History is { KeptEpoch: > 0 } history)
                kept.Add(string.Create(CultureInfo.InvariantCulture,
                    $"the {network.Name} of epoch {history.KeptEpoch} of {run.Request.Network.Training.Epochs} in {folder.Keep(network)}"));
        }

        terminal.Say(kept.Count > 0
            ? $"Interrupted. Kept the best weights so far: {string.Join(", ", kept)}."
            : "Interrupted before a network was ready: nothing to keep.");
        return interruption.ExitCode;
    }
}
