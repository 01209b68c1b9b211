namespace Unroll.Benchmarks;

/// <summary>What an epoch's time is measured against: <see cref="Windows"/> windows of one feature.</summary>
internal sealed record GrowthShape(CellKind Cell, int Steps, int Batch, int Hidden, int Threads)
{
    public const int Windows = 256, Features = 1;

    /// <summary>The tutorial's shape, on two threads.</summary>
    public static GrowthShape Base(CellKind cell) => new(cell, 60, 32, 125, Math.Min(2, Machine.Cores));

    /// <summary>Operations that each thread has to do.</summary>
    public double OperationsPerThread => Arithmetic.Epoch(Cell, Windows, Steps, Hidden, Features) / Threads;
}

/// <summary>One number that is varied while the others stay.</summary>
/// <param name="Key">In file names.</param>
/// <param name="Title">On the chart's axis.</param>
/// <param name="Values">Besides the base shape's own.</param>
/// <param name="With">The shape with another value.</param>
/// <param name="Of">A shape's value.</param>
internal sealed record GrowthAxis(string Key, string Title, int[] Values, Func<GrowthShape, int, GrowthShape> With,
    Func<GrowthShape, int> Of)
{
    public static readonly GrowthAxis[] All =
    [
        new("steps", "Time steps T", [10, 20, 40, 80, 160, 320], (shape, value) => shape with { Steps = value }, shape => shape.Steps),
        new("batch", "Batch size B", [1, 4, 16, 64, 256], (shape, value) => shape with { Batch = value }, shape => shape.Batch),
        new("hidden", "Units H", [16, 32, 64, 128, 256, 512], (shape, value) => shape with { Hidden = value }, shape => shape.Hidden),
        new("threads", "Threads", [1, 2], (shape, value) => shape with { Threads = value }, shape => shape.Threads),
    ];

    /// <summary>The base shape among its variations, in order.</summary>
    public GrowthShape[] Shapes(CellKind cell)
    {
        var start = GrowthShape.Base(cell);
        return [.. Values.Append(Of(start)).Distinct().Order().Select(value => With(start, value))
            .Where(shape => shape.Threads <= Machine.Cores)];
    }

    /// <summary>The base shape's values but this one.</summary>
    public string Fixed(CellKind cell)
    {
        var start = GrowthShape.Base(cell);
        (string Key, string Text)[] all = [("steps", $"T={start.Steps}"), ("batch", $"B={start.Batch}"), ("hidden", $"H={start.Hidden}"),
            ("threads", $"{start.Threads} threads")];
        return string.Join(", ", all.Where(part => part.Key != Key).Select(part => part.Text));
    }
}
