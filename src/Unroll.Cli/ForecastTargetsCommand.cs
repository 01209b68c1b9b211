using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary><c>unroll forecast [FILE] --target A,B</c></summary>
internal static class ForecastTargetsCommand
{
    public static int Run(ForecastRequest request, TimeSeries series)
    {
        Terminal terminal = request.Json ? Terminal.Error() : Terminal.Output();
        var plan = new ForecastTargetsPlan(request, series);
        using var interruption = new Interruption();
        var folder = new ReportFolder(request.Folder);
        try
        {
            ForecastTargetsConsole.Before(terminal, plan);
            Train(terminal, plan, interruption.Token);
            if (interruption.Token.IsCancellationRequested)
            {
                terminal.Blank();
                terminal.Say("Interrupted before all networks were trained: nothing was written.");
                return interruption.ExitCode;
            }

            foreach (ForecastPlan target in plan.Plans)
                target.Judge([.. plan.Networks.Select(network => network[target.Split.Target])]);
            string metrics = new TargetsJson([.. plan.Plans.Select(MetricsJson.Of)]).ToString();
            folder.Write(TargetFiles.Of(plan, metrics), plan.Networks.ToDictionary<JointForecaster, string, Action<string>>(ForecastTargetsPlan.ModelName, network => network.Save));
            ForecastTargetsConsole.After(terminal, plan, folder);
            if (request.Json)
                Console.Out.Write(metrics);
            return 0;
        }
        finally
        {
            folder.Abandon();
        }
    }

    private static void Train(Terminal terminal, ForecastTargetsPlan plan, CancellationToken cancellation) =>
        TrainingDisplay.Run(terminal, [.. plan.Networks.Select(network => network.Name)], plan.Request.EpochsInAll, (i, onEvent) =>
        {
            JointForecaster network = plan.Networks[i];
            network.OnEvent = onEvent;
            return ForecastCommand.GoesOn(() => network.Fit(plan.Split, cancellation), diverged => ForecastCommand.Diverged(network.Recipe, diverged, "Nothing was written."), cancellation);
        });
}
