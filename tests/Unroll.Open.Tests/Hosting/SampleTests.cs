using Unroll.Forecasting;
using Xunit;

namespace Unroll.Open.Tests.Hosting;

/// <summary>Samples from objects, from files larger than memory, and from series with several steps and targets.</summary>
public sealed class SampleTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("unroll-samples-").FullName;

    private static SampleMap<Order> Map { get; } = new SampleMap<Order>()
        .Input(new Shape(6, 2), (order, x) => order.Days.CopyTo(x))
        .Input(new Shape(3), order => [order.Id, order.Id % 3, 1])
        .Target(order => order.Sold)
        .Target(new Shape(2), (order, y) => y[1] = order.Sold / 2)
        .Weight(order => order.Id % 4);

    private string SampleFile => Path.Combine(_folder, "orders.samples");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Objects_train_as_their_arrays_do()
    {
        Order[] orders = Orders(40);
        var arrays = new ArraySamples([.. orders.SelectMany(order => order.Days)], new Shape(6, 2), [.. orders.Select(order => order.Sold)],
            new Shape(1));
        ISamples mapped = Samples.From(orders, new Shape(6, 2), order => order.Days, order => order.Sold);
        ISamples same = Samples.From(orders, new Shape(6, 2), order => order.Days, new Shape(1), order => [order.Sold]);
        Model[] models = [.. Enumerable.Range(0, 3).Select(_ => new Model(new Gru(4), new Dense(1)).Build(new Shape(6, 2), 3))];
        foreach ((Model model, ISamples samples) in models.Zip((ISamples[])[arrays, mapped, same]))
            model.Fit(samples, new TrainingOptions { Epochs = 2, ValidationSplit = 0.2 });
        Assert.Equal(Made.Weights(models[0]), Made.Weights(models[1]));
        Assert.Equal(Made.Weights(models[0]), Made.Weights(models[2]));
    }

    [Fact]
    public void A_map_has_several_inputs_and_targets_and_a_weight()
    {
        ISamples samples = Samples.From(Orders(9), Map);
        Assert.Equal([new Shape(6, 2), new Shape(3)], samples.InputShapes);
        Assert.Equal([new Shape(1), new Shape(2)], samples.TargetShapes);
        float[] x = new float[15], y = [9, 9, 9], w = new float[2];
        samples.CopyInput(5, x);
        samples.CopyTarget(5, y);
        samples.CopyWeights(5, w);
        Assert.Equal([.. Orders(9)[5].Days, 5, 2, 1], x);
        Assert.Equal([Orders(9)[5].Sold, 0, Orders(9)[5].Sold / 2], y);
        Assert.Equal([1, 1], w);
        Assert.True(samples.IsWeighted);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        ISamples wrong = Samples.From(Orders(3), new Shape(7, 2), order => order.Days, order => order.Sold);
        Model model = new Model(new Gru(4), new Dense(1)).Build(new Shape(7, 2), 3);
        Assert.Equal(
            "An object gives 12 values as input of shape (7, 2), which has 14. Give as many, or another shape.",
            Assert.Throws<UnrollException>(() => model.Fit(wrong, new TrainingOptions())).Message);
        Assert.Throws<ArgumentException>(() => Samples.From(Orders(3), new SampleMap<Order>().Target(order => order.Sold)));
        ISamples bare = Samples.From(Orders(3), new SampleMap<Order>().Input(new Shape(6, 2), order => order.Days));
        Model other = new Model(new Gru(4), new Dense(1)).Build(new Shape(6, 2), 3);
        Assert.Equal(3, other.Predict(bare).Length);
        Assert.StartsWith("The samples have no targets, so there is nothing to train on.",
            Assert.Throws<UnrollException>(() => other.Fit(bare, new TrainingOptions())).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => bare.TargetShape);
    }

    [Fact]
    public async Task A_file_trains_to_the_bits_of_memory()
    {
        Order[] orders = Orders(60);
        Assert.Equal(60, await FileSamples.WriteAsync(SampleFile, Map, Stream(orders), TestContext.Current.CancellationToken));
        byte[] first = await File.ReadAllBytesAsync(SampleFile, TestContext.Current.CancellationToken);
        Assert.Equal(60, FileSamples.Write(SampleFile, Map, orders));
        Assert.Equal(first, await File.ReadAllBytesAsync(SampleFile, TestContext.Current.CancellationToken));
        Assert.Equal([SampleFile], Directory.GetFiles(_folder));
        using var file = new FileSamples(SampleFile);
        Model one = New(), other = New();
        var options = new TrainingOptions { Epochs = 3, BatchSize = 8, ValidationSplit = 0.2 };
        one.Fit(Samples.From(orders, Map), options);
        other.Fit(file, options);
        Assert.Equal(Made.Weights(one), Made.Weights(other));
        Assert.Equal(one.Predict(Samples.From(orders, Map)), other.Predict(file));

        static Model New()
        {
            Node days = Node.Input(new Shape(6, 2)), facts = Node.Input(new Shape(3));
            Node both = new Concatenate().Apply(new Gru(4).Apply(days), facts);
            return new Model([days, facts], [new Dense(1).Apply(both), new Dense(2).Apply(both)]) { Threads = 2 }.Build(seed: 5);
        }
    }

    [Fact]
    public async Task A_file_that_is_not_finished_is_none()
    {
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => FileSamples.WriteAsync(SampleFile, Map, Stream(Orders(60), stop), stop.Token));
        await Assert.ThrowsAsync<InvalidDataException>(
            () => FileSamples.WriteAsync(SampleFile, Map, Failing(), TestContext.Current.CancellationToken));
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Damaged_files_are_refused_before_memory_is_taken()
    {
        FileSamples.Write(SampleFile, Map, Orders(4));
        byte[] good = File.ReadAllBytes(SampleFile);
        Assert.Contains("no file of samples", Error([]), StringComparison.Ordinal);
        Assert.Contains("no file of samples", Error([.. "UNROLL\r\n"u8, .. good.AsSpan(8)]), StringComparison.Ordinal);
        Assert.Contains($"it has {good.Length - 1} bytes, where 4 samples take {good.Length}", Error(good[..^1]), StringComparison.Ordinal);
        Assert.Contains("newer", Error(Changed(8, 2)), StringComparison.Ordinal);
        for (int at = 8; at < 60; at++)
        {
            foreach (byte value in (byte[])[0xff, 0x7f, 0x80])
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                Error(Changed(at, value));
                Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
            }
        }

        Assert.Throws<UnrollException>(() => new FileSamples(Path.Combine(_folder, "none")));

        byte[] Changed(int at, byte value)
        {
            byte[] bytes = [.. good];
            bytes[at] = value;
            return bytes;
        }

        string Error(byte[] bytes)
        {
            File.WriteAllBytes(SampleFile, bytes);
            return Assert.Throws<UnrollException>(() => new FileSamples(SampleFile)).Message;
        }
    }

    [Fact]
    public void Windows_have_several_steps_targets_and_known_columns()
    {
        double[] a = [.. Enumerable.Range(0, 20).Select(i => (double)i)], b = [.. a.Select(value => 100 + value)],
            plan = [.. a.Select(value => -value)];
        var samples = new WindowedSamples([a, b], [b, a], window: 3, steps: 2, stride: 4) { Known = [plan] };
        Assert.Equal((4, new Shape(2, 2)), (samples.Count, samples.TargetShape));
        Assert.Equal([new Shape(3, 2), new Shape(2, 1)], samples.InputShapes);
        float[] x = new float[8], y = new float[4];
        samples.CopyInput(1, x);
        samples.CopyTarget(1, y);
        Assert.Equal([4, 104, 5, 105, 6, 106, -7, -8], x);
        Assert.Equal([107, 7, 108, 8], y);
        Assert.Equal(7, samples.TargetRow(1));
        samples.CopyTarget(3, y);
        Assert.Equal(16, y[3]);
        Assert.Throws<ArgumentOutOfRangeException>(() => samples.CopyInput(4, x));

        var single = new WindowedSamples([a], [a], window: 4);
        var windows = new Unroll.Forecasting.SplitWindows(a, 4);
        Assert.Equal((windows.Count, windows.InputShape, windows.TargetShape), (single.Count, single.InputShape, single.TargetShape));
        for (int i = 0; i < windows.Count; i++)
        {
            single.CopyInput(i, x.AsSpan(0, 4));
            single.CopyTarget(i, y.AsSpan(0, 1));
            Assert.Equal(windows.Input(i).ToArray(), x[..4]);
            Assert.Equal(windows.Target(i), y[0]);
        }

        Assert.Throws<UnrollException>(() => new WindowedSamples([a], [a], 15, 6));
        Assert.Throws<ArgumentException>(() => new WindowedSamples([a], [[.. a, 1]], 3));
        Assert.Throws<UnrollException>(() => new WindowedSamples([a], [[.. a[..^1], double.NaN]], 3));
    }

    /// <summary>As the example in the documentation has it.</summary>
    [Fact]
    public void A_network_of_two_inputs_learns_from_windows()
    {
        double[] weekend = [.. Enumerable.Range(0, 300).Select(i => i % 7 >= 5 ? 1.0 : 0.0)],
            sales = [.. weekend.Select((w, i) => (0.8 * w) + (0.1 * Math.Sin(i)))];
        var samples = new WindowedSamples([sales], [sales], window: 10, steps: 3) { Known = [weekend] };
        Node past = Node.Input(new Shape(10, 1)), ahead = Node.Input(new Shape(3, 1));
        Node both = new Concatenate().Apply(new Gru(8).Apply(past), new Flatten().Apply(ahead));
        Model model = new Model([past, ahead], [new Dense(3).Apply(both)]).Build(seed: 1);
        History history = model.Fit(samples, new TrainingOptions { Epochs = 20, Optimizer = new Adam { LearningRate = 0.01 } });
        Assert.InRange(history.FinalLoss, 0, 0.02);
    }

    private static Order[] Orders(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new Order(i, Made.Values(12, i), MathF.Cos(i)))];

    private static async IAsyncEnumerable<Order> Stream(Order[] orders, CancellationTokenSource? stop = null)
    {
        foreach (Order order in orders)
        {
            await Task.Yield();
            if (order.Id == 20)
                stop?.Cancel();
            yield return order;
        }
    }

    private static async IAsyncEnumerable<Order> Failing()
    {
        yield return Orders(1)[0];
        await Task.Yield();
        throw new InvalidDataException("the source");
    }

    private sealed record Order(int Id, float[] Days, float Sold);
}
