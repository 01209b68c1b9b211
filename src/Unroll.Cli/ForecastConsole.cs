using Spectre.Console;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>What <c>unroll forecast</c> says before and after training.</summary>
internal static class ForecastConsole
{
    public static void Before(Terminal terminal, ForecastPlan plan)
    {
        Data(terminal, plan);
        Split(terminal, plan);
        foreach (INetworkForecaster network in plan.Networks)
            Network(terminal, network.Name, network.Members, network.Model);
        Training(terminal, plan.Request, plan.StepsPerEpoch);
    }

    /// <summary>The table, and what was done to it.</summary>
    public static void Data(Terminal terminal, ForecastPlan plan)
    {
        DataView.Show(terminal, plan.Request.Data, plan.Series, calendar: false);
        terminal.Blank();
        foreach (string notice in plan.Column.Notices.Except(plan.Series.Notices))
            terminal.Say("Note: " + notice);
        foreach (string notice in plan.InputNotes)
            terminal.Say(notice);
        if (plan.Choice.Note is { } note)
            terminal.Say(note);
    }

    /// <summary>The layers of a network before training.</summary>
    public static void Network(Terminal terminal, string name, int members, Model model)
    {
        terminal.Blank();
        terminal.Heading(members > 1 ? $"{name}: {members} networks like this one" : name);
        terminal.Lines(model.Summary().ToString());
    }

    /// <summary>Stands above the progress of training.</summary>
    public static void Training(Terminal terminal, ForecastRequest request, int stepsPerEpoch)
    {
        terminal.Blank();
        int threads = request.Recipes[0].Threads;
        TrainingOptions training = request.Recipes[0].Training;
        string on = FormattableString.Invariant($"{threads} {(threads == 1 ? "thread" : "threads")}, seed {training.Seed}");
        terminal.Heading(request.Recipe.IsDefault
            ? FormattableString.Invariant($"Training: each network twice, to find how many of at most {training.Epochs} epochs are best and then on all training rows; {on}")
            : FormattableString.Invariant($"Training: {training.Epochs} epochs of {stepsPerEpoch} steps, {on}"));
    }

    /// <summary>Fits the baselines, which may take a moment, and says which there are.</summary>
    public static void Baselines(Terminal terminal, ForecastPlan plan)
    {
        terminal.Say("Fitting the baselines ...");
        terminal.Say($"Baselines: {string.Join(", ", plan.Comparison.Baselines.Select(score => score.Name))}");
    }

    /// <summary>What a network turned out to be made of.</summary>
    public static IEnumerable<string> Made(ForecastPlan plan)
    {
        foreach (EnsembleForecaster network in plan.Networks.OfType<EnsembleForecaster>())
        {
            foreach ((int step, string ahead) in plan.Request.Horizon == 1 || network.Strategy == Strategy.Recursive ? [(1, "")] : new[] { (1, " one row ahead"), (plan.Request.Horizon, $" {plan.Request.Horizon} rows ahead") })
                yield return $"The {network.Name}{ahead} is {string.Join(", ", network.Weights(step).Select(part => FormattableString.Invariant($"{100 * part.Value:0} % {Part(network, part.Key)}")))}.";
        }

        if (plan.Request is { Recipe: { IsDefault: true, Strategy: Strategy.Recursive }, Horizon: > 1 and int horizon })
            yield return FormattableString.Invariant($"Strategy recursive: one row ahead is learnt, and predictions take the place of values for rows 2 to {horizon}.");
        if (plan.Request.Recipe.Head != ForecastHead.None)
            yield return $"The networks were trained to say {HeadInWords(plan.Request.Recipe.Head)} (--head {RecipeOptions.WordOf(plan.Request.Recipe.Head)}); their intervals are made of that, calibrated on the newest training rows.";
        if (plan.Networks.OfType<EnsembleForecaster>().FirstOrDefault() is { } first)
            yield return $"Inputs found best on the newest training rows: {first.InputsInWords}.";

        static string Part(EnsembleForecaster network, string name) => name == network.Name ? $"ridge corrected by {(network.Members == 1 ? "its network" : $"its {network.Members} networks")}" : name;
    }

    private static string HeadInWords(ForecastHead head) => head switch
    {
        ForecastHead.Quantile => "quantiles",
        ForecastHead.Gaussian => "normal distributions",
        _ => "Student-t distributions",
    };

    public static void After(Terminal terminal, ForecastPlan plan, ReportFolder folder)
    {
        terminal.Blank();
        Result(terminal, plan);
        terminal.Blank();
        string models = string.Join(", ", plan.Networks.Select(ReportFolder.ModelName));
        terminal.Say($"Open {Path.Combine(folder.Path, "report.html")}");
        terminal.Say($"Also there: {models}, predictions.csv, metrics.json and the charts as SVG.");
        Next(terminal, plan.Request, Path.Combine(folder.Path, ReportFolder.ModelName(plan.Networks[0])));
    }

    /// <summary>Says how to get the values to come.</summary>
    public static void Next(Terminal terminal, ForecastRequest request, string model) =>
        terminal.Say($"The next value: unroll predict {Terminal.Quoted(model)} {request.Data.Words}");

    /// <summary>Tables and verdicts of one target.</summary>
    public static void Result(Terminal terminal, ForecastPlan plan)
    {
        Comparison comparison = plan.Comparison;
        terminal.Lines(ResultTable.Text(plan, terminal.Width));
        terminal.Say(ResultTable.Legend);
        foreach (string reason in comparison.LeftOut)
            terminal.Say(reason);
        if (comparison.Steps > 1)
        {
            terminal.Blank();
            terminal.Lines(ResultTable.BySteps(comparison, terminal.Width));
        }

        if (comparison.Scores.Any(score => score.Intervals.Count > 0))
        {
            terminal.Blank();
            terminal.Lines(ResultTable.Intervals(comparison, terminal.Width));
            terminal.Say("Measured: the share of test rows inside. Winkler score and pinball loss: the lower the better.");
        }

        if (comparison.Scores.Any(score => score.Crps.Count > 0))
        {
            terminal.Blank();
            terminal.Lines(ResultTable.Crps(comparison, terminal.Width));
            terminal.Say("* the lowest CRPS, which judges middle and spread by one number: twice the pinball loss, averaged over 13 quantiles, those of a baseline from its intervals.");
            foreach (ForecastScore score in comparison.Scores)
            {
                if (comparison.CrpsVerdict(score) is { } sentence)
                    terminal.Say(sentence);
            }
        }

        if (plan.Request.Recipe.IsDefault)
            terminal.Blank();
        foreach (string sentence in Made(plan))
            terminal.Say(sentence);
        foreach (ForecastScore score in comparison.Scores)
        {
            terminal.Blank();
            terminal.Say(comparison.Verdict(score), score.BeatsBest ? Color.Green : Color.Yellow);
            if (comparison.Warning(score) is { } warning)
                terminal.Say(warning, Color.Yellow);
        }
    }

    /// <summary>The training and the test rows.</summary>
    public static void Rows(Terminal terminal, TimeSeries series, string targets, ForecastSplit split)
    {
        string Line(string name, Series rows) => FormattableString.Invariant($"{name}  {rows.Count,7:N0} rows  {series.Day(rows.Dates[0])} to {series.Day(rows.Dates[^1])}");
        terminal.Heading($"Split of {targets}");
        terminal.Lines(Line("train", split.Train));
        terminal.Lines(Line("test ", split.Test));
    }

    private static void Split(Terminal terminal, ForecastPlan plan)
    {
        ForecastSplit split = plan.Split;
        Rows(terminal, plan.Series, split.Target, split);
        if (!plan.Request.Recipe.IsDefault)
            terminal.Say(FormattableString.Invariant($"{split.TrainWindowCount:N0} windows of {split.Window} rows to train on, {plan.StepsPerEpoch:N0} steps an epoch"));
    }
}
