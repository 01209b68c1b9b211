using System.Globalization;
using Spectre.Console;
using Unroll.Forecasting;
using Unroll.Server;

namespace Unroll.Cli;

/// <summary>What <c>unroll judge</c> says before and after judging.</summary>
internal static class JudgeConsole
{
    public static void Before(Terminal terminal, JudgeRun run)
    {
        DataHeading.Show(terminal, run.Request.Data, run.Data);
        foreach (string note in run.Notes.Where(note => note != run.Forecaster.Caveat))
            terminal.Say(note);
        terminal.Say(Ranges(run));
        ForecastConsole.Rows(terminal, run.Task);
        foreach (string sentence in ForecastWords.LeftOut(run.Task.LeftOut, "metrics.json"))
            terminal.Say(sentence, Color.Yellow);
        terminal.Blank();
    }

    /// <summary>What is fitted to which rows, where the network is not.</summary>
    private static string Ranges(JudgeRun run)
    {
        (RowFigures train, RowFigures test) = (RowFigures.Train(run.Task), RowFigures.Test(run.Task));
        string older = run.Task.OlderRows == 0 ? ""
            : string.Create(CultureInfo.InvariantCulture, $"; the {run.Task.OlderRows:N0} rows before are left out");
        string all = run.Task.OlderRows > 0 && run.Request.Rows is null ? " --rows all looks at them too." : "";
        string fitted = run.HasFittedScales ? "Scaling and baselines are" : "Baselines are";
        string Of(RowFigures rows) => string.Create(
            CultureInfo.InvariantCulture, $"{rows.Rows:N0} {(rows.Rows == 1 ? "row" : "rows")} from {rows.From} to {rows.To}");
        return $"{fitted} fitted to the {Of(train)}; the network was {run.Forecaster.TrainingInWords}. "
            + $"All are judged on the {Of(test)}{older}.{all}";
    }

    /// <summary>How good the network is, and what says that it is not used as it was trained or has seen the rows.</summary>
    public static void Verdict(Terminal terminal, JudgeRun run)
    {
        bool isBetter = run.Score.Error < run.Comparison.BestBaseline.Error;
        foreach (string sentence in run.Comparison.Summary())
            terminal.Say(sentence, isBetter ? Color.Green : Color.Yellow);
        foreach (string doubt in run.Doubts)
            terminal.Say(doubt, Color.Yellow);
        if (run.Forecaster.Caveat is { } caveat)
            terminal.Say(caveat, Color.Yellow);
        if (run.Comparison.OriginsWarning is { } warning)
            terminal.Say(warning, Color.Yellow);
    }

    public static void After(Terminal terminal, JudgeRun run)
    {
        Verdict(terminal, run);
        terminal.Blank();
        if (run.Task.Parts.Count > 1)
            ForecastConsole.Parts(terminal, run.Comparison, run.Score);
        ForecastConsole.Tables(terminal, run.Comparison);
        if (run.LeftOut.Count > 0)
            terminal.Blank();
        foreach (string sentence in run.LeftOut)
            terminal.Say(sentence);
    }

    public static void Files(Terminal terminal, JudgeRun run, ReportFolder folder)
    {
        terminal.Blank();
        terminal.Say($"Open {Path.Combine(folder.Path, ForecastFiles.Page)}");
        terminal.Say($"Also there: {string.Join(", ", JudgeFiles.Names(run))} and the charts as SVG.");
        if (JudgeFiles.IsSaved(run))
            terminal.Say($"The next rows by it: unroll predict {ShellWord.Quote(Path.Combine(folder.Path, JudgeFiles.Forecaster))} "
                + $"{run.Request.Data.PredictWords}");
    }
}
