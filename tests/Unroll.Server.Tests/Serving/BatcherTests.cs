using Unroll.Server.Serving;
using Xunit;

namespace Unroll.Server.Tests.Serving;

/// <summary>A batcher without a place, so that every request waits until the test lets those that wait run.</summary>
public sealed class BatcherTests : IDisposable
{
    private readonly ServeMetrics _metrics = new();
    private readonly Model _model = ServedFolder.Gru();

    public void Dispose() => _metrics.Dispose();

    private (Batcher Batcher, NetworkContent Network) Made(ServeOptions options)
    {
        var network = new NetworkContent(_model, "", options, _metrics);
        return (new Batcher(network, options, _metrics, places: 0), network);
    }

    private static PendingRows Rows(NetworkContent network, float[] window)
    {
        PendingRows rows = PendingRows.Rent();
        rows.Input(0).Add(window);
        rows.Input(0).SetExtents([window.Length / 12, 6, 2]);
        rows.Require(network);
        return rows;
    }

    [Fact]
    public async Task Requests_that_wait_are_predicted_together_with_the_bits_of_each()
    {
        (Batcher batcher, NetworkContent network) = Made(new ServeOptions { MostWait = TimeSpan.FromHours(1) });
        float[][] windows = [.. Enumerable.Range(0, 40).Select(i => ServedFolder.Window(i, 1 + (i % 3)))];
        PendingRows[] rows = [.. windows.Select(window => Rows(network, window))];
        ValueTask[] tasks = [.. rows.Select(batcher.RunAsync)];
        Assert.DoesNotContain(tasks, task => task.IsCompleted);
        ((IThreadPoolWorkItem)batcher).Execute();
        for (int i = 0; i < rows.Length; i++)
        {
            await tasks[i];
            Assert.Equal(_model.Predict(windows[i]), rows[i].Output(network, 0).ToArray());
            rows[i].Dispose();
        }
    }

    [Fact]
    public async Task One_more_than_may_wait_is_refused()
    {
        (Batcher batcher, NetworkContent network) = Made(new ServeOptions { MostWaiting = 2, MostWait = TimeSpan.FromHours(1) });
        using PendingRows first = Rows(network, ServedFolder.Window(1)), second = Rows(network, ServedFolder.Window(2)),
            third = Rows(network, ServedFolder.Window(3));
        ValueTask waits = batcher.RunAsync(first);
        Assert.False(batcher.IsFull);
        ValueTask waitsToo = batcher.RunAsync(second);
        Assert.True(batcher.IsFull);
        RequestException refused = await Assert.ThrowsAsync<RequestException>(
            () => batcher.RunAsync(third).AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal((429, 1), (refused.Status, refused.RetryAfter));
        ((IThreadPoolWorkItem)batcher).Execute();
        await waits;
        await waitsToo;
    }

    [Fact]
    public async Task What_has_waited_too_long_is_refused()
    {
        (Batcher batcher, NetworkContent network) = Made(new ServeOptions { MostWait = TimeSpan.FromTicks(1) });
        using PendingRows rows = Rows(network, ServedFolder.Window(1));
        ValueTask waits = batcher.RunAsync(rows);
        rows.Since -= System.Diagnostics.Stopwatch.Frequency;
        ((IThreadPoolWorkItem)batcher).Execute();
        Assert.Equal(429, (await Assert.ThrowsAsync<RequestException>(async () => await waits)).Status);
    }
}
