using System.Globalization;
using System.Text;
using Unroll.Forecasting;

namespace Unroll.Benchmarks;

/// <summary>The default recipe with an output for each row ahead, and with one that is fed back, on the shipped samples.</summary>
internal static class StrategiesBenchmark
{
    public static void Run(IReadOnlyList<int> horizons, EnsembleRecipe recipe, string command)
    {
        var page = new Page(command);
        var text = new StringBuilder();
        text.AppendLine("# Further than one row ahead: direct and recursive").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture,
            $"The default recipe ({recipe.Members} {(recipe.Members == 1 ? recipe.Network.Name : recipe.Network.Name + "s")}, seed "
            + $"{recipe.Network.Training.Seed}), trained once for each line. Direct has weights and an output for each row ahead; "
            + $"recursive learns one row ahead and takes its predictions for the values that are not known yet. RMSE so many rows ahead, "
            + $"and the root of the mean of the squares of all rows to the last; in brackets the ratio to the naive forecast's. Recursive "
            + $"looks at no other columns: where there are any, a line more says what direct does without them. Coverage is the share of "
            + $"test rows inside the intervals so many rows ahead. The best baseline is picked with hindsight, for the last row ahead.")
            .AppendLine();
        foreach ((string file, string target, string train, string test, _) in ForecastsBenchmark.Samples.Where(
            sample => sample.Series is null))
        {
            foreach (int horizon in horizons)
                Sample(text, file, target, train, test, horizon, recipe);
        }

        text.AppendLine(string.Join(
            '\n', page.Origin($"Threads: {recipe.Network.Threads}", "The times are those of a machine that did other work too.")));
        Results.Write("strategies.md", text.ToString());
    }

    private static void Sample(StringBuilder text, string file, string target, string train, string test, int last, EnsembleRecipe recipe)
    {
        TimeSeries series = TimeSeries.Read(ForecastsBenchmark.PathOf(file));
        var all = ForecastInputs.Everything(series, target);
        ForecastTask Task(ForecastInputs inputs) =>
            new(series, new TaskOptions { Targets = [target], Train = train, Test = test, Horizon = last, Inputs = inputs });
        ForecastTask own = Task(all with { Past = [] }), whole = all.Past.Count > 0 ? Task(all) : own;
        int middle = (last + 1) / 2;
        var comparison = new Comparison(whole);
        var ridge = new RidgeForecaster();
        ridge.Fit(whole);
        comparison.Add(ridge);
        text.AppendLine(CultureInfo.InvariantCulture, $"## {file}, {target}, {last} rows ahead").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"| forecast | 1 | {middle} | {last} | 1 to {last} | coverage 80 % | coverage 95 % | "
            + $"seconds |").AppendLine("|---|--:|--:|--:|--:|--:|--:|--:|");
        Line("direct", whole, Strategy.Direct);
        if (all.Past.Count > 0)
            Line("direct, without other columns", own, Strategy.Direct);
        Line("recursive", own, Strategy.Recursive);
        Add($"{comparison.BestBaseline.Name}, the best baseline", comparison.BestBaseline, "");
        Add("naive", comparison.Naive, "");
        text.AppendLine();

        void Line(string name, ForecastTask task, Strategy strategy)
        {
            var network = new EnsembleForecaster(recipe with { Strategy = strategy });
            network.Fit(task);
            ForecasterScore score = new Comparison(task).Add(network);
            Add(name, score, network.FitTime.TotalSeconds.ToString("F1", CultureInfo.InvariantCulture));
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{file} {last} {name}: {score.ErrorByStep[^1]:G5}"));
        }

        void Add(string name, ForecasterScore score, string seconds)
        {
            string Figure(double rmse, double naive) => string.Create(CultureInfo.InvariantCulture, $"{rmse:G4} ({rmse / naive:F3})");
            string At(int step) => Figure(score.ErrorByStep[step - 1], comparison.Naive.ErrorByStep[step - 1]);
            string Coverage(double level) => string.Create(CultureInfo.InvariantCulture, $"{100 * score.Coverage(level):F1} %");
            text.AppendLine(CultureInfo.InvariantCulture, $"| {name} | {At(1)} | {At(middle)} | {At(last)} | "
                + $"{Figure(score.Error, comparison.Naive.Error)} | {Coverage(0.8)} | {Coverage(0.95)} | {seconds} |");
        }
    }
}
