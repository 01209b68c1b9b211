using Spectre.Console;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>What <c>unroll forecast</c> says before and after training.</summary>
internal static class ForecastConsole
{
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
        Comparison comparison = plan.Comparison;
        terminal.Lines(ResultTable.Text(plan, terminal.Width));
        terminal.Say(ResultTable.Legend);
        foreach (string reason in comparison.LeftOut)
            terminal.Say(reason);
        foreach (ForecastScore score in comparison.Scores)
        {
            terminal.Blank();
            terminal.Say(comparison.Verdict(score), score.BeatsBest ? Color.Green : Color.Yellow);
            if (comparison.Warning(score) is { } warning)
                terminal.Say(warning, Color.Yellow);
        }

        terminal.Blank();
        string models = string.Join(", ", plan.Networks.Select(ReportFolder.ModelName));
        terminal.Say($"Open {Path.Combine(folder.Path, "report.html")}");
        terminal.Say($"Also there: {models}, predictions.csv, metrics.json and the charts as SVG.");
        terminal.Say($"The next value: unroll predict {Terminal.Quoted(Path.Combine(folder.Path, ReportFolder.ModelName(plan.Networks[0])))} {(plan.Request.Data.Sample is { } sample ? $"--sample {sample.Name}" : Terminal.Quoted(plan.Request.Data.Path))}");
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
}
