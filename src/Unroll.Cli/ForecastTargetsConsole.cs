using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>What <c>unroll forecast --target A,B</c> says before and after training.</summary>
internal static class ForecastTargetsConsole
{
    public static void Before(Terminal terminal, ForecastTargetsPlan plan)
    {
        ForecastConsole.Data(terminal, plan.Plans[0]);
        ForecastConsole.Rows(terminal, plan.Series, string.Join(", ", plan.Split.Targets), plan.Split.Splits[0]);
        foreach (JointForecaster network in plan.Networks)
            ForecastConsole.Network(terminal, network.Name, network.Members, network.Model);
        ForecastConsole.Training(terminal, plan.Request, plan.Plans[0].StepsPerEpoch);
        terminal.Say($"Each network predicts {string.Join(", ", plan.Split.Targets)} together.");
        terminal.Say("Fitting the baselines of each target ...");
        foreach (ForecastPlan target in plan.Plans)
            terminal.Say($"Baselines of {target.Split.Target}: {string.Join(", ", target.Comparison.Baselines.Select(score => score.Name))}");
    }

    public static void After(Terminal terminal, ForecastTargetsPlan plan, ReportFolder folder)
    {
        foreach (ForecastPlan target in plan.Plans)
        {
            terminal.Blank();
            terminal.Heading(target.Split.Target);
            ForecastConsole.Result(terminal, target);
        }

        terminal.Blank();
        terminal.Say($"Open {Path.Combine(folder.Path, "report.html")}");
        string models = string.Join(", ", plan.Networks.Select(ForecastTargetsPlan.ModelName));
        terminal.Say($"Also there: {models}, predictions.csv, metrics.json, and for each target a folder with its page and charts: {string.Join(", ", TargetFiles.Folders(plan.Split.Targets))}.");
        ForecastConsole.Next(terminal, plan.Request, Path.Combine(folder.Path, ForecastTargetsPlan.ModelName(plan.Networks[0])));
    }
}
