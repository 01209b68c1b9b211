using Spectre.Console;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>What <c>unroll backtest</c> says before and after the fits.</summary>
internal static class BacktestConsole
{
    public static void Before(Terminal terminal, BacktestRun run)
    {
        ForecastTask task = run.Task;
        DataHeading.Show(terminal, run.Request.Forecast.Data, run.Data);
        foreach (string note in run.Notes)
            terminal.Say(note);
        ForecastConsole.Ranges(terminal, run.Request.Forecast, task);
        foreach (string sentence in ForecastWords.LeftOut(task.LeftOut, BacktestFiles.Figures))
            terminal.Say(sentence, Color.Yellow);
        terminal.Blank();
        int horizon = task.Horizon;
        string ahead = horizon == 1 ? "1 row" : FormattableString.Invariant($"1 to {horizon} rows");
        terminal.Heading($"Backtest of {ColumnNames.List(task.Targets)}, {ahead} ahead");
        RowFigures test = RowFigures.Test(task);
        TimeSeries table = task[task.Parts[0]].Table;
        BacktestFold first = run.Folds[0], last = run.Folds[^1];
        static string Rows(string name, int rows, string from, string to) =>
            FormattableString.Invariant($"{name}  {rows,7:N0} rows  {from} to {to}");
        terminal.Lines(Rows("test     ", test.Rows, test.From, test.To));
        terminal.Lines(Rows(run.Folds.Count == 1 ? "fit      " : "first fit", first.TrainRows / task.Targets.Count,
            table.Format(first.TrainFrom), table.Format(first.TrainTo)));
        if (run.Folds.Count > 1)
            terminal.Lines(Rows("last fit ", last.TrainRows / task.Targets.Count, table.Format(last.TrainFrom),
                table.Format(last.TrainTo)));
        terminal.Say(Fits(run));
        terminal.Blank();
    }

    /// <summary>How often everything is fitted, and on which rows.</summary>
    public static string Fits(BacktestRun run)
    {
        string often = run.Folds.Count == 1
            ? "One fit of each forecaster"
            : FormattableString.Invariant($"{run.Folds.Count} fits of each forecaster, one every {run.Folds[1].FirstOrigin:N0} rows");
        string on = run.Request.Sliding is { } sliding
            ? FormattableString.Invariant($"on the newest {sliding:N0} rows")
            : "on all rows before";
        return $"{often}, {on}.";
    }

    public static void After(Terminal terminal, BacktestRun run, ReportFolder folder)
    {
        Comparison comparison = run.Comparison;
        terminal.Blank();
        ForecasterScore shown = comparison.Recommended ?? comparison.Scores[0];
        foreach (string sentence in comparison.Summary())
            terminal.Say(sentence, shown.Error < comparison.BestBaseline.Error ? Color.Green : Color.Yellow);
        if (comparison.OriginsWarning is { } warning)
            terminal.Say(warning, Color.Yellow);
        if (!run.Request.Forecast.IsQuiet)
        {
            terminal.Blank();
            if (run.Task.Parts.Count > 1)
                ForecastConsole.Parts(terminal, comparison, shown);
            ForecastConsole.Tables(terminal, comparison);
            foreach (string reason in run.Result.GivenUp.Concat(comparison.LeftOut))
                terminal.Say(reason);
        }

        terminal.Blank();
        terminal.Say($"Open {Path.Combine(folder.Path, BacktestFiles.Page)}");
        terminal.Say($"Also there: {BacktestFiles.Predictions}, {BacktestFiles.Figures} and the charts as SVG.");
    }
}
