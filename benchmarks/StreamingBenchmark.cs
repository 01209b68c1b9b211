using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Unroll.Benchmarks;

/// <summary>One step of a stream after few and many observations, beside the prediction of a whole window: both on one thread.</summary>
internal static class StreamingBenchmark
{
    private const int Window = 60;

    /// <summary>Steps timed together, and unmeasured ones before them, after the kernel was asked for the threads' waits.</summary>
    private const int Block = 20, WarmUp = 10;

    private static readonly int[] s_before = [0, Window, 1000, 10_000];

    private sealed record Row(Stack Stack, Timings[] Steps, Timings Window);

    public static void Run(CellKind[] cells, int[] sizes, int runs, string command)
    {
        var page = new Page(command);
        var rows = new List<Row>();
        foreach (CellKind cell in cells)
        {
            foreach (int hidden in sizes)
            {
                rows.Add(Measure(new Stack(cell, hidden), runs));
                Console.Error.WriteLine($"{rows[^1].Stack}: {Figures.Seconds(rows[^1].Steps[^1])}");
            }
        }

        string table = Table(page, rows, runs);
        Results.Write(Results.OfMachine("streaming"), table);
        Console.WriteLine(table);
    }

    private static Row Measure(Stack stack, int runs)
    {
        ArraySamples samples = Samples.Noise(s_before[^1] + Block, 1, 1);
        var values = new float[samples.Count];
        for (int i = 0; i < values.Length; i++)
            samples.CopyInput(i, values.AsSpan(i, 1));
        Model model = stack.CreateModel(Samples.Noise(1, Window, 1), threads: 1, seed: 1);
        StreamingSession session = model.Stream();
        float[] window = values[..Window];
        RequireSameBits(stack, model, session, window);
        var whole = new Timed(() => model.Predict(window));
        Timings[] steps = [.. s_before.Select(_ => new Timings())];
        for (int run = 0; run < runs; run++)
        {
            whole.Run();
            for (int i = 0; i < s_before.Length; i++)
                TimeSteps(session, values, s_before[i], steps[i]);
        }

        return new Row(stack, steps, whole.Timings);
    }

    /// <summary>Brings the session to so many observations, then times the next steps.</summary>
    private static void TimeSteps(StreamingSession session, float[] values, int before, Timings timings)
    {
        var quiet = new Quiet();
        while (session.Steps < before - WarmUp)
            Take(session, values);
        quiet.Begin();
        if (before == 0)
        {
            for (int i = 0; i < WarmUp; i++)
                session.Step(values[i]);
            session.Reset();
        }

        while (session.Steps < before)
            Take(session, values);
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < Block; i++)
            Take(session, values);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        timings.Add(seconds / Block, quiet.WasQuiet(seconds));
    }

    private static void Take(StreamingSession session, float[] values) => session.Step(values[(int)session.Steps]);

    private static void RequireSameBits(Stack stack, Model model, StreamingSession session, float[] window)
    {
        foreach (float value in window[..^1])
            session.Step(value);
        if (BitConverter.SingleToInt32Bits(session.Step(window[^1])[0]) != BitConverter.SingleToInt32Bits(model.Predict(window)[0]))
            throw new UnrollException($"{stack}: the stream and the whole window predict different numbers.");
    }

    private static string Table(Page page, List<Row> rows, int runs)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"""
            # A step of a stream beside a whole window: {Page.Where}

            One recurrent layer and Dense(1), F=1, float32, one thread. Step: microseconds of one StreamingSession.Step, the mean of {Block} that follow so many earlier observations.
            Window: microseconds of Model.Predict for one window of {Window} steps. After {Window} observations both give the same bits.
            The last column is what a step after {s_before[^1]} observations takes beyond a {Window}th of the window.

            Medians of {runs} alternating runs, of the quiet ones where at least three were.

            {string.Join('\n', page.Origin())}

            | cell | H | {string.Join(" | ", s_before.Select(before => FormattableString.Invariant($"step after {before}, µs")))} | window, µs | window / {Window}, µs | step − window / {Window}, µs |
            |---|--:|{string.Concat(Enumerable.Repeat("--:|", s_before.Length))}--:|--:|--:|
            """);
        foreach (Row row in rows)
        {
            double share = row.Window.Median / Window;
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {row.Stack.Cell.Label()} | {row.Stack.Units} | "
                + $"{string.Join(" | ", row.Steps.Select(step => Figures.Microseconds(step.Median)))} | "
                + $"{Figures.Microseconds(row.Window.Median)} | {Figures.Microseconds(share)} | "
                + $"{Figures.Microseconds(row.Steps[^1].Median - share)} |");
        }

        return text.ToString();
    }
}
