using System.Globalization;
using Spectre.Console;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>What <c>unroll forecast</c> says before and after training.</summary>
internal static class ForecastConsole
{
    private const int WideEnough = 100;

    public static void Before(Terminal terminal, ForecastPlan plan)
    {
        DataView.Show(terminal, plan.Request.Data, plan.Series, calendar: false);
        terminal.Blank();
        foreach (string notice in plan.Column.Notices.Except(plan.Series.Notices))
            terminal.Say("Note: " + notice);
        if (plan.Choice.Note is { } note)
            terminal.Say(note);
        Split(terminal, plan);
        foreach (NetworkForecaster network in plan.Networks)
        {
            terminal.Blank();
            terminal.Heading(network.Name);
            terminal.Lines(network.Model.Summary().ToString());
        }

        terminal.Blank();
        int threads = plan.Request.Recipes[0].Threads;
        TrainingOptions training = plan.Request.Recipes[0].Training;
        terminal.Heading(FormattableString.Invariant($"Training: {training.Epochs} epochs of {plan.StepsPerEpoch} steps, {threads} {(threads == 1 ? "thread" : "threads")}, seed {training.Seed}"));
    }

    public static void After(Terminal terminal, ForecastPlan plan, ReportFolder folder)
    {
        terminal.Blank();
        terminal.Ansi.Write(Results(plan, terminal.Width));
        terminal.Blank();
        foreach (ForecastScore score in plan.Comparison.Scores)
            terminal.Say(plan.Comparison.Verdict(score), score.BeatsNaive ? Color.Green : Color.Yellow);
        terminal.Blank();
        string models = string.Join(", ", plan.Networks.Select(ReportFolder.ModelName));
        terminal.Say($"Open {Path.Combine(folder.Path, "report.html")}");
        terminal.Say($"Also there: {models}, predictions.csv, metrics.json and the charts as SVG.");
        terminal.Say($"The next value: unroll predict {Path.Combine(folder.Path, ReportFolder.ModelName(plan.Networks[0]))} {(plan.Request.Data.Sample is { } sample ? $"--sample {sample.Name}" : plan.Request.Data.Path)}");
    }

    private static void Split(Terminal terminal, ForecastPlan plan)
    {
        ForecastSplit split = plan.Split;
        string Rows(string name, Series rows) => FormattableString.Invariant($"{name}  {rows.Count,7:N0} rows  {plan.Series.Day(rows.Dates[0])} to {plan.Series.Day(rows.Dates[^1])}");
        terminal.Heading($"Split of {split.Target}");
        terminal.Lines(Rows("train", split.Train));
        terminal.Lines(Rows("test ", split.Test));
        terminal.Say(FormattableString.Invariant($"{split.TrainWindowCount:N0} windows of {split.Window} rows to train on, {plan.StepsPerEpoch:N0} steps an epoch"));
    }

    private static Table Results(ForecastPlan plan, int width)
    {
        string between = width >= WideEnough ? " " : "\n";
        var table = new Table { Border = TableBorder.Simple, UseSafeBorder = true };
        table.AddColumn(new TableColumn("Model").NoWrap());
        foreach (string heading in new[] { "Parameters", $"Training{between}time", "RMSE", "MAE", "MAPE", $"Naive{between}RMSE", "Skill" })
            table.AddColumn(new TableColumn(heading).RightAligned().NoWrap());

        (ForecastScore naive, string none) = (plan.Comparison.Naive, "–");
        string naiveRmse = Figure(naive.Rmse, naive.Rmse);
        table.AddRow("naive", none, none, naiveRmse, Figure(naive.Mae, naive.Mae), Percent(naive.Mape), naiveRmse, "0.000");
        foreach ((NetworkForecaster network, ForecastScore score) in plan.Networks.Zip(plan.Comparison.Scores))
        {
            table.AddRow(
                network.Name,
                network.Model.ParameterCount.ToString("N0", CultureInfo.InvariantCulture),
                network.History!.Duration.TotalSeconds.ToString("0.0 s", CultureInfo.InvariantCulture),
                Figure(score.Rmse, naive.Rmse),
                Figure(score.Mae, naive.Mae),
                Percent(score.Mape),
                naiveRmse,
                score.Skill.ToString("0.000", CultureInfo.InvariantCulture));
        }

        return table;
    }

    /// <summary>Four significant digits of the naive error, at least two decimals where the figure is below 10,000.</summary>
    private static string Figure(double value, double reference)
    {
        if (reference is < 1e-6 or >= 1e9 || value >= 1e9)
            return value.ToString("0.000e+0", CultureInfo.InvariantCulture);
        int decimals = reference >= 1e4 ? 0 : Math.Clamp(3 - (int)Math.Floor(Math.Log10(reference)), 2, 9);
        return value.ToString("N" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }

    private static string Percent(double? value) => value?.ToString("0.00 '%'", CultureInfo.InvariantCulture) ?? "–";
}
