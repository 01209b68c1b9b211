using System.Globalization;
using System.Text;
using Unroll.Forecasting;

namespace Unroll.Benchmarks;

/// <summary>What to forecast.</summary>
/// <param name="Prices">The tutorial's prices, which do not ship with the project; null for the samples.</param>
internal sealed record ForecastsOptions(string? Prices, int FirstSeed, int LastSeed, IReadOnlyList<int> Horizons, int Threads,
    string Command);

/// <summary>
/// The default recipe, untouched, beside every baseline: on the shipped samples, or seed after seed on the tutorial's prices.
/// </summary>
internal static class ForecastsBenchmark
{
    public static readonly (string File, string Target, string Train, string Test, string? Series)[] Samples =
    [
        ("sp500", "high", "2014..2018", "2019", null),
        ("aapl", "High", "..2016", "2017", null),
        ("births", "births", "..1987", "1988", null),
        ("ridership", "ridership", "..2014", "2015", null),
        ("stations", "ridership", "..2014", "2015", "station"),
    ];

    public static void Run(ForecastsOptions options)
    {
        var page = new Page(options.Command);
        var text = new StringBuilder();
        if (options.Prices is { } prices)
        {
            text.AppendLine("# The default recipe on the tutorial's prices, seed after seed").AppendLine();
            text.AppendLine("MasterCard, column High, one row ahead, test rows 2021. Nothing of 2021 was used to choose anything: the "
                + $"recipe was chosen on earlier years.").AppendLine();
            foreach (string train in new[] { "..2020", "2016..2020" })
                Seeds(text, options, prices, train);
        }
        else
        {
            text.AppendLine("# The default recipe beside every baseline").AppendLine();
            text.AppendLine("Errors are over 1 to H rows ahead and all origins of the test rows; each H is a fit of its own. Of many "
                + $"series they are means of the MASE, the mean absolute error in units of a series' mean change.").AppendLine();
            text.AppendLine("Skill is 1 − error ÷ error of the best baseline, which is picked with hindsight. Coverage is the share of "
                + $"test values inside; widths are means over the steps.").AppendLine();
            var networks = new StringBuilder("## What the networks add\n\n");
            networks.AppendLine("The blend beside the blend without its networks, shares found anew: below 0 the networks help. p is that "
                + $"of the test of Diebold and Mariano.").AppendLine();
            networks.AppendLine("| sample | rows ahead | blend | without networks | difference | p |")
                .AppendLine("|---|--:|--:|--:|--:|--:|");
            foreach ((string file, string target, string train, string test, string? series) in Samples)
            {
                foreach (int horizon in options.Horizons)
                    networks.AppendLine(Sample(text, options, TaskOf(PathOf(file), target, train, test, horizon, series), file));
            }

            text.Append(networks).AppendLine();
        }

        text.AppendLine(string.Join(
            '\n', page.Origin($"Threads: {options.Threads}", "The times are those of a machine that did other work too.")));
        Results.Write(options.Prices is null ? "forecasts.md" : "forecasts-seeds.md", text.ToString());
    }

    /// <summary>The task that the tool makes of a sample.</summary>
    public static ForecastTask TaskOf(string path, string target, string train, string test, int horizon, string? seriesColumn = null)
    {
        SeriesSet data = seriesColumn is null ? TimeSeries.Read(path) : SeriesSet.Read(path, seriesColumn);
        return new ForecastTask(data, new TaskOptions { Targets = [target], Train = train, Test = test, Horizon = horizon });
    }

    public static string PathOf(string sample) => Path.Combine(AppContext.BaseDirectory, "samples", sample + ".csv");

    /// <summary>Writes what one fit reached; the line on what its networks add.</summary>
    private static string Sample(StringBuilder text, ForecastsOptions options, ForecastTask task, string file)
    {
        int horizon = task.Horizon;
        BlendForecaster blend = Blend(options, task, options.FirstSeed);
        blend.Fit(task);
        var comparison = new Comparison(task, blend);
        string of = comparison.Naive.IsSingle ? comparison.Naive.ErrorName : $"mean {comparison.Naive.ErrorName}";
        text.AppendLine(CultureInfo.InvariantCulture,
            $"## {file}, {task.Targets[0]}, {(horizon == 1 ? "1 row" : $"1 to {horizon} rows")} ahead").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"{task.Parts.Count} series, {task.TrainRows:N0} training rows, {task.TestRows:N0} "
            + $"test rows, {comparison.Origins:N0} origins.").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture,
            $"| forecast | {of} | at step {horizon} | to naive | skill | CRPS | in 80 % | in 95 % | width 80 % | seconds |");
        text.AppendLine("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
        foreach (ForecasterScore score in comparison.Scores)
        {
            string seconds = score.Kind == ForecasterKind.Network
                ? score.FitTime.TotalSeconds.ToString("F1", CultureInfo.InvariantCulture)
                : "";
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {score.Name} | {score.Error:G5} | {score.ErrorByStep[^1]:G5} | {score.Error / comparison.Naive.Error:F3} | "
                + $"{score.SkillAgainstBest:F3} | {score.Crps:G4} | {100 * score.Coverage(0.8):F1} % | {100 * score.Coverage(0.95):F1} % | "
                + $"{score.Width(0.8):G4} | {seconds} |");
        }

        text.AppendLine();
        foreach (string sentence in comparison.Summary())
            text.AppendLine("- " + sentence);
        text.AppendLine("- The blend: " + string.Join(", ", blend.MeanShares()
            .Select(share => string.Create(CultureInfo.InvariantCulture, $"{100 * share.Value:F0} % {share.Key}"))) + ".").AppendLine();
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{file} {horizon}: blend {comparison.Recommended!.Error:G5}, "
            + $"best baseline {comparison.BestBaseline.Error:G5}, naive {comparison.Naive.Error:G5}"));
        double error = comparison.Recommended.Error, without = comparison.WithoutNetworks!.Error;
        string figures = string.Create(CultureInfo.InvariantCulture, $"| {file} | {horizon} | {error:G5} | {without:G5} ");
        return $"{figures}| {Page.Difference(error, without)} | {Page.Probability(comparison.NetworksPValue)} |";
    }

    private static void Seeds(StringBuilder text, ForecastsOptions options, string file, string train)
    {
        ForecastTask task = TaskOf(file, "High", train, "2021..", 1);
        var baselines = new Comparison(task);
        baselines.Add(Fitted(new RidgeForecaster(), task));
        text.AppendLine(CultureInfo.InvariantCulture, $"## Trained on {train}, {task.TrainRows} rows; judged on {task.TestRows}")
            .AppendLine();
        IEnumerable<string> simple = baselines.Baselines
            .Select(score => string.Create(CultureInfo.InvariantCulture, $"{score.Name} {score.Error:F3}"));
        text.AppendLine(CultureInfo.InvariantCulture, $"Baselines: {string.Join(", ", simple)}.").AppendLine();
        text.AppendLine("| forecast | seed | RMSE | to naive | seconds |").AppendLine("|---|--:|--:|--:|--:|");
        var errors = new Dictionary<string, List<double>>();
        for (int seed = options.FirstSeed; seed <= options.LastSeed; seed++)
        {
            BlendForecaster blend = Fitted(Blend(options, task, seed), task);
            foreach (ForecasterScore score in new Comparison(task, blend).Scores.Where(score => score.Kind <= ForecasterKind.Network))
            {
                if (!errors.TryGetValue(score.Name, out List<double>? own))
                    errors.Add(score.Name, own = []);
                own.Add(score.Error);
                text.AppendLine(CultureInfo.InvariantCulture, $"| {score.Name} | {seed} | {score.Error:F3} | "
                    + $"{score.Error / baselines.Naive.Error:F3} | {score.FitTime.TotalSeconds:F1} |");
            }
        }

        text.AppendLine();
        foreach ((string name, List<double> own) in errors)
        {
            string line =
                string.Create(CultureInfo.InvariantCulture,
                $"- {name}: median **{Statistics.Median(own):F3}**, {own.Min():F3} to {own.Max():F3}; "
                + $"{own.Count(error => error < baselines.Naive.Error)} of {own.Count} below naive ({baselines.Naive.Error:F3})");
            text.AppendLine(line);
            Console.Error.WriteLine(line);
        }

        text.AppendLine();
    }

    private static TForecaster Fitted<TForecaster>(TForecaster forecaster, ForecastTask task)
        where TForecaster : PartsForecaster
    {
        forecaster.Fit(task);
        return forecaster;
    }

    private static BlendForecaster Blend(ForecastsOptions options, ForecastTask task, int seed)
    {
        EnsembleRecipe Recipe(Forecasting.CellKind cell)
        {
            var recipe = new EnsembleRecipe();
            return recipe with { Network = recipe.Network
                with { Cell = cell, Threads = options.Threads, Training = recipe.Network.Training with { Seed = seed } } };
        }

        return BlendForecaster.Of([Recipe(Forecasting.CellKind.Lstm), Recipe(Forecasting.CellKind.Gru)], task);
    }
}
