using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Unroll.Kernels;
using Unroll.Training;

namespace Unroll.Benchmarks;

/// <summary>
/// What two machines would gain that train one network together: the processor time of a step, whole and of one half of the groups, is
/// measured; the time on the wire is reckoned.
/// </summary>
internal static class HalvesBenchmark
{
    private const int Units = 512, Steps = 60;

    /// <summary>Bytes a second of 1 Gb/s: of each 1,538 bytes on an Ethernet 1,448 are those of TCP's user.</summary>
    private const double Wire = 1e9 / 8 * 1448 / 1538;

    private static readonly int[] s_cores = [1, 2, 4, 8];

    private sealed record Row(int Layers, int Batch, TrainedBatch Whole, TrainedBatch Half, int Bytes)
    {
        public double WireTime => Bytes / Wire;

        /// <summary>Of machines of so many cores, on which a step is to take as much less time.</summary>
        public double Gain(int cores) => Whole.Median / (Half.Median + cores * WireTime);

        /// <summary>
        /// Rows of a batch, for each core, from which on the gain is 1.5 where half the groups are half the work: whole = 6·C·wire.
        /// </summary>
        public double Enough => 6 * WireTime * Batch / Whole.Median;
    }

    public static void Run(int[] batches, int runs, string command)
    {
        var page = new Page(command);
        double[] exchanges = [Exchange(4 << 20, runs), Exchange(12 << 20, runs)];
        var rows = new List<Row>();
        foreach (int layers in new[] { 1, 2 })
        {
            foreach (int batch in batches)
            {
                var echo = new Echo();
                TrainedBatch whole = new(layers, batch, null), half = new(layers, batch, new OtherHalf(echo, isSecond: false));
                for (int run = 0; run < runs; run++)
                {
                    whole.Run();
                    half.Run();
                }

                rows.Add(new Row(layers, batch, whole, half, echo.Sent));
                Console.Error.WriteLine($"{layers} x {Units}, batch {batch}: load {Machine.Load}");
            }
        }

        string table = Table(page, rows, exchanges, runs);
        Results.Write(Results.OfMachine("halves"), table);
        Console.WriteLine(table);
    }

    /// <summary>Seconds, the median, that two threads take to send each other so many bytes over TCP on one machine.</summary>
    private static double Exchange(int bytes, int runs)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var left = new TcpClient { NoDelay = true };
        left.Connect((IPEndPoint)listener.LocalEndpoint);
        using TcpClient right = listener.AcceptTcpClient();
        right.NoDelay = true;
        OtherHalf[] halves = [new OtherHalf(left.GetStream(), false), new OtherHalf(right.GetStream(), true)];
        float[] values = new float[bytes / sizeof(float)];
        var times = new List<double>();
        for (int run = 0; run < runs + 1; run++)
        {
            long start = Stopwatch.GetTimestamp();
            Parallel.ForEach(halves, half =>
            {
                half.Begin((0, 0, 1, ByteMessage.Checksum<float>(values)), bytes, 0, 0);
                half.Sent.Put<float>(values);
                half.Exchange();
            });
            times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return Statistics.Median(times.Skip(1));
    }

    private static string Table(Page page, List<Row> rows, double[] exchanges, int runs)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"""
            # One training by two machines: {Page.Where}

            LSTM layers of {Units} units over {Steps} steps of one feature, a dense output, squared error, RMSprop, float32. A step is gradients, optimiser and
            packing of the weights; of the half, also the message: checksum of the weights, copy, addition. What two machines gain is decided in
            [decision 0014](../../../docs/decisions/0014-training-across-processes.md).

            **Measured:** processor time of a step on one thread (user and system time of the process, which other work on the machine
            lengthens little), median of {runs} alternating runs after one unmeasured, and bytes that each process sends a step. The half computes
            the first half of the groups of the same batch, its message is answered at once from memory. **Reckoned:** time on the wire is bytes ÷
            {Wire / 1e6:F1} MB/s, both ways at once: 1 Gb/s less Ethernet, IP and TCP headers, without any latency. On machines of C cores the gain is
            whole ÷ (half + C × wire), as if C cores took a C-th of the time. Both favour two machines: from 8 cores on there are
            fewer groups in a half (4) than cores. The last column is the batch from which on the gain is 1.5, for each core of a machine, where
            half the groups are half the work.

            {string.Join('\n', page.Origin())}
            - Exchange of 4 MiB and of 12 MiB over TCP on this machine, both ways, checksum and copy included (elapsed, median of {runs}): {Figures.Seconds(exchanges[0])}, {Figures.Seconds(exchanges[1])}

            | layers | weights | B | step, whole | step, half | whole ÷ half | MB sent a step | on the wire | gain, 1 core each | 2 cores | 4 cores | 8 cores | B for 1.5, a core |
            |--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|
            """);
        foreach (Row row in rows)
        {
            string gains = string.Join(" | ", s_cores.Select(cores => row.Gain(cores).ToString("F2", CultureInfo.InvariantCulture)));
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {row.Layers} | {row.Whole.Weights:N0} | {row.Batch} | {Figures.Seconds(row.Whole.Median)} | "
                + $"{Figures.Seconds(row.Half.Median)} | {row.Whole.Median / row.Half.Median:F2} | {row.Bytes / 1e6:F2} | "
                + $"{Figures.Seconds(row.WireTime)} | {gains} | {row.Enough:F0} |");
        }

        return text.ToString();
    }

    /// <summary>Steps of training on one batch.</summary>
    private sealed class TrainedBatch
    {
        private readonly TrainingStep<float> _step;
        private readonly SampleBatch _batch;
        private readonly List<double> _seconds = [];

        public TrainedBatch(int layers, int batch, OtherHalf? other)
        {
            IEnumerable<Layer> stack = Enumerable.Range(1, layers).Select(layer => new Lstm(Units) { ReturnSequences = layer < layers });
            Model model = new Model([.. stack, new Dense(1)]) { Threads = 1 }.Build(new Shape(Steps, 1), seed: 1);
            Network<float> network = model.Network;
            network.Other = other;
            network.Built.ChooseBackward(all: false);
            var options = new TrainingOptions { BatchSize = batch, Optimizer = new RmsProp(), Loss = new MeanSquaredError() };
            var random = new Random(1);
            float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)random.NextDouble())];
            var samples = new ArraySamples(Values(batch * Steps), new Shape(Steps, 1), Values(batch), new Shape(1));
            _batch = new SampleBatch(samples, order: null) { Rows = batch };
            var sums = new OptimizerState<float>(options.Optimizer.Slots, network.Parameters.PaddedLength);
            _step = new TrainingStep<float>(network, options, sums);
            Weights = model.ParameterCount;
            Step();
        }

        public int Weights { get; }

        public double Median => Statistics.Median(_seconds);

        public void Run()
        {
            TimeSpan before = Environment.CpuUsage.TotalTime;
            Step();
            _seconds.Add((Environment.CpuUsage.TotalTime - before).TotalSeconds);
        }

        private void Step()
        {
            if (!double.IsFinite(_step.Run(_batch, 1e-4)))
                throw new UnrollException("The loss is not finite.");
        }
    }

    /// <summary>Another half that has the same sums, at once.</summary>
    private sealed class Echo : Stream
    {
        private readonly MemoryStream _bytes = new();

        /// <summary>Bytes of the last message.</summary>
        public int Sent => (int)_bytes.Length;

        public override long Length => throw new NotSupportedException();

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _bytes.SetLength(0);
            _bytes.Write(buffer.Span);

            // The other half is the second.
            _bytes.GetBuffer()[0] = 2;
            _bytes.Position = 0;
            return ValueTask.CompletedTask;
        }

        public override int Read(Span<byte> buffer) => _bytes.Read(buffer);

        public override int Read(byte[] buffer, int offset, int count) => _bytes.Read(buffer, offset, count);

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
