using Unroll.Forecasting;

namespace Unroll.Tests.Forecasting.Conformance;

/// <summary>Every forecaster there is, small.</summary>
internal static class Candidates
{
    private static readonly string[] s_members = ["lstm", "ridge", "naive", "drift"];

    /// <summary>Each from the rows of a season and the threads; a new forecaster is one more row.</summary>
    private static readonly Dictionary<string, Func<int, int, PartsForecaster>> s_all = new()
    {
        ["naive"] = (_, threads) => new NaiveForecaster { Threads = threads },
        ["seasonal-naive"] = (season, threads) => new SeasonalNaiveForecaster(season) { Threads = threads },
        ["seasonal-naive-with-drift"] = (season, threads) => new SeasonalNaiveDriftForecaster(season) { Threads = threads },
        ["drift"] = (_, threads) => new DriftForecaster { Threads = threads },
        ["mean"] = (_, threads) => new MeanForecaster { Threads = threads },
        ["least-squares"] = (_, threads) => new LeastSquaresForecaster { Threads = threads },
        ["theta"] = (season, threads) => new ThetaForecaster(season) { Threads = threads },
        ["ets"] = (season, threads) => new EtsForecaster(null, season) { Threads = threads },
        ["arima"] = (season, threads) => new ArimaForecaster(null, season, models: 4) { Threads = threads },
        ["croston"] = (_, threads) => new CrostonForecaster { Threads = threads },
        ["tsb"] = (_, threads) => new TsbForecaster { Threads = threads },
        ["adida"] = (_, threads) => new AdidaForecaster { Threads = threads },
        ["stl-ets"] = (season, threads) => new StlEtsForecaster([season]) { Threads = threads },
        ["ridge"] = (_, threads) => new RidgeForecaster { Threads = threads },
        ["lstm"] = (_, threads) => new EnsembleForecaster(Recipe(CellKind.Lstm, threads)) { Threads = threads },
        ["gru"] = (_, threads) =>
            new EnsembleForecaster(Recipe(CellKind.Gru, threads) with { Head = ForecastHead.Quantile }) { Threads = threads },
        ["simple-rnn"] = (_, threads) => new EnsembleForecaster(Recipe(CellKind.SimpleRnn, threads)) { Threads = threads },
        ["network"] = (_, threads) => new NetworkForecaster(Network(CellKind.Gru, threads)) { Threads = threads },
        ["pretrained"] = (_, threads) =>
            new PretrainedForecaster(NewestTwo(), new PretrainedOptions { Scaling = _ => new MinMaxScaler(-1, 1) }) { Threads = threads },
        ["own"] = (_, threads) => new Halfway { Threads = threads },
        ["own-layers"] = (_, threads) => new EnsembleForecaster(Recipe(CellKind.Gru, threads) with
        {
            Network = Network(
            CellKind.Gru, threads) with
            {
                Label = "own layers",
                Body = _ => [new Conv1D(3, 2), new Gru(3)],
            }
        })
        { Threads = threads },
        ["blend"] = (season, threads) =>
            new BlendForecaster([.. s_members.Select(member => Of(member, season, threads))]) { Threads = threads },
    };

    public static IEnumerable<string> Names => s_all.Keys;

    /// <summary>One that is not yet fitted.</summary>
    public static PartsForecaster Of(string name, int season, int threads = 1) => s_all[name](season, threads);

    static Candidates() => ForecastKinds.Register(() => new Halfway());

    public static EnsembleRecipe Recipe(CellKind cell, int threads = 1) =>
        new() { Members = 2, Window = 8, Network = Network(cell, threads) };

    public static NetworkRecipe Network(CellKind cell, int threads = 1) => new()
    {
        Cell = cell,
        Units = 3,
        Threads = threads,
        Training = new TrainingOptions { Epochs = 1, BatchSize = 32, Optimizer = new Adam { LearningRate = 0.01 } },
    };

    /// <summary>A network that gives 0.6 of the newest value and 0.4 of the one before.</summary>
    private static Model NewestTwo()
    {
        Model model = new Model(new Flatten(), new Dense(1)).Build(new Shape(8, 1), 1);
        model.SetWeights("dense_1/kernel", [0, 0, 0, 0, 0, 0, 0.4f, 0.6f]);
        return model;
    }

    /// <summary>Whether a forecaster has intervals: those of networks alone would be of rows that they have learnt from.</summary>
    public static bool HasIntervals(string name) => name is not ("network" or "pretrained");

    /// <summary>A forecaster as a user writes it: back to the mean of the training rows, half of the way in each row.</summary>
    private sealed class Halfway() : OwnForecaster("own")
    {
        protected override int NeededRows => 1;

        protected override double[] Learn(PastRows rows, CancellationToken cancellation) => [rows.Values.ToArray().Average()];

        protected override void Predict(PastRows rows, ReadOnlySpan<double> learnt, Span<double> ahead)
        {
            for (int h = 0; h < ahead.Length; h++)
                ahead[h] = learnt[0] + ((rows.Values[^1] - learnt[0]) * Math.Pow(0.5, h + 1));
        }
    }
}
