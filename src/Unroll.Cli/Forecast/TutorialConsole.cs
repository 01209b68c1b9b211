using System.Globalization;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>What <c>unroll forecast --recipe tutorial</c> says before and after training, as the tutorial prints it.</summary>
internal static class TutorialConsole
{
    public static void Before(Terminal terminal, ForecastRun run)
    {
        ForecastTask task = run.Task;
        if (run.Data.IsTable)
            DataView.Show(terminal, run.Request.Data, run.Data[run.Data.Keys[0]], calendar: false);
        else
            DataHeading.Show(terminal, run.Request.Data, run.Data);
        terminal.Blank();
        foreach (string note in run.Notes)
            terminal.Say(note);
        ForecastConsole.Ranges(terminal, run.Request, task);
        ForecastSplit split = task[task.Parts[0]];
        int batch = run.Request.Network.Training.BatchSize, steps = (split.TrainWindowCount + batch - 1) / batch;
        terminal.Heading($"Split of {ColumnNames.List(task.Targets)}");
        ForecastConsole.Rows(terminal, task);
        terminal.Say(string.Create(CultureInfo.InvariantCulture,
            $"{split.TrainWindowCount:N0} windows of {split.Window} rows to train on, {steps:N0} steps an epoch"));
        foreach (NetworkForecaster network in run.Forecasters.OfType<NetworkForecaster>())
        {
            terminal.Blank();
            terminal.Heading(network.Name);
            terminal.Lines(network.Show(task).Summary().ToString());
        }

        terminal.Blank();
        TrainingOptions training = run.Request.Network.Training;
        terminal.Heading(string.Create(CultureInfo.InvariantCulture,
            $"Training: {training.Epochs} epochs of {steps} steps, {ForecastConsole.Machine(run.Request.Network)}"));
    }

    /// <summary>Fits the baselines, which may take a moment, and says which there are.</summary>
    public static void Baselines(Terminal terminal, ForecastRun run, CancellationToken cancellation)
    {
        terminal.Say("Fitting the baselines ...");
        terminal.Say($"Baselines: {string.Join(", ", run.JudgeBaselines(cancellation).Baselines.Select(score => score.Name))}");
    }

    public static void After(Terminal terminal, ForecastRun run)
    {
        Comparison comparison = run.Comparison;
        if (run.Task.Parts.Count > 1)
        {
            foreach (ForecasterScore score in comparison.Scores.Where(score => score.Kind == ForecasterKind.Network))
                ForecastConsole.Parts(terminal, comparison, score);
        }

        terminal.Lines(ResultTable.Text(comparison, terminal.Width));
        terminal.Say(ResultTable.Legend(comparison));
        if (comparison.Steps > 1)
        {
            terminal.Blank();
            terminal.Lines(ResultTable.BySteps(comparison, terminal.Width));
        }

        foreach (string sentence in ForecastWords.Findings(run))
            terminal.Say(sentence);
        terminal.Blank();
        ForecastConsole.Verdict(terminal, run);
    }
}
