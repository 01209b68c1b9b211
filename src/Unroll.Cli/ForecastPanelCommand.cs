using Unroll.Forecasting;
using Unroll.Reports;

namespace Unroll.Cli;

/// <summary><c>unroll forecast [FILE] --series COLUMN</c></summary>
internal static class ForecastPanelCommand
{
    public static int Run(PanelRequest request)
    {
        Terminal terminal = request.Forecast.Json ? Terminal.Error() : Terminal.Output();
        var plan = new ForecastPanelPlan(request);
        using var interruption = new Interruption();
        var folder = new ReportFolder(request.Forecast.Folder);
        try
        {
            ForecastPanelConsole.Before(terminal, plan);
            try
            {
                PanelDisplay.Run(terminal, plan.Network, () => plan.Network.Fit(plan.Split, interruption.Token));
            }
            catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
            {
                terminal.Blank();
                terminal.Say("Interrupted before all networks were trained: nothing was written.");
                return interruption.ExitCode;
            }
            catch (TrainingDivergedException diverged)
            {
                throw ForecastCommand.Diverged(plan.Network.Recipe, diverged, "Nothing was written.");
            }

            PanelScore score = plan.Comparison.Add(plan.Network);
            string metrics = PanelJson.Of(plan, score).ToString();
            PanelReport report = Report(plan, score);
            var texts = new Dictionary<string, string> { ["report.html"] = HtmlReport.Render(report), ["metrics.json"] = metrics, ["predictions.csv"] = PanelCsv.Of(plan, score) };
            foreach (Chart chart in Charts.All(report))
                texts[chart.Name + ".svg"] = chart.Svg;
            folder.Write(texts, new Dictionary<string, Action<string>> { [plan.ModelName] = plan.Network.Save });
            ForecastPanelConsole.After(terminal, plan, score, folder);
            if (request.Forecast.Json)
                Console.Out.Write(metrics);
            return 0;
        }
        finally
        {
            folder.Abandon();
        }
    }

    private static PanelReport Report(ForecastPanelPlan plan, PanelScore score)
    {
        ForecastRequest request = plan.Request.Forecast;
        ForecastSplit first = plan.Split[plan.Split.Keys[0]];
        return PanelReport.Create(plan.Split, plan.Comparison, score, plan.Network) with
        {
            Title = $"{request.Data.Title}, {plan.Split.Target}",
            Notes =
            [
                ForecastPanelConsole.Made(plan.Network),
                .. plan.Split.Notes.Select(note => "Note: " + note + "."),
                .. ForecastPanelConsole.LeftOut(plan.Split),
            ],
            Settings =
            [
                new("series", plan.Panel.SeriesColumn),
                new("static", plan.Network.StaticNames.Count > 0 ? string.Join(", ", plan.Network.StaticNames) : "none"),
                .. request.Settings(first),
                new(".NET", Environment.Version.ToString()),
                new("instruction set", plan.Network.Model.InstructionSet),
            ],
        };
    }
}
