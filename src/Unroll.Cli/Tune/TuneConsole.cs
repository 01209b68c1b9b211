using System.Globalization;
using Spectre.Console;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>What <c>unroll tune</c> says before and after the search.</summary>
internal static class TuneConsole
{
    public static void Before(Terminal terminal, TunePlan plan, TuningJournal journal)
    {
        (ValidationObjective objective, TuningOptions search) = (plan.Objective, plan.Tuner.Options);
        ForecastRequest forecast = plan.Request.Forecast;
        terminal.Heading($"Tuning {ColumnNames.List(plan.Task.Targets)} of {forecast.Data.Heading(plan.Data.Name)}");
        foreach (string notice in plan.Data.IsTable ? plan.Data[plan.Data.Keys[0]].Notices : plan.Data.Notices)
            terminal.Say("Note: " + ReadingView.Notice(notice));
        foreach (string note in plan.Notes)
            terminal.Say(note);
        ForecastConsole.Ranges(terminal, forecast, plan.Task);
        foreach (string sentence in ForecastWords.LeftOut(plan.Task.LeftOut, "the error of unroll forecast"))
            terminal.Say(sentence, Color.Yellow);
        (RowFigures learn, RowFigures validate, RowFigures test) =
            (RowFigures.Train(objective.Task), RowFigures.Test(objective.Task), RowFigures.Test(plan.Task));
        static string Rows(string name, RowFigures rows, string use) =>
            FormattableString.Invariant($"{name}  {rows.Rows,7:N0} rows  {rows.From} to {rows.To}  {use}");
        terminal.Lines(Rows("learn   ", learn, "trials are trained on these"));
        terminal.Lines(Rows("validate", validate, "and judged on these"));
        terminal.Lines(Rows("test    ", test, "not seen by the search"));
        terminal.Blank();
        terminal.Heading("Search: "
            + string.Join(", then ", plan.Tuner.Rungs.Select((rung, i) => string.Create(CultureInfo.InvariantCulture,
            $"{(i == 0 ? "" : "the best ")}{(rung.Trials == 1 ? "1 trial" : $"{rung.Trials} trials")} of {rung.Epochs} "
            + $"{(rung.Epochs == 1 ? "epoch" : "epochs")}"))));
        if (plan.Request.Recipe is { IsDefault: true, Members: int members })
        {
            terminal.Say(string.Create(CultureInfo.InvariantCulture,
                $"Recipe default: a trial is ridge regression on all inputs, corrected by "
                    + $"{(members == 1 ? "1 network" : $"{members} networks")}, {Ahead(objective.Steps)}. It finds inputs and epochs, at "
                    + $"most so many, within the rows it learns from."));
        }

        if (plan.Task.Metric == ForecastMetric.Crps)
            terminal.Say($"Trials have no intervals, so their CRPS is their absolute error: they are judged by {objective.Measure}.");
        terminal.Say($"Drawn from {search.Space}.");
        terminal.Say(FormattableString.Invariant($"{search.Parallel} at once, seed {search.Seed}. Each training begins anew."));
        if (journal.Finished.Count > 0)
            terminal.Say($"Going on: {Trainings(journal.Finished.Count)} in {journal.Path}, not run again.");
        terminal.Blank();
    }

    public static void After(Terminal terminal, TunePlan plan, TuningResult result, double? ridge, ReportFolder folder)
    {
        terminal.Blank();
        terminal.Lines(TuneTable.Standings(result, terminal.Width));
        terminal.Say(TuneTable.Legend(result));
        terminal.Blank();
        Importance(terminal, result);
        terminal.Blank();
        Verdict(terminal, result);
        if (ridge is { } alone)
        {
            terminal.Say(string.Create(CultureInfo.InvariantCulture,
                $"Ridge alone, on the inputs it finds in windows of {plan.RidgeWindow} rows: {result.Measure} "
                    + $"{FigureTable.Figure(alone, result.NaiveError)}, naive forecast "
                    + $"{FigureTable.Figure(result.NaiveError, result.NaiveError)}, on the same rows. What a trial does beyond that its "
                    + $"networks and the window do."));
        }

        terminal.Blank();
        terminal.Say($"All trials are in {Path.Combine(folder.Path, "trials.csv")}, {TuneJson.FileName} and, drawn, tuning.svg.");
        if (plan.Request is { Recipe: { IsDefault: true, Members: int members }, MembersAreGiven: false }
            && new EnsembleRecipe().Members is var averaged)
            terminal.Say(string.Create(CultureInfo.InvariantCulture,
                $"A trial had {(members == 1 ? "1 network" : $"{members} networks")}; the forecast averages {averaged}, which is seldom "
                + $"worse. With --ensemble trials have as many as the forecast."));
        terminal.Say("Train the best settings on all training rows and judge them on the test rows:");
        terminal.Unbroken(plan.ForecastCommandLine(result.Best.Run));
    }

    private static string Ahead(int steps) => steps == 1
        ? "1 row ahead"
        : FormattableString.Invariant($"judged on 1 to {steps} rows ahead");

    /// <summary><c>12 finished trainings are</c></summary>
    public static string Trainings(int count) => count == 1
        ? "1 finished training is"
        : string.Create(CultureInfo.InvariantCulture, $"{count:N0} finished trainings are");

    private static void Importance(Terminal terminal, TuningResult result)
    {
        if (result.Importance.Count == 0)
        {
            terminal.Say($"What mattered cannot be said from so few trials; it takes {SettingImportance.LeastTrials} that do not diverge.");
            return;
        }

        terminal.Lines(TuneTable.Importance(result, terminal.Width));
        terminal.Say(TuneTable.ImportanceLegend(result));
    }

    private static void Verdict(Terminal terminal, TuningResult result)
    {
        TrialResult best = result.Best;
        double skill = result.Skill(best)!.Value;
        string Figure(double value) => FigureTable.Figure(value, result.NaiveError);
        string figures = string.Create(CultureInfo.InvariantCulture,
            $"{result.Measure} {Figure(best.Error)}, naive forecast {Figure(result.NaiveError)}, skill {FigureTable.Skill(skill)} on the "
            + $"validation rows");
        if (skill > 0)
            terminal.Say($"Trial #{best.Run.Trial} is the best: {figures}. It was picked on these rows, so expect less on others.",
                Color.Green);
        else
            terminal.Say($"No trial that went all the way beats the naive forecast. The best is #{best.Run.Trial}: {figures}.",
                Color.Yellow);
        if (result.Lowest is var lowest && lowest.Error < best.Error)
        {
            terminal.Say(string.Create(CultureInfo.InvariantCulture,
                $"Trial #{lowest.Run.Trial} had less after {lowest.Run.Epochs} {(lowest.Run.Epochs == 1 ? "epoch" : "epochs")}: "
                    + $"{result.Measure} {Figure(lowest.Error)}, naive forecast {Figure(result.NaiveError)}. More epochs are not always "
                    + $"better here; look at shorter training too."));
        }
    }
}
