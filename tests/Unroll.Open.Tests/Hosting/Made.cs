using Unroll.Forecasting;

namespace Unroll.Open.Tests.Hosting;

/// <summary>Small models, samples and forecasters.</summary>
internal static class Made
{
    public const int Steps = 6, Features = 2;

    public static Model Model(int seed = 1) => new Model(new Gru(5), new Dense(2)) { Threads = 2 }.Build(new Shape(Steps, Features), seed);

    public static float[] Values(int count, int seed = 0) => [.. Enumerable.Range(0, count).Select(i => MathF.Sin(0.7f * i + seed))];

    public static ArraySamples Samples(int count = 40) =>
        new(Values(count * Steps * Features), new Shape(Steps, Features), Values(count * 2, 3), new Shape(2));

    public static float[] Weights(Model model) => [.. model.Parameters.SelectMany(parameter => model.GetWeights(parameter.Name))];

    public static ForecastTask Task(int rows = 120) =>
        new(Table(rows), new TaskOptions { Targets = ["sales"], TestRows = 14, Horizon = 3, Window = 14 });

    public static TimeSeries Table(int rows)
    {
        DateTime first = new(2024, 1, 1);
        DateTime[] dates = [.. Enumerable.Range(0, rows).Select(i => first.AddDays(i))];
        double[] sales = [.. Enumerable.Range(0, rows).Select(i => 50 + (10 * Math.Sin(i * Math.Tau / 7)) + (i * 0.1) + Math.Sin(i * 1.3))];
        return new TimeSeries("shop", dates, [("sales", sales)]);
    }

    public static double[] Ahead(IForecaster forecaster, ForecastTask task, int steps) =>
        [.. forecaster.Predict(task.Data, steps).Parts[0].Rows().Select(row => row.Value)];
}
