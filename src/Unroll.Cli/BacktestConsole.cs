using Spectre.Console;
using Unroll.Forecasting;
using Unroll.Reports;

namespace Unroll.Cli;

/// <summary>What <c>unroll backtest</c> says before and after the fits.</summary>
internal static class BacktestConsole
{
    public static void Before(Terminal terminal, BacktestInput input)
    {
        (TimeSeries series, DataSource source) = (input.Series, input.Request.Forecast.Data);
        terminal.Heading(FormattableString.Invariant($"{source.Heading(series.Name)}: {series.Rows:N0} rows, {series.Day(series.FirstDate)} to {series.Day(series.LastDate)}"));
        foreach (string notice in series.Notices)
            terminal.Say("Note: " + notice);
        foreach (string note in input.Notes)
            terminal.Say(note);
        terminal.Blank();
        int horizon = input.Options.Horizon;
        BacktestFold[] folds = [.. input.Fits.Where(fit => fit.FirstOrigin >= 0)];
        TimeSeries test = input.Column.Slice(input.Options.Test!.Value);
        terminal.Heading($"Backtest of {input.Target}, {(horizon == 1 ? "1 row" : $"1 to {horizon} rows")} ahead");
        string Rows(string name, int rows, DateTime from, DateTime to) => FormattableString.Invariant($"{name}  {rows,7:N0} rows  {series.Day(from)} to {series.Day(to)}");
        terminal.Lines(Rows("test     ", test.Rows, test.FirstDate, test.LastDate));
        terminal.Lines(Rows(folds.Length == 1 ? "fit      " : "first fit", folds[0].TrainRows, folds[0].TrainFrom, folds[0].TrainTo));
        if (folds.Length > 1)
            terminal.Lines(Rows("last fit ", folds[^1].TrainRows, folds[^1].TrainFrom, folds[^1].TrainTo));
        string often = folds.Length == 1 ? "One fit of each model" : FormattableString.Invariant($"{folds.Length} fits of each model, one every {folds[1].FirstOrigin:N0} rows");
        string on = input.Options.TrainRows is { } sliding ? FormattableString.Invariant($"on the newest {sliding:N0} rows") : "on all rows before";
        string intervals = input.Fits.Count > folds.Length ? FormattableString.Invariant($"; one more on the {input.Fits[0].TrainRows:N0} rows to {series.Day(input.Fits[0].TrainTo)}, to calibrate the first intervals") : "";
        terminal.Say($"{often}, {on}{intervals}.");
        terminal.Blank();
    }

    public static void After(Terminal terminal, BacktestInput input, BacktestResult result, ReportFolder folder)
    {
        terminal.Blank();
        terminal.Lines(BacktestTable.Text(result, terminal.Width));
        terminal.Say(BacktestTable.Legend(result));
        foreach (string reason in result.LeftOut)
            terminal.Say(reason);
        foreach (BacktestScore score in result.Models)
        {
            terminal.Blank();
            terminal.Say(result.Verdict(score), score.SkillAgainstBest > 0 ? Color.Green : Color.Yellow);
            if (score.Warning is { } warning)
                terminal.Say(warning, Color.Yellow);
        }

        terminal.Blank();
        string charts = string.Join(", ", Charts(result).Select(chart => chart.Name + ".svg"));
        terminal.Say($"In {folder.Path}: {BacktestJson.FileName}, predictions.csv, {charts}.");
    }

    /// <summary>The predictions one row ahead and, of a longer horizon, H rows ahead and the error by rows ahead.</summary>
    public static IReadOnlyList<Chart> Charts(BacktestResult result) => result.Horizon == 1
        ? [Reports.Charts.Prediction(result)]
        : [Reports.Charts.ErrorByStep(result), Reports.Charts.Prediction(result), Reports.Charts.Prediction(result, result.Horizon)];
}
