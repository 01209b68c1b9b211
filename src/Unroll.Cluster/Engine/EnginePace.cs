namespace Unroll.Cluster;

/// <summary>How often the engine of a worker turns to the database.</summary>
/// <param name="CheckIn">Between two signs of life.</param>
/// <param name="Grace">How long others wait for a sign of life that is due before they begin the worker's pieces again.</param>
/// <param name="Look">How long an idle worker waits before it looks for work again; at least one second.</param>
/// <param name="Retry">How long a piece that failed waits for the next try.</param>
internal sealed record EnginePace(TimeSpan CheckIn, TimeSpan Grace, TimeSpan Look, TimeSpan Retry)
{
    /// <summary>A dead worker's pieces are back in the queue after about 20 s (decision 0013).</summary>
    public static EnginePace Usual { get; } = new(
        TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1));
}
