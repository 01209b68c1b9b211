#:project ../../src/Unroll/Unroll.csproj
using Unroll;

// Orders that come one after the other, from a database or a network, and are never all in memory. They are written to a file once and
// read from there in any order, so that every epoch can shuffle them.
string path = Path.Combine(Path.GetTempPath(), $"orders-{Environment.ProcessId}.samples");
SampleMap<Order> map = new SampleMap<Order>()
    .Input(new Shape(30, 1), (order, x) => order.Days.CopyTo(x))
    .Target(order => order.Next);
int written = await FileSamples.WriteAsync(path, map, ReadOrders(5000));

try
{
    using var orders = new FileSamples(path);
    Model model = new Model(new Gru(8), new Dense(1)).Build(new Shape(30, 1), seed: 1);
    History history = model.Fit(orders, new TrainingOptions { Epochs = 3, Seed = 1, Optimizer = new Adam { LearningRate = 0.01 } });
    Console.WriteLine($"{written} samples, {new FileInfo(path).Length / 1024} KB in the file, loss {history.FinalLoss:F4}");
}
finally
{
    File.Delete(path);
}

static async IAsyncEnumerable<Order> ReadOrders(int count)
{
    var random = new Random(1);
    for (int i = 0; i < count; i++)
    {
        if (i % 1000 == 0)
            await Task.Yield();        // a real source waits here for the next rows
        double phase = random.NextDouble() * Math.Tau;
        float At(int t) => (float)Math.Sin(phase + (0.5 * t));
        yield return new Order([.. Enumerable.Range(0, 30).Select(At)], At(30));
    }
}

internal sealed record Order(float[] Days, float Next);
