using System.Globalization;
using Spectre.Console;
using Unroll.Forecasting;
using Unroll.Server;

namespace Unroll.Cli;

/// <summary>
/// What <c>unroll forecast</c> says before and after training: the verdict and the rows to come first, the details behind.
/// </summary>
internal static class ForecastConsole
{
    /// <summary>The lines around a table of parts, and the fewest parts that are shown.</summary>
    private const int OtherLines = 26, FewestParts = 5;

    /// <summary>A difference below this share of the error is called none.</summary>
    private const double Negligible = 0.005;

    public static void Before(Terminal terminal, ForecastRun run)
    {
        DataHeading.Show(terminal, run.Request.Data, run.Data);
        foreach (string note in run.Notes)
            terminal.Say(note);
        Ranges(terminal, run.Request, run.Task);
        Rows(terminal, run.Task);
        foreach (string sentence in ForecastWords.LeftOut(run.Task.LeftOut, "metrics.json"))
            terminal.Say(sentence, Color.Yellow);
        terminal.Blank();
    }

    /// <summary>Which rows are learnt from and which are judged on, where the user left that to the tool.</summary>
    public static void Ranges(Terminal terminal, CommonRequest request, ForecastTask task)
    {
        if (ForecastWords.Ranges(request, task) is { } sentence)
            terminal.Say(sentence);
    }

    /// <summary>Stands above the progress of training.</summary>
    public static void Training(Terminal terminal, ForecastRun run)
    {
        NetworkRecipe recipe = run.Request.Network;
        string[] names = [.. run.Networks.Select(network => network.Name)];
        if (names.Length == 0)
            return;
        int members = run.Request.Recipe.Members;
        terminal.Heading(string.Create(
            CultureInfo.InvariantCulture,
            $"Training {string.Join(" and ", names)}: {(members == 1 ? "1 network" : $"{members} networks each")}, "
                + $"twice, to choose and then on all training rows; {Machine(recipe)}"));
    }

    /// <summary>Stands above the progress of the last fit.</summary>
    public static void Refit(Terminal terminal, ForecastRun run) =>
        terminal.Heading($"Again on all rows, for {RowWords.Next(Frequency(run), run.Task.Horizon)}");

    /// <summary>Threads and seed.</summary>
    public static string Machine(NetworkRecipe recipe) =>
        FormattableString.Invariant($"{recipe.Threads} {(recipe.Threads == 1 ? "thread" : "threads")}, seed {recipe.Training.Seed}");

    public static void After(Terminal terminal, ForecastRun run)
    {
        Comparison comparison = run.Comparison;
        Verdict(terminal, run);
        terminal.Blank();
        Future(terminal, run);
        if (comparison.Task.Parts.Count > 1)
            Parts(terminal, comparison, comparison.Recommended!);
        Tables(terminal, comparison);
        terminal.Blank();
        if (run.Importance is { } importance)
            terminal.Say($"What drives the forecast: {importance.InWords()}.");
        foreach (string sentence in ForecastWords.Findings(run))
            terminal.Say(sentence);
    }

    /// <summary>How good the forecast is, and how to get a simpler one where that is as good.</summary>
    public static void Verdict(Terminal terminal, ForecastRun run)
    {
        Comparison comparison = run.Comparison;
        bool isBetter = comparison.Recommended is { } best && best.Error < comparison.BestBaseline.Error;
        foreach (string sentence in comparison.Summary())
            terminal.Say(sentence, isBetter ? Color.Green : Color.Yellow);
        if (comparison.OriginsWarning is { } warning)
            terminal.Say(warning, Color.Yellow);
        Advice(terminal, run);
    }

    /// <summary>Errors, errors by step, and intervals.</summary>
    public static void Tables(Terminal terminal, Comparison comparison)
    {
        terminal.Lines(ResultTable.Text(comparison, terminal.Width));
        terminal.Say(ResultTable.Legend(comparison));
        if (comparison.Steps > 1)
        {
            terminal.Blank();
            terminal.Lines(ResultTable.BySteps(comparison, terminal.Width));
        }

        if (ResultTable.Intervals(comparison, terminal.Width) is { Length: > 0 } intervals)
        {
            terminal.Blank();
            terminal.Lines(intervals);
            terminal.Say(ResultTable.IntervalLegend(comparison));
        }
    }

    /// <summary>Where the files are, and how to forecast when there are new rows.</summary>
    public static void Files(Terminal terminal, ForecastRun run, ReportFolder folder, IReadOnlyList<string> files)
    {
        terminal.Blank();
        terminal.Say($"Open {Path.Combine(folder.Path, ForecastFiles.Page)}");
        terminal.Say($"Also there: {string.Join(", ", files)} and the charts as SVG.");
        string model = ForecastFiles.RecommendedName(run);
        string what = run.Blend is null ? "The next value" : "When there are new rows";
        terminal.Say($"{what}: unroll predict {ShellWord.Quote(Path.Combine(folder.Path, model))} {run.Request.Data.PredictWords}");
    }

    /// <summary>A line a part, as many as are seen at once.</summary>
    public static void Parts(Terminal terminal, Comparison comparison, ForecasterScore score)
    {
        terminal.Lines(ResultTable.Parts(comparison, score, terminal.Width, Most(terminal)));
        terminal.Say("The best baseline of each is picked with hindsight.");
        terminal.Blank();
    }

    private static int Most(Terminal terminal) => Math.Max(FewestParts, terminal.Height - OtherLines);

    /// <summary>Where the best baseline is not beaten, the command that forecasts with it alone.</summary>
    private static void Advice(Terminal terminal, ForecastRun run)
    {
        ForecasterScore best = run.Comparison.BestBaseline;
        IEnumerable<ForecasterScore> networks = run.Comparison.Scores.Where(score => score.Kind == ForecasterKind.Network);
        double error = run.Comparison.Recommended?.Error ?? networks.Min(score => score.Error);
        if (error <= best.Error * (1 + Negligible) || run.Request.Models.SequenceEqual([best.Key]))
            return;
        terminal.Say($"To forecast with the {best.Name} forecast alone:");
        terminal.Unbroken(run.Request.CommandWith(best.Key, run.Task));
    }

    private static void Future(Terminal terminal, ForecastRun run)
    {
        if (run.NoFuture is { } reason)
        {
            terminal.Say(reason, Color.Yellow);
            terminal.Blank();
        }

        if (run.Future is not { } future)
            return;
        string rows = RowWords.Next(Frequency(run), future.Steps);
        if (future.Parts.Count == 1)
        {
            terminal.Heading($"{char.ToUpperInvariant(rows[0])}{rows[1..]} of {future.Parts[0].Part.Target}");
            terminal.Lines(FutureTable.Rows(future.Parts[0], run.Comparison.Naive.Error, terminal.Width));
        }
        else
        {
            terminal.Heading($"{char.ToUpperInvariant(rows[0])}{rows[1..]} of {ForecastWords.PartsInWords(run.Task)}");
            Dictionary<Part, double> scales = run.Comparison.Naive.Parts.ToDictionary(score => score.Part, score => score.Rmse);
            terminal.Lines(FutureTable.Parts(
                future,
                PartNames.Heading(run.Task),
                part => PartNames.Short(run.Task, part),
                part => scales.GetValueOrDefault(part, 1),
                terminal.Width,
                Most(terminal)));
        }

        if (FutureTable.IsCut(future))
            terminal.Say($"All rows are in {ForecastFiles.Future}.");
        terminal.Blank();
    }

    private static string Frequency(ForecastRun run) => run.Task[run.Task.Parts[0]].Table.CalendarGaps().FrequencyName;

    /// <summary>The training and the test rows, those of all series together.</summary>
    public static void Rows(Terminal terminal, ForecastTask task)
    {
        (RowFigures train, RowFigures test) = (RowFigures.Train(task), RowFigures.Test(task));
        int origins = Math.Max(1, task.Origins);
        string of = task.Keys.Count > 1 ? FormattableString.Invariant($"{task.Keys.Count:N0} series  ") : "";
        string Line(string name, RowFigures rows, string more) => string.Create(CultureInfo.InvariantCulture,
            $"{name}  {of}{rows.Rows,7:N0} rows  {rows.From} to {rows.To}{more}");
        terminal.Lines(Line("train", train, ""));
        terminal.Lines(Line("test ", test, task.Horizon > 1 ? string.Create(CultureInfo.InvariantCulture,
            $", {origins:N0} {(origins == 1 ? "origin" : "origins")}") : ""));
    }
}
