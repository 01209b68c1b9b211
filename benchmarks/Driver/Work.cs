namespace Unroll.Benchmarks.Driver;

/// <summary>
/// What two builds of the library are made to do. The benchmarks find these methods by name, so they take and give types of the runtime
/// alone.
/// </summary>
public static class Work
{
    /// <summary>Trains for an epoch of <paramref name="count"/> made-up sequences.</summary>
    public static Action Train(string cell, int units, int count, int batch, int steps, int features, int threads)
    {
        (Model model, ArraySamples samples) = Made(cell, units, count, steps, features, threads);
        var options = new TrainingOptions { Epochs = 1, BatchSize = batch };
        return () => model.Fit(samples, options);
    }

    /// <summary>Predicts <paramref name="count"/> made-up sequences in one call.</summary>
    public static Action Predict(string cell, int units, int count, int steps, int features, int threads)
    {
        (Model model, ArraySamples samples) = Made(cell, units, count, steps, features, threads);
        float[] x = new float[count * steps * features], y = new float[count];
        for (int row = 0; row < count; row++)
            samples.CopyInput(row, x.AsSpan(row * steps * features, steps * features));
        return () => model.Predict(x, y);
    }

    /// <summary>The networks whose weights are compared.</summary>
    public static string[] Networks() =>
        ["simple-rnn", "lstm", "gru", "gru-reset-before", "lstm-relu", "bidirectional", "conv", "dense", "attention", "embedding-mask",
            "dropout"];

    /// <summary>The bits of all weights and of some predictions after three epochs in small batches on two threads.</summary>
    public static byte[] Trained(string network)
    {
        const int steps = 12, count = 72;
        bool takesTokens = network == "embedding-mask";
        Shape shape = takesTokens ? new Shape(steps) : new Shape(steps, 3);
        var random = new Random(5);
        float[] x = [.. Enumerable.Range(0, count * shape.Size)
            .Select(i => takesTokens ? (i % steps > i / steps % steps ? 0 : random.Next(1, 9)) : random.NextSingle() - 0.5f)];
        float[] y = [.. Enumerable.Range(0, count).Select(_ => random.NextSingle())];
        Model model = Network(network, shape);
        model.Threads = 2;
        model.Fit(new ArraySamples(x, shape, y, new Shape(1)),
            new TrainingOptions { Epochs = 3, BatchSize = 24, Optimizer = new Adam(), Seed = 3 });
        float[] all = [.. model.Parameters.SelectMany(parameter => model.GetWeights(parameter.Name)), .. model.Predict(x)];
        var bytes = new byte[4 * all.Length];
        Buffer.BlockCopy(all, 0, bytes, 0, bytes.Length);
        return bytes;
    }

    private static Model Network(string name, Shape shape)
    {
        if (name == "attention")
        {
            Node x = Node.Input(shape), read = With(new Gru(9), "ReturnSequences", true).Apply(x),
                seen = new Attention { UseScale = true }.Apply(read, read);
            return new Model([x], [new Dense(1).Apply(new Gru(5).Apply(seen))]).Build(seed: 4);
        }

        Layer[] layers = name switch
        {
            "simple-rnn" => [new SimpleRnn(37)],
            "lstm" => [new Lstm(37)],
            "gru" => [new Gru(37)],
            "gru-reset-before" => [new Gru(37) { ResetAfter = false }],
            "lstm-relu" => [With(new Lstm(13), "Activation", Activation("Relu"))],
            "bidirectional" => [BothWays(With(new Lstm(19), "ReturnSequences", true)), BothWays(new Gru(9))],
            "conv" => [new Conv1D(7, 3), new MaxPooling1D(2), new Gru(9)],
            "dense" => [new Flatten(), With(new Dense(33), "Activation", Activation("Tanh")),
                With(new Dense(9), "Activation", Activation("Sigmoid"))],
            "embedding-mask" => [new Embedding(9, 6) { MaskZero = true }, new Lstm(11)],
            _ => [With(With(new Lstm(17), "Dropout", 0.2), "RecurrentDropout", 0.2), new Dropout(0.3)],
        };
        return new Model([.. layers, new Dense(1)]).Build(shape, seed: 4);
    }

    /// <summary>By name, since the builds may declare the option in other types.</summary>
    private static Layer With(Layer layer, string option, object value)
    {
        layer.GetType().GetProperty(option)!.SetValue(layer, value);
        return layer;
    }

    private static Layer BothWays(Layer layer) => (Layer)Activator.CreateInstance(typeof(Bidirectional), layer)!;

    private static object Activation(string name) => typeof(Dense).GetProperty("Activation")!.PropertyType is { IsEnum: true } type
        ? Enum.Parse(type, name)
        : typeof(Dense).GetProperty("Activation")!.PropertyType.GetProperty(name)!.GetValue(null)!;

    private static (Model Model, ArraySamples Samples) Made(string cell, int units, int count, int steps, int features, int threads)
    {
        var random = new Random(1);
        float[] x = [.. Enumerable.Range(0, count * steps * features).Select(_ => random.NextSingle() - 0.5f)];
        Layer layer = cell == "lstm" ? new Lstm(units) : cell == "gru" ? new Gru(units) : new SimpleRnn(units);
        Model model = new Model(layer, new Dense(1)) { Threads = threads }.Build(new Shape(steps, features), seed: 1);
        return (model, new ArraySamples(x, new Shape(steps, features), new float[count], new Shape(1)));
    }
}
