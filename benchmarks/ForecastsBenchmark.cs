using System.Globalization;
using System.Text;
using Unroll.Forecasting;

namespace Unroll.Benchmarks;

/// <summary>What to forecast.</summary>
/// <param name="Prices">The tutorial's prices, which do not ship with the project; null for the samples.</param>
internal sealed record ForecastsOptions(string? Prices, int FirstSeed, int LastSeed, IReadOnlyList<int> Horizons, int Threads, string Command);

/// <summary>The default recipe, untouched, beside every baseline: on the shipped samples, or seed after seed on the tutorial's prices.</summary>
internal static class ForecastsBenchmark
{
    public const int Window = 60;

    public static readonly (string File, string Target, string Train, string Test)[] Samples =
    [
        ("sp500", "high", "2014..2018", "2019"),
        ("aapl", "High", "..2016", "2017"),
        ("births", "births", "..1987", "1988"),
        ("ridership", "ridership", "..2014", "2015"),
    ];

    public static void Run(ForecastsOptions options)
    {
        var page = new Page(options.Command);
        var text = new StringBuilder();
        if (options.Prices is { } prices)
        {
            text.AppendLine("# The default recipe on the tutorial's prices, seed after seed").AppendLine();
            text.AppendLine("MasterCard, column High, one row ahead, test rows 2021. Nothing of 2021 was used to choose anything: the recipe was chosen on earlier years.").AppendLine();
            foreach (string train in new[] { "..2020", "2016..2020" })
                Seeds(text, options, prices, train);
        }
        else
        {
            text.AppendLine("# The default recipe beside every baseline").AppendLine();
            text.AppendLine("Each horizon is a model of its own, and the error is that of the row so many rows ahead. Skill is 1 − RMSE ÷ RMSE of the best baseline, which is picked with hindsight. Coverage is the share of test rows inside the intervals of 80 % and 95 %.").AppendLine();
            foreach ((string file, string target, string train, string test) in Samples)
            {
                foreach (int horizon in options.Horizons)
                    Sample(text, options, file, target, train, test, horizon);
            }
        }

        text.AppendLine(string.Join('\n', page.Origin($"Threads: {options.Threads}", "The times are those of a machine that did other work too.")));
        Results.Write(options.Prices is null ? "forecasts.md" : "forecasts-seeds.md", text.ToString());
    }

    private static void Sample(StringBuilder text, ForecastsOptions options, string file, string target, string train, string test, int horizon)
    {
        ForecastSplit split = SplitOf(Path.Combine(AppContext.BaseDirectory, "samples", file + ".csv"), target, train, test);
        EnsembleRecipe recipe = Recipe(options, Forecasting.CellKind.Lstm, options.FirstSeed, horizon);
        var comparison = new Comparison(split, horizon, new LinearForecaster(recipe));
        text.AppendLine(CultureInfo.InvariantCulture, $"## {file}, {split.Target}, {horizon} {(horizon == 1 ? "row" : "rows")} ahead").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"Trained on {split.Train.Count} rows ({train}), judged on {split.Test.Count} ({test}).").AppendLine();
        text.AppendLine("| model | RMSE | to naive | skill | coverage 80 % | coverage 95 % | seconds | made of |").AppendLine("|---|--:|--:|--:|--:|--:|--:|---|");
        double best = comparison.Baselines.Min(score => Rmse(score, horizon)), naive = Rmse(comparison.Naive, horizon);
        foreach (Forecasting.CellKind cell in new[] { Forecasting.CellKind.Lstm, Forecasting.CellKind.Gru })
        {
            var network = new EnsembleForecaster(Recipe(options, cell, options.FirstSeed, horizon));
            network.Fit(split);
            ForecastScore score = comparison.Add(network);
            Line(network.Name, score, network.TrainingTime.TotalSeconds.ToString("F1", CultureInfo.InvariantCulture), string.Join(", ", network.Weights(horizon).Select(part => string.Create(CultureInfo.InvariantCulture, $"{100 * part.Value:F0} % {part.Key}"))));
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{file} {horizon} {network.Name} RMSE {Rmse(score, horizon):G5}, best baseline {best:G5}, naive {naive:G5}"));
        }

        foreach (ForecastScore score in comparison.Baselines)
            Line(score.Name, score, "", "");
        text.AppendLine();

        void Line(string name, ForecastScore score, string seconds, string made)
        {
            string Coverage(double level) => score.Intervals.FirstOrDefault(interval => interval.Step == horizon && interval.Level == level) is { } interval ? string.Create(CultureInfo.InvariantCulture, $"{100 * interval.Coverage:F1} %") : "–";
            double rmse = Rmse(score, horizon);
            text.AppendLine(CultureInfo.InvariantCulture, $"| {name} | {rmse:G5} | {rmse / naive:F3} | {1 - (rmse / best):F3} | {Coverage(0.8)} | {Coverage(0.95)} | {seconds} | {made} |");
        }
    }

    private static void Seeds(StringBuilder text, ForecastsOptions options, string file, string train)
    {
        ForecastSplit split = SplitOf(file, "High", train, "2021..");
        var comparison = new Comparison(split, 1, new LinearForecaster(Recipe(options, Forecasting.CellKind.Lstm, 0, 1)));
        text.AppendLine(CultureInfo.InvariantCulture, $"## Trained on {train}, {split.Train.Count} rows; judged on {split.Test.Count}").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"Baselines: {string.Join(", ", comparison.Baselines.Select(score => string.Create(CultureInfo.InvariantCulture, $"{score.Name} {score.Rmse:F3}")))}.").AppendLine();
        text.AppendLine("| model | seed | RMSE | to naive | seconds |").AppendLine("|---|--:|--:|--:|--:|");
        var summary = new StringBuilder();
        foreach (Forecasting.CellKind cell in new[] { Forecasting.CellKind.Lstm, Forecasting.CellKind.Gru })
        {
            var errors = new List<double>();
            for (int seed = options.FirstSeed; seed <= options.LastSeed; seed++)
            {
                var network = new EnsembleForecaster(Recipe(options, cell, seed, 1));
                network.Fit(split);
                double rmse = Metrics.Rmse(split.Test, network.Predict(split));
                errors.Add(rmse);
                text.AppendLine(CultureInfo.InvariantCulture, $"| {network.Name} | {seed} | {rmse:F3} | {rmse / comparison.Naive.Rmse:F3} | {network.TrainingTime.TotalSeconds:F1} |");
            }

            double median = Statistics.Median(errors);
            summary.AppendLine(CultureInfo.InvariantCulture, $"- {(cell == Forecasting.CellKind.Lstm ? "LSTM" : "GRU")}: median **{median:F3}**, {errors.Min():F3} to {errors.Max():F3}, the spread {100 * (errors.Max() - errors.Min()) / median:F1} % of the median; {errors.Count(rmse => rmse < comparison.Naive.Rmse)} of {errors.Count} below naive ({comparison.Naive.Rmse:F3}).");
        }

        text.AppendLine().Append(summary).AppendLine();
        Console.Error.Write(summary);
    }

    private static ForecastSplit SplitOf(string path, string target, string train, string test)
    {
        TimeSeries series = TimeSeries.ReadCsv(path);
        return new ForecastSplit(series, target, train, test, Window, ForecastInputs.Everything(series, target));
    }

    private static double Rmse(ForecastScore score, int horizon) => horizon == 1 ? score.Rmse : score.RmseByStep[horizon - 1];

    private static EnsembleRecipe Recipe(ForecastsOptions options, Forecasting.CellKind cell, int seed, int horizon)
    {
        var recipe = new EnsembleRecipe();
        return recipe with { Steps = horizon, Network = recipe.Network with { Cell = cell, Threads = options.Threads, Training = recipe.Network.Training with { Seed = seed } } };
    }
}
