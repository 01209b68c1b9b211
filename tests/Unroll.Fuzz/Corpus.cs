using Unroll.Forecasting;
using Unroll.Formats;

namespace Unroll.Fuzz;

/// <summary>The files that are edited: small models that have every kind of layer in them, and a forecaster of every kind.</summary>
internal static class Corpus
{
    public const string ForecasterPrefix = "forecaster ";

    public static IReadOnlyList<(string Name, byte[] File)> All() =>
        [.. Models().Select((model, i) =>
            ($"model {i}", ModelFile.ToBytes(model, new Dictionary<string, string> { ["note"] = "made for edits" }))), .. Forecasters()];

    public static IEnumerable<Model> Models()
    {
        var penalty = new L1L2(0.1, 0.2);
        yield return new Model(new Masking(), new Bidirectional(new Lstm(2) { ReturnSequences = true }) { Name = "both" },
            new SimpleRnn(2) { ReturnSequences = true }, new Lstm(2) { ReturnSequences = true }, new LastSteps(2),
            new Gru(2) { KernelRegularizer = penalty }, new Dense(1)).Build(new Shape(4, 2));
        yield return new Model(new StackedRecurrent(new Lstm(2), new Gru(3) { ResetAfter = false }), new RepeatVector(3), new Dropout(0.2),
            new Activate(Activation.Elu), new Flatten(), new Reshape(3, 3), new Softmax()).Build(new Shape(4, 2));
        yield return new Model(new StackedRecurrent(new IndRnn(2), new IndRnn(3)), new Dense(1)).Build(new Shape(4, 2));
        yield return new Model(new IndRnn(2) { ReturnSequences = true }, new Dense(1)).Build(new Shape(4, 2));
        yield return new Model(new Conv1D(3, 2), new MaxPooling1D(2), new LayerNorm(), new AveragePooling1D(2), new BatchNorm(),
            new GlobalAveragePooling(), new Gelu(), new Silu()).Build(new Shape(12, 2));
        yield return new Model(new Conv2D(2, 2, 2), new MaxPooling2D(2, 2), new AveragePooling2D(1, 1), new GlobalMaxPooling(),
            new Dense(2)).Build(new Shape(6, 6, 1));
        yield return new Model(new TimeDistributed(new TimeDistributed(new Gru(2))), new Flatten(), new Dense(1))
            .Build(new Shape(2, 3, 2, 2));
        yield return new Model(new GaussianNoise(0.1), new ZeroPadding1D(1, 2), new UpSampling1D(2), new Cropping1D(1, 1),
            new SpatialDropout1D(0.1), new Conv1D(4, 2) { Groups = 2 }, new DepthwiseConv1D(2) { DepthMultiplier = 2 },
            new SeparableConv1D(3, 2), new Conv1DTranspose(2, 2) { OutputPadding = 0 },
            new MultiHeadAttention(2, 3) { ReturnScores = true }, new RmsNorm(), new LayerNorm { Scale = false, Center = false },
            new Permute(2, 1), new GaussianDropout(0.1)).Build(new Shape(4, 2));
        yield return new Model(new ZeroPadding2D(1), new Conv2D(4, 2, 2) { Groups = 2 }, new DepthwiseConv2D(2, 2),
            new SeparableConv2D(3, 2, 2), new Conv2DTranspose(2, 2, 2), new UpSampling2D(2, 1), new Cropping2D(1, 0, 1, 0),
            new SpatialDropout2D(0.1)).Build(new Shape(5, 5, 2));
        yield return new Model(new Rescaling([2, 0.5], [1]), new Dense(1)).Build(new Shape(3, 2));
        Node tokens = Node.Input(new Shape(5), "tokens"), more = Node.Input(new Shape(5));
        Node table = new Embedding(7, 3) { MaskZero = true }.Apply(tokens), other = table.Again(more);
        Node seen = new Attention { ReturnScores = true }.Apply(table, other),
            added = new AdditiveAttention { UseScale = false }.Apply(other, table);
        Node merged = new Concatenate().Apply(new Add().Apply(seen, table), new Multiply().Apply(added, new Average().Apply(table, other)));
        yield return new Model([tokens, more], [new Gru(2).Apply(merged), new Dense(2).Apply(seen.Scores)]).Build(1);
        Node x = Node.Input(new Shape(4, 2)), y = Node.Input(new Shape(3, 2)),
            read = new Bidirectional(new StackedRecurrent(new Gru(2), new Lstm(3)) { ReturnState = true }).Apply(x);
        Node written = new StackedRecurrent(new Gru(2), new Lstm(3)) { ReturnSequences = true }.Apply([y, .. read.States.Take(3)]);
        yield return new Model([x, y], [new Dense(1).Apply(written), new Dense(1).Apply(read)]).Build(1);
    }

    private static IEnumerable<(string Name, byte[] File)> Forecasters()
    {
        DateTime[] dates = [.. Enumerable.Range(0, 160).Select(day => new DateTime(2021, 1, 4).AddDays(day))];
        double[] values = [.. dates.Select(
            (_, day) => 50 + 0.1 * day + 5 * Math.Sin(0.9 * day) + 3 * (day % 7 == 5 ? 1 : 0) + day * 7919 % 13 * 0.2)];
        var series = new TimeSeries("made", dates, ("y", values));
        var network = new NetworkRecipe { Units = 2, Threads = 1, Training = new TrainingOptions { Epochs = 1 } };
        var recipe = new EnsembleRecipe { Members = 1, Network = network };
        (string, PartsForecaster)[] kinds =
        [
            ("naive", new NaiveForecaster()), ("seasonal", new SeasonalNaiveForecaster(7)),
            ("ets", new EtsForecaster(EtsModel.HoltWintersAdditive, 7)), ("ridge", new RidgeForecaster()),
            ("arima", new ArimaForecaster(null, 7, 6)), ("croston", new CrostonForecaster()), ("tsb", new TsbForecaster()),
            ("adida", new AdidaForecaster()), ("stl", new StlEtsForecaster([7])),
            ("networks", new EnsembleForecaster(recipe)), ("head", new EnsembleForecaster(recipe with { Head = ForecastHead.Gaussian })),
            ("network", new NetworkForecaster(network)),
            ("blend", new BlendForecaster([new EnsembleForecaster(recipe), new RidgeForecaster(), new NaiveForecaster()])),
        ];
        string path = Path.Combine(Path.GetTempPath(), $"unroll-{Guid.NewGuid():N}.unroll");
        foreach ((string name, PartsForecaster forecaster) in kinds)
        {
            int horizon = name == "network" ? 1 : 2;
            var task = new ForecastTask(
                new ForecastSplit(series, target: "y", train: "2021-01-04..2021-05-20", test: "2021-05-21..", window: 10), horizon);
            forecaster.Fit(task, null, CancellationToken.None);
            ForecastFile.Save(forecaster, path);
            yield return (ForecasterPrefix + name, File.ReadAllBytes(path));
        }

        File.Delete(path);
    }
}
