using Spectre.Console;
using Unroll.Forecasting;
using Panel = Unroll.Forecasting.Panel;

namespace Unroll.Cli;

/// <summary>What <c>unroll forecast --series</c> says before and after training.</summary>
internal static class ForecastPanelConsole
{
    /// <summary>The lines after training that are not of a series, and the fewest series that are shown.</summary>
    private const int OtherLines = 26, FewestSeries = 5;

    /// <summary>The most series that are named as left out.</summary>
    private const int MostLeftOut = 5;

    public static void Before(Terminal terminal, ForecastPanelPlan plan)
    {
        (Panel panel, PanelSplit split) = (plan.Panel, plan.Split);
        terminal.Heading(FormattableString.Invariant($"{plan.Request.Forecast.Data.Heading(panel.Name)}: {panel.Count:N0} series, {panel.Rows:N0} rows"));
        foreach (string notice in panel.Notices)
            terminal.Say("Note: " + notice);
        terminal.Blank();
        if (plan.Choice.Note is { } note)
            terminal.Say(note);
        foreach (string done in split.Notes)
            terminal.Say("Note: " + done + ".");
        terminal.Heading($"Split of {split.Target}");
        terminal.Lines(Rows("train", key => split[key].Train));
        terminal.Lines(Rows("test ", key => split[key].Test));
        foreach (string sentence in LeftOut(split))
            terminal.Say(sentence, Color.Yellow);
        terminal.Blank();
        PanelForecaster network = plan.Network;
        NetworkRecipe recipe = network.Recipe;
        string networks = network.Members == 1 ? $"one {network.Name}" : $"{network.Members} networks ({network.Name})";
        terminal.Heading(FormattableString.Invariant($"Training on all series: {networks} of {recipe.Units} units, at most {recipe.Training.Epochs} epochs, to choose and then anew on all training rows; {recipe.Threads} {(recipe.Threads == 1 ? "thread" : "threads")}, seed {recipe.Training.Seed}"));

        string Rows(string name, Func<string, Series> rows)
        {
            Series[] all = [.. split.Keys.Select(rows)];
            TimeSeries table = panel[split.Keys[0]];
            return FormattableString.Invariant($"{name}  {all.Length:N0} series  {all.Sum(each => each.Count),9:N0} rows  {table.Day(all.Min(each => each.Dates[0]))} to {table.Day(all.Max(each => each.Dates[^1]))}");
        }
    }

    /// <summary>The series that were left out, and why.</summary>
    /// <param name="leftOut">All of them.</param>
    /// <param name="whole">What names them all where these are many.</param>
    public static IEnumerable<string> LeftOut(LeftOutFigures[] leftOut, string whole) =>
    [
        .. leftOut.Take(MostLeftOut).Select(each => $"Left out {each.Series}: {each.Reason}"),
        .. leftOut.Length > MostLeftOut ? [FormattableString.Invariant($"Left out {leftOut.Length - MostLeftOut:N0} more series; {whole} names them.")] : Array.Empty<string>(),
    ];

    /// <summary>Those of a split.</summary>
    public static IEnumerable<string> LeftOut(PanelSplit split) => LeftOut(LeftOutFigures.Of(split), "metrics.json");

    public static void After(Terminal terminal, ForecastPanelPlan plan, PanelScore score, ReportFolder folder)
    {
        PanelComparison comparison = plan.Comparison;
        terminal.Blank();
        terminal.Lines(PanelTable.Text(plan, score, terminal.Width, Math.Max(FewestSeries, terminal.Height - OtherLines)));
        terminal.Say(PanelTable.Legend);
        terminal.Blank();
        if (score.Intervals.Count > 0)
        {
            terminal.Lines(PanelTable.Intervals(comparison, score, terminal.Width));
            terminal.Say(PanelTable.IntervalLegend);
            terminal.Blank();
        }

        terminal.Say(comparison.Verdict(score), score.Rmsse < comparison.BestBaseline.Rmsse ? Color.Green : Color.Yellow);
        terminal.Say(Made(plan.Network));
        terminal.Blank();
        terminal.Say($"Open {Path.Combine(folder.Path, "report.html")}");
        terminal.Say($"Also there: {plan.ModelName}, predictions.csv, metrics.json with every series, and the charts as SVG.");
        terminal.Say($"The next values: unroll predict {Terminal.Quoted(Path.Combine(folder.Path, plan.ModelName))} {plan.Request.Forecast.Data.Words}");
    }

    /// <summary>Inputs, and which least squares stands before the networks.</summary>
    public static string Made(PanelForecaster network)
    {
        (double own, double? shared) = network.LinearErrors;
        string linear = shared is null ? "" : FormattableString.Invariant(
            $"; least squares {(network.IsLinearShared ? "on all series at once" : "for each series by itself")}, which on the newest training rows left {100 * (network.IsLinearShared ? shared : own):0.0} % of the naive RMSE ({(network.IsLinearShared ? "by itself" : "all at once")} {100 * (network.IsLinearShared ? own : shared):0.0} %)");
        string statics = network.StaticNames.Count == 0 ? "" : $"; the same on all rows of a series: {string.Join(", ", network.StaticNames)}";
        return $"Inputs: {network.Inputs}{statics}{linear}.";
    }
}
