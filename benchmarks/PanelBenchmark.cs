using System.Diagnostics;
using System.Globalization;
using System.Text;
using Unroll.Forecasting;

namespace Unroll.Benchmarks;

/// <summary>What to forecast, how far ahead, and with how many networks of how many epochs at the most.</summary>
internal sealed record PanelOptions(string File, string SeriesColumn, string Target, int TestRows, IReadOnlyList<int> Horizons, EnsembleRecipe Recipe, string Command);

/// <summary>
/// One ensemble of networks for all series of a file beside an ensemble for each series, of the same recipe, and the baselines of each
/// series.
/// </summary>
internal static class PanelBenchmark
{
    private const string Global = "one for all", Local = "one for each", Linear = "least squares, all inputs, one for each";

    public static void Run(PanelOptions options)
    {
        var page = new Page(options.Command);
        var panel = Panel.ReadCsv(options.File, options.SeriesColumn);
        DateTime last = panel.Keys.Max(key => panel[key].LastDate), first = last.AddDays(1 - options.TestRows);
        var text = new StringBuilder();
        foreach (int horizon in options.Horizons)
        {
            var split = new PanelSplit(panel, options.Target, new DateRange(null, first.AddDays(-1)), new DateRange(first, last), inputs: new ForecastInputs { Calendar = true }, steps: horizon);
            if (text.Length == 0)
                Begin(text, options, split, page);
            Append(text, split, options.Recipe with { Steps = horizon });
        }

        Results.Write(Results.OfMachine("panel"), text.ToString());
        Console.WriteLine(text);
    }

    private static void Begin(StringBuilder text, PanelOptions options, PanelSplit split, Page page)
    {
        EnsembleRecipe recipe = options.Recipe;
        text.AppendLine(CultureInfo.InvariantCulture, $"""
            # Many series: one ensemble for all, or one for each

            {Path.GetFileName(options.File)}, column {split.Target}: {split.Keys.Count} series, {split.TrainRows:N0} training rows ({split.TrainRange}), {split.TestRows:N0} test rows ({split.TestRange}). The forecasters are fitted once, on the training rows; then each day's forecasts are made from what is known the day before them.

            The networks correct least squares on the target's past, the calendar and the days of years before, which stands alone in the line of its name. "{Global}" is one `PanelForecaster` and "{Local}" an `EnsembleForecaster` for every series, of the same recipe: {recipe.Members} {recipe.Network.Name}s of {recipe.Network.Units} units, at most {recipe.Network.Training.Epochs} epochs, the calendar as input. RMSSE is the RMSE in units of the training rows' changes from day to day, so that the series compare; its mean over the series is judged. The best baseline of each series is picked with hindsight.

            {string.Join('\n', page.Origin($"Threads: {recipe.Network.Threads}"))}
            - Trained once each, one after the other, on a machine that did other work too: of the times only the ratio says something, and that roughly.
            """);
    }

    private static void Append(StringBuilder text, PanelSplit split, EnsembleRecipe recipe)
    {
        int threads = recipe.Network.Threads;
        var comparison = new PanelComparison(split, split.Steps, threads);
        var together = new PanelForecaster(recipe);
        long start = Stopwatch.GetTimestamp();
        together.Fit(split);
        double globalSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        PanelScore all = comparison.Add(Global, together.PredictAhead(split, split.Steps));
        Say($"{split.Steps} ahead, {Global}: mean RMSSE {all.Rmsse:F4}, {globalSeconds:F0} s");

        var alone = new Dictionary<string, HorizonForecast>();
        start = Stopwatch.GetTimestamp();
        foreach (string key in split.Keys)
        {
            var forecaster = new EnsembleForecaster(recipe);
            forecaster.Fit(split[key]);
            alone[key] = forecaster.PredictAhead(split[key], split.Steps);
        }

        double localSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        PanelScore each = comparison.Add(Local, alone);
        Say($"{split.Steps} ahead, {Local}: mean RMSSE {each.Rmsse:F4}, {localSeconds:F0} s");
        comparison.Add(Linear, split.Keys.ToDictionary(key => key, key =>
        {
            var forecaster = new LinearForecaster(recipe);
            forecaster.Fit(split[key]);
            return forecaster.PredictAhead(split[key], split.Steps);
        }));
        AppendMeans(text, comparison, together, globalSeconds, localSeconds);
        AppendSeries(text, comparison, all, each);
    }

    private static void AppendMeans(StringBuilder text, PanelComparison comparison, PanelForecaster together, double globalSeconds, double localSeconds)
    {
        int count = comparison.Baselines.Count;
        text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"## {(comparison.Steps == 1 ? "1 day ahead" : $"1 to {comparison.Steps} days ahead")}").AppendLine();
        text.AppendLine("| forecast | mean RMSSE | mean MASE | beats naive | beats the best baseline of each | training |");
        text.AppendLine("|---|--:|--:|--:|--:|--:|");
        foreach (PanelScore score in new[] { comparison.Naive, comparison.BestBaseline, comparison.BestOfEach }.DistinctBy(score => score.Name))
            text.AppendLine(CultureInfo.InvariantCulture, $"| {score.Name} | {score.Rmsse:F4} | {score.Mase:F4} | | | |");
        foreach ((PanelScore score, string time) in comparison.Scores.Zip([$"{globalSeconds:F0} s", $"{localSeconds:F0} s", ""]))
            text.AppendLine(CultureInfo.InvariantCulture, $"| {(score.Name == Linear ? "" : "networks, ")}{score.Name} | **{score.Rmsse:F4}** | {score.Mase:F4} | {score.BeatsNaive} of {count} | {score.BeatsBest} of {count} | {time} |");
        (double own, double? shared) = together.LinearErrors;
        text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"{Global} took {globalSeconds / localSeconds:F2} of the time of {Local}. Inputs: {together.Inputs}. Least squares within it is {(together.IsLinearShared ? "one set of weights for all series" : "a set of weights for each series")}: on the validation rows it leaves {own:F4} of the naive RMSE with a set for each series and {shared:F4} with one for all.");
        text.AppendLine().AppendLine("Share of each part in the forecast one day ahead, mean over the series: " + string.Join(", ", together.Keys
            .SelectMany(key => together[key].Weights(1)).GroupBy(part => part.Key)
            .Select(part => (part.Key, Share: part.Sum(weight => weight.Value) / count)).Where(part => part.Share >= 0.005).OrderByDescending(part => part.Share)
            .Select(part => string.Create(CultureInfo.InvariantCulture, $"{(part.Key == together.Name ? "networks" : part.Key)} {part.Share:F2}"))) + ".");
    }

    private static void AppendSeries(StringBuilder text, PanelComparison comparison, PanelScore all, PanelScore each)
    {
        text.AppendLine().AppendLine("RMSE of every series, in units of the column:").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"| series | naive | seasonal naive | best baseline | | {Global} | {Local} |");
        text.AppendLine("|---|--:|--:|--:|---|--:|--:|");
        foreach (SeriesBaselines baselines in comparison.Baselines)
        {
            string seasonal = baselines.SeasonalNaive is { } score ? score.Rmse.ToString("F4", CultureInfo.InvariantCulture) : "–";
            text.AppendLine(CultureInfo.InvariantCulture, $"| {baselines.Key} | {baselines.Naive.Rmse:F4} | {seasonal} | {baselines.Best.Rmse:F4} | {baselines.Best.Name} | {all[baselines.Key].Rmse:F4} | {each[baselines.Key].Rmse:F4} |");
        }
    }

    private static void Say(FormattableString text) => Console.Error.WriteLine(FormattableString.Invariant(text));
}
