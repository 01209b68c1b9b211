using System.Globalization;
using System.Text;
using Unroll.Forecasting;

namespace Unroll.Benchmarks;

/// <summary>What to forecast, how far ahead, and with how many networks of how many epochs at the most.</summary>
internal sealed record PanelOptions(string File, string SeriesColumn, string Target, int TestRows, IReadOnlyList<int> Horizons,
    EnsembleRecipe Recipe, string Command);

/// <summary>
/// One ensemble of networks for all series of a file beside an ensemble for each series, of the same recipe, and the baselines of each
/// series.
/// </summary>
internal static class PanelBenchmark
{
    private const string Global = "one for all", Local = "one for each", Linear = "ridge";

    public static void Run(PanelOptions options)
    {
        var page = new Page(options.Command);
        SeriesSet data = SeriesSet.Read(options.File, options.SeriesColumn);
        DateTime last = data.Keys.Max(key => data[key].LastDate), first = last.AddDays(1 - options.TestRows);
        ForecastTask Task(SeriesSet series, int horizon) => new(series, new TaskOptions
        {
            Targets = [options.Target],
            Train = new DateRange(null, first.AddDays(-1)),
            Test = new DateRange(first, last),
            Window = 60,
            Inputs = new ForecastInputs { Calendar = true },
            Horizon = horizon,
        });
        var text = new StringBuilder();
        foreach (int horizon in options.Horizons)
        {
            ForecastTask task = Task(data, horizon);
            if (text.Length == 0)
                Begin(text, options, task, page);
            Append(text, task, [.. task.Keys.Select(key => Task(data[key], horizon))], options.Recipe);
        }

        Results.Write(Results.OfMachine("panel"), text.ToString());
        Console.WriteLine(text);
    }

    private static void Begin(StringBuilder text, PanelOptions options, ForecastTask task, Page page) => text.AppendLine(CultureInfo.InvariantCulture, $"""
        # Many series: one ensemble for all, or one for each

        {Path.GetFileName(options.File)}, column {task.Targets[0]}: {task.Keys.Count} series, {task.TrainRows:N0} training rows, {task.TestRows:N0} test rows.

        The networks correct ridge regression on the target's past, the calendar and the days of years before, which stands alone in the line of its name. "{Global}" is one `EnsembleForecaster` for all series, "{Local}" one for each.

        {string.Join('\n', page.Origin($"Threads: {options.Recipe.Network.Threads}"))}
        - Trained once each, one after the other, on a machine that did other work too: of the times only the ratio says something, and that roughly.
        """);

    private static void Append(StringBuilder text, ForecastTask task, ForecastTask[] each, EnsembleRecipe recipe)
    {
        var comparison = new Comparison(task);
        var together = new EnsembleForecaster(recipe);
        together.Fit(task);
        ForecasterScore all = comparison.Add(together);
        var ridge = new RidgeForecaster();
        ridge.Fit(task);
        ForecasterScore linear = comparison.Add(ridge);
        double seconds = 0, rmsse = 0, mase = 0;
        foreach (ForecastTask own in each)
        {
            var alone = new EnsembleForecaster(recipe);
            alone.Fit(own);
            ForecasterScore score = new Comparison(own).Add(alone);
            seconds += alone.FitTime.TotalSeconds;
            rmsse += score.Rmsse / each.Length;
            mase += score.Mase / each.Length;
        }

        text.AppendLine().AppendLine(
            CultureInfo.InvariantCulture, $"## {(task.Horizon == 1 ? "1 day ahead" : $"1 to {task.Horizon} days ahead")}").AppendLine();
        text.AppendLine("| forecast | mean RMSSE | mean MASE | beats naive | beats the best baseline of each | training |")
            .AppendLine("|---|--:|--:|--:|--:|--:|");
        Line("naive", comparison.Naive, "");
        Line(comparison.BestBaseline.Name + ", the best baseline", comparison.BestBaseline, "");
        Line(Linear, linear, "");
        Line($"networks, {Global}", all, string.Create(CultureInfo.InvariantCulture, $"{together.FitTime.TotalSeconds:F0} s"));
        text.AppendLine(CultureInfo.InvariantCulture, $"| networks, {Local} | **{rmsse:F4}** | {mase:F4} | | | {seconds:F0} s |");
        text.AppendLine().AppendLine(CultureInfo.InvariantCulture,
            $"{Global} took {together.FitTime.TotalSeconds / seconds:F2} of the time of {Local}. {string.Join(' ', together.Notes)}");
        Console.Error.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{task.Horizon} ahead: {Global} {all.Rmsse:F4}, {Local} {rmsse:F4}"));

        void Line(string name, ForecasterScore score, string time) =>
            text.AppendLine(CultureInfo.InvariantCulture, $"| {name} | **{score.Rmsse:F4}** | {score.Mase:F4} | {score.PartsBeatNaive} of "
                + $"{score.Parts.Count} | {score.PartsBeatBest} of {score.Parts.Count} | {time} |");
    }
}
