using System.Globalization;
using System.Text;
using Unroll.Forecasting;

namespace Unroll.Benchmarks;

/// <summary>Which seeds, how far ahead, and on how many threads.</summary>
internal sealed record TargetsOptions(int FirstSeed, int LastSeed, IReadOnlyList<int> Horizons, int Threads, string Command);

/// <summary>
/// One ensemble of networks for several target columns beside an ensemble for each, of the same recipe and on the same inputs.
/// </summary>
internal static class TargetsBenchmark
{
    private static readonly (string File, string[] Targets, string Train, string Test)[] s_samples =
    [
        ("sp500", ["high", "low"], "2014..2018", "2019"),
        ("aapl", ["High", "Low"], "..2016", "2017"),
        ("ridership", ["ridership", "temp"], "..2014", "2015"),
    ];

    public static void Run(TargetsOptions options)
    {
        var page = new Page(options.Command);
        var text = new StringBuilder("""
            # Several targets: one ensemble for all, or one for each

            The default recipe, untouched, on the shipped samples. "Together" is one `EnsembleForecaster` for both targets, "each alone" one for each of them with the same inputs: all other columns, the other target among them, and the calendar. Least squares and baselines are the same for both, so that only the networks and their shares differ. The RMSE is that of the row so many rows ahead, in units of the column, the mean over the seeds with the lowest and the highest; the best baseline is picked with hindsight. The time is that of all targets, the mean over the seeds.


            """);
        foreach ((string file, string[] targets, string train, string test) in s_samples)
        {
            foreach (int horizon in options.Horizons)
            {
                foreach (Forecasting.CellKind cell in new[] { Forecasting.CellKind.Lstm, Forecasting.CellKind.Gru })
                    Sample(text, options, cell, file, targets, train, test, horizon);
            }
        }

        text.AppendLine(string.Join('\n', page.Origin($"Threads: {options.Threads}", "Trained one after the other on a machine that did "
            + $"other work too: of the times only the ratio says something, and that roughly.")));
        Results.Write("targets.md", text.ToString());
    }

    private static void Sample(StringBuilder text, TargetsOptions options, Forecasting.CellKind cell, string file, string[] targets,
        string train, string test, int horizon)
    {
        TimeSeries series = TimeSeries.Read(ForecastsBenchmark.PathOf(file));
        ForecastTask Task(params string[] named) =>
            new(series, new TaskOptions { Targets = named, Train = train, Test = test, Horizon = horizon });
        double[] alone = new double[targets.Length], together = new double[targets.Length];
        List<double>[] aloneErrors = [.. targets.Select(_ => new List<double>())],
            togetherErrors = [.. targets.Select(_ => new List<double>())];
        double aloneSeconds = 0, togetherSeconds = 0;
        int seeds = options.LastSeed - options.FirstSeed + 1;
        for (int seed = options.FirstSeed; seed <= options.LastSeed; seed++)
        {
            EnsembleRecipe recipe = Recipe(options, cell, seed);
            EnsembleForecaster Fitted(ForecastTask task)
            {
                var forecaster = new EnsembleForecaster(recipe);
                forecaster.Fit(task);
                return forecaster;
            }

            ForecastTask whole = Task(targets);
            EnsembleForecaster joint = Fitted(whole);
            togetherSeconds += joint.FitTime.TotalSeconds / seeds;
            ForecasterScore both = new Comparison(whole).Add(joint);
            for (int k = 0; k < targets.Length; k++)
            {
                ForecastTask own = Task(targets[k]);
                EnsembleForecaster ensemble = Fitted(own);
                aloneSeconds += ensemble.FitTime.TotalSeconds / seeds;
                togetherErrors[k].Add(both.Parts[k].RmseByStep[^1]);
                aloneErrors[k].Add(new Comparison(own).Add(ensemble).ErrorByStep[^1]);
            }
        }

        string name = Recipe(options, cell, 0).Network.Name;
        text.AppendLine(CultureInfo.InvariantCulture, $"## {file}, {horizon} {(horizon == 1 ? "row" : "rows")} ahead, {name}").AppendLine();
        text.AppendLine("| target | naive | best baseline | each alone | together | together ÷ alone |")
            .AppendLine("|---|--:|--:|--:|--:|--:|");
        for (int k = 0; k < targets.Length; k++)
        {
            ForecastTask own = Task(targets[k]);
            var comparison = new Comparison(own);
            var ridge = new RidgeForecaster();
            ridge.Fit(own);
            comparison.Add(ridge);
            ForecasterScore best = comparison.Baselines.MinBy(score => score.ErrorByStep[^1])!;
            (alone[k], together[k]) = (aloneErrors[k].Average(), togetherErrors[k].Average());
            string Spread(List<double> errors) =>
                string.Create(CultureInfo.InvariantCulture, $"{errors.Average():G5} ({errors.Min():G5} to {errors.Max():G5})");
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {targets[k]} | {comparison.Naive.ErrorByStep[^1]:G5} | {best.ErrorByStep[^1]:G5} {best.Name} | "
                + $"{Spread(aloneErrors[k])} | {Spread(togetherErrors[k])} | {together[k] / alone[k]:F3} |");
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{file} {horizon} {name} {targets[k]}: alone "
                + $"{alone[k]:G5}, together {together[k]:G5}, {aloneSeconds:F1} s and {togetherSeconds:F1} s"));
        }

        text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"Training: each alone {aloneSeconds:F1} s in all, together "
            + $"{togetherSeconds:F1} s, {togetherSeconds / aloneSeconds:F2} of that.").AppendLine();
    }

    private static EnsembleRecipe Recipe(TargetsOptions options, Forecasting.CellKind cell, int seed)
    {
        var recipe = new EnsembleRecipe();
        return recipe with { Network = recipe.Network
            with { Cell = cell, Threads = options.Threads, Training = recipe.Network.Training with { Seed = seed } } };
    }
}
